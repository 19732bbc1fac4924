"""Help, glossary, keys and health: open to everybody signed in, whole, and the same as the documents."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from apps.accounts.models import User
from apps.dashboards import glossary
from apps.dashboards.guides import GUIDES
from apps.offices.choices import Role
from tests.factories.offices import make_organization, make_person

SignIn = Callable[[User], Client]
WITHOUT_GUIDE = {Role.STANDARDS_EDITOR, Role.CONDITION_VERIFIER, Role.SERVICE_ACCOUNT}
PAGES = [
    "/help/",
    "/help/glossary/",
    "/help/keyboard/",
    "/health/",
    *(f"/help/{guide.key}/" for guide in GUIDES),
]


@pytest.fixture
def reader(db: None, signed_in: SignIn) -> Client:
    """A person who holds no post at all."""
    return signed_in(make_person("Plain Reader"))


@pytest.mark.parametrize("address", PAGES)
def test_page_opens_to_everybody_signed_in(reader: Client, address: str) -> None:
    assert reader.get(address).status_code == 200
    assert "/sign-in/" in Client().get(address)["Location"]


def test_guide_that_is_not_there_is_not_found(reader: Client) -> None:
    assert reader.get("/help/king/").status_code == 404


def test_every_role_has_its_guide() -> None:
    told = {role for guide in GUIDES for role in guide.roles}
    assert set(Role) - told == WITHOUT_GUIDE
    assert len({guide.key for guide in GUIDES}) == len(GUIDES)


def test_doors_of_guides_are_there() -> None:
    missing = []
    for name in {name for guide in GUIDES for _label, name in guide.doors}:
        try:
            reverse(name)
        except NoReverseMatch:
            missing.append(name)
    assert missing == []


def test_printed_guides_are_what_the_pages_say(tmp_path: Path) -> None:
    """If this fails: `manage.py print_guides`, and commit docs/guides."""
    call_command("print_guides", to=tmp_path, verbosity=0)
    kept = Path(__file__).resolve().parents[2] / "docs/guides"
    printed = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {path.name: path.read_text() for path in kept.iterdir()} == printed


def test_glossary_has_every_word_in_six_languages() -> None:
    with glossary.TERMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows if not all(row.values())] == []
    assert len({row["key"] for row in rows}) == len(rows)
    assert set(glossary.SENTENCES) - {row["key"] for row in rows} == set()


def test_glossary_is_searched_in_any_language(reader: Client) -> None:
    for search in ("Instrument of delegation", "صك", "Entrada", "授权", "instrument"):
        with translation.override("en"):
            expected = len(glossary.terms(search))
        text = reader.get("/help/glossary/", {"q": search}).content.decode()
        assert text.count("data-row") == expected
    assert "No such word" in reader.get("/help/glossary/", {"q": "zzzz"}).content.decode()


def test_health_tells_places_in_the_register_to_auditors_only(reader: Client) -> None:
    assert "Ends at row" not in reader.get("/health/").content.decode()


def test_health_counts_what_waits_for_its_keepers_only(reader: Client) -> None:
    """The letters that wait are also those of cases that the reader may not see."""
    keeper = Client()
    keeper.force_login(make_organization().people["admin"])
    for client, told in ((reader, False), (keeper, True)):
        text = client.get("/health/").content.decode()
        assert ("Last ran" in text, "Timers due" in text, "Given up" in text) == (True, told, told)
