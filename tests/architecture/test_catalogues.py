"""English and Arabic are complete: every sentence that the code and the pages can say has its Arabic."""

import shutil
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = ("ar",)
NOT_OURS = ["node_modules", ".venv", "var", "staticfiles", "tests"]


@pytest.fixture
def extracted(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The catalogues brought up to date with the code, in a folder of their own."""
    if shutil.which("xgettext") is None:
        pytest.skip("gettext is not installed; CI has it")
    shutil.copytree(ROOT / "locale", tmp_path / "locale")
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(ROOT)
    call_command(
        "makemessages",
        locale=list(COMPLETE),
        no_location=True,
        no_obsolete=True,
        no_wrap=True,
        ignore_patterns=NOT_OURS,
        verbosity=0,
    )
    return tmp_path / "locale"


@pytest.mark.parametrize("language", COMPLETE)
def test_catalogue_says_everything(extracted: Path, language: str) -> None:
    catalogue = polib.pofile(str(extracted / language / "LC_MESSAGES" / "django.po"))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("language", COMPLETE)
def test_places_in_a_sentence_are_kept(language: str) -> None:
    import re

    catalogue = polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))
    places = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    for entry in catalogue.translated_entries():
        wanted = set(places.findall(entry.msgid_plural or entry.msgid))
        given = set(places.findall(entry.msgstr_plural[5] if entry.msgid_plural else entry.msgstr))
        assert given == wanted, entry.msgid
