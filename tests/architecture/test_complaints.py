"""What docs/complaints.md names exists, and each of its thirty rows is shown by a test."""

import re
from pathlib import Path

from django.conf import settings

from tests.architecture.test_asvs import names_in

TABLE = (Path(settings.BASE_DIR) / "docs/complaints.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)


def test_every_test_that_is_named_exists() -> None:
    assert [f"{path}::{name}" for path, name in NAMED if name not in names_in(path)] == []


def test_each_of_the_thirty_is_shown_by_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", TABLE, re.MULTILINE)
    assert [int(number) for number, _shown in rows] == list(range(1, 31))
    assert [number for number, shown in rows if "`tests/" not in shown] == []
