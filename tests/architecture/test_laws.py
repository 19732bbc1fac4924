"""The laws of the house that a machine can check by reading (CONTRIBUTING.md)."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts.access import rule_of

ROOT = Path(settings.BASE_DIR)
SOURCES = sorted(path for path in (ROOT / "apps").rglob("*.py"))
OWN_CODE = [path for path in SOURCES if "migrations" not in path.parts]
CLOCK = ROOT / "apps/audit/clock.py"


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def _where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


# Rooms ------------------------------------------------------------------------------------------------------

NO_ROOM = re.compile(r"(^|_)(utils?|helpers?|common|mixins?|managers?|constants?|misc|tools)$")


def test_no_file_is_named_after_nothing() -> None:
    named = [path.relative_to(ROOT) for path in SOURCES if NO_ROOM.search(path.stem)]
    folders = [path.relative_to(ROOT) for path in (ROOT / "apps").rglob("*") if path.is_dir()]
    assert [*named, *(folder for folder in folders if NO_ROOM.search(folder.name))] == []


def test_no_file_grows_past_its_room() -> None:
    """Look twice at 300 lines; split at 500. Reference tables of words and fields are read, not run."""
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in OWN_CODE
        if (lines := path.read_text().count("\n")) > 500 and path.name not in ("choices.py",)
    ]
    assert long == []


# The one clock ----------------------------------------------------------------------------------------------

OTHER_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
}
SQL_NOW = re.compile(
    r"\b(now\(\)|current_timestamp|current_date|localtimestamp|clock_timestamp\(\))", re.IGNORECASE
)


def _docstrings(tree: ast.Module) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def _clock_readings(path: Path) -> Iterator[str]:
    tree = _parse(path)
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.func.attr) in OTHER_CLOCKS:
                # localtime(value) converts; without a value it reads the machine's clock
                if node.func.attr in ("localtime", "localdate") and node.args:
                    continue
                yield f"{_where(path, node)} {name}.{node.func.attr}()"
        elif (
            isinstance(node, ast.Attribute)
            and node.attr == "now"
            and getattr(node.value, "id", "") == "timezone"
        ):
            yield f"{_where(path, node)} timezone.now"
        elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield f"{_where(path, node.value)} {node.arg}"
        elif isinstance(node, ast.ImportFrom) and any(alias.name == "Now" for alias in node.names):
            yield f"{_where(path, node)} Now"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            # a sentence may hold the words; SQL holds them beside a keyword of its own
            sql = re.search(r"\b(SELECT|UPDATE|INSERT|WHERE)\b", node.value)
            if sql and SQL_NOW.search(node.value):
                yield f"{_where(path, node)} SQL now()"


def test_time_is_read_from_the_one_clock() -> None:
    assert [reading for path in OWN_CODE if path != CLOCK for reading in _clock_readings(path)] == []


def test_no_column_has_a_default_of_the_database_clock() -> None:
    """The register's `recorded_at` alone is the server's own clock."""
    others = [path for path in SOURCES if "migrations" in path.parts and "audit" not in path.parts]
    others += [path for path in (ROOT / "apps").rglob("*.sql") if "audit" not in path.parts]
    assert [str(path.relative_to(ROOT)) for path in others if SQL_NOW.search(path.read_text())] == []


# Tasks ------------------------------------------------------------------------------------------------------


def test_nothing_is_put_off_by_the_broker() -> None:
    """A deadline is a moment on a row: no `eta`, no `countdown`."""
    paths = [*OWN_CODE, *(ROOT / "ictgov").rglob("*.py")]
    found = [
        _where(path, node)
        for path in paths
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in ("eta", "countdown")
    ]
    assert found == []


def test_one_beat_entry() -> None:
    assert list(settings.CELERY_BEAT_SCHEDULE) == ["tick"]


# Services ---------------------------------------------------------------------------------------------------

# Messages, timers and the tick follow from recorded acts, whose events name the actor; confirming who one is
# is a question, and its answer goes into the act that it confirms.
WITHOUT_ACTOR = {
    "notices": {
        "set_timer",
        "set_timers",
        "set_timers_of",
        "cancel_timers",
        "post",
        "post_to_address",
        "start_tick",
        "finish_tick",
        "try_again",
    },
    "accounts": {"confirm_password"},
}


def _services() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every function that a services room offers: what it lists, or what it defines in public."""
    for path in sorted((ROOT / "apps").glob("*/services*")):
        app = path.parent.name
        room = import_module(f"apps.{app}.services")
        for name in getattr(room, "__all__", [name for name in vars(room) if not name.startswith("_")]):
            offered = getattr(room, name)
            if inspect.isfunction(offered) and offered.__module__.startswith(room.__name__):
                yield app, name, inspect.unwrap(offered)


def _writes_without_actor() -> Iterator[str]:
    for app, name, function in _services():
        if name in WITHOUT_ACTOR.get(app, set()):
            continue
        arguments = inspect.signature(function).parameters.values()
        if any(argument.kind is not inspect.Parameter.KEYWORD_ONLY for argument in arguments):
            yield f"{app}.{name}: arguments are keyword-only"
        if "by" not in [argument.name for argument in arguments]:
            yield f"{app}.{name}: no `by`"


def test_every_write_names_its_actor() -> None:
    assert list(_writes_without_actor()) == []


MOVING = {"stage", "state"}


def _moves_a_case(path: Path) -> Iterator[str]:
    for node in ast.walk(_parse(path)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr in MOVING:
                if getattr(target.value, "id", "") in ("case", "locked_case"):
                    yield _where(path, target)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            if "Case" in ast.dump(node.func.value) and MOVING & {keyword.arg for keyword in node.keywords}:
                yield _where(path, node)


def test_a_case_moves_in_approvals_services_only() -> None:
    outside = [path for path in OWN_CODE if not path.is_relative_to(ROOT / "apps/approvals/services")]
    outside = [path for path in outside if path != ROOT / "apps/approvals/services.py"]
    assert [place for path in outside for place in _moves_a_case(path)] == []


# Pages ------------------------------------------------------------------------------------------------------


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


def test_every_address_declares_who_may_come_in() -> None:
    undeclared = [route for route, pattern in _patterns(get_resolver()) if rule_of(pattern.callback) is None]
    assert undeclared == []


INLINE = re.compile(
    r"<style[\s>]|\sstyle=|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=[\"']|javascript:", re.IGNORECASE
)


def test_templates_hold_no_script_and_no_style() -> None:
    """What the content security policy would refuse is not written. (A JSON block is data, not a script.)"""
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(
            r"{% comment.*?{% endcomment %}|{#.*?#}",
            lambda comment: "\n" * comment[0].count("\n"),
            path.read_text(),
            flags=re.DOTALL,
        )
        for number, line in enumerate(re.sub(r"{%.*?%}|{{.*?}}", "", text).splitlines(), 1):
            if INLINE.search(line) and 'type="application/json"' not in line:
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
    assert found == []


PHYSICAL = re.compile(
    r"(?<![-\w])((margin|padding|border)-(left|right)|(left|right)\s*:|float\s*:\s*(left|right)"
    r"|text-align\s*:\s*(left|right))"
)


def test_styles_know_no_left_and_right() -> None:
    found = []
    for path in sorted((ROOT / "static").rglob("*.css")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if PHYSICAL.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
    assert found == []


# Wiring -----------------------------------------------------------------------------------------------------


def test_wiring_package_is_empty() -> None:
    """The starter runs before anything is installed: importing the package must import nothing."""
    assert (ROOT / "ictgov/__init__.py").read_text().strip() == ""
    shown = subprocess.run(
        [sys.executable, "-S", "-c", "import ictgov.starter, ictgov.embedded; print('alone')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "alone"


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_imports_point_one_way() -> None:
    shown = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stdout[shown.stdout.find("Broken contracts") :]
