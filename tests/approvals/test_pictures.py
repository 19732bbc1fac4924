"""Documents that can drift are generated, and compared here."""

from pathlib import Path

import pytest
from django.core.management import call_command

GENERATED = Path(__file__).resolve().parents[2] / "docs/generated"


@pytest.mark.parametrize("command", ["print_road", "print_visibility"])
def test_generated_document_is_what_its_source_says(command: str, tmp_path: Path) -> None:
    """If this fails: `manage.py print_road`, `manage.py print_visibility`, and commit docs/generated."""
    call_command(command, to=tmp_path, verbosity=0)
    printed = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {name: (GENERATED / name).read_text() for name in printed}
    assert kept == printed
