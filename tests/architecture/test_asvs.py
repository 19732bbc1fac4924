"""What docs/asvs.md names exists: tests, files, decisions; and no row of the four chapters is missing."""

import ast
import re
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = ROOT / "docs/asvs.md"
ROWS = re.findall(
    r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", TABLE.read_text(), re.MULTILINE
)
SECTIONS = {"V6": 35, "V7": 18, "V8": 7, "V10": 29}


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE.read_text())
    assert len(named) > 40
    assert [name for path, name in named if name not in names_in(path)] == []


def test_every_file_and_decision_that_is_named_exists() -> None:
    text = TABLE.read_text()
    files = re.findall(r"`((?:apps|templates|tests)/[\w/.]+\.(?:py|html))`", text)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [path for path in files if not (ROOT / path).exists()] == []
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_no_row_is_missing_or_there_twice() -> None:
    ids = [row[0] for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert {chapter: len([i for i in ids if i.split(".")[0] == chapter]) for chapter in SECTIONS} == SECTIONS


def test_every_row_says_what_shows_it_or_why_nothing_does() -> None:
    shown = re.compile(
        r"`tests/|`apps/|`templates/|\]\(adr/|\]\(operations/|not applicable: \S|open: \S|Django|library"
    )
    assert [row[0] for row in ROWS if not shown.search(row[3])] == []
