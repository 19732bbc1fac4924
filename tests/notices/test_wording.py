from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from apps.notices import wording
from apps.notices.wording import register_wording, render, storable

register_wording(
    {"test.words": ("{title} {reference}", "“{title}” {reference} is due {due_at}, on {paid_on}: {n}.")}
)
GIVEN = storable(
    {
        "title": "A wide network",
        "reference": "",
        "due_at": datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        "paid_on": date(2026, 3, 1),
        "n": Decimal("2.50"),
    }
)


def test_words_are_made_for_the_reader() -> None:
    words = render("test.words", GIVEN, language="en", time_zone="Asia/Kathmandu")
    assert words.subject == "A wide network"
    assert words.body == "“A wide network” is due 2 Mar 2026, 17:45 (Asia/Kathmandu), on 1 Mar 2026: 2.50."


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [
        ("en", "Network", "Network"),
        ("en", "شبكة", "\u2068شبكة\u2069"),
        ("ar", "Network", "\u2068Network\u2069"),
    ],
)
def test_title_of_another_direction_stays_whole(language: str, title: str, shown: str) -> None:
    assert render("test.words", GIVEN | {"title": title}, language=language).subject == shown


def test_parameters_are_stored_plain() -> None:
    assert storable({"id": UUID(int=1), "is": True, "none": None, "n": 3}) == {
        "id": "00000000-0000-0000-0000-000000000001",
        "is": True,
        "none": None,
        "n": 3,
    }


def test_unknown_code_or_parameter_is_a_bug_under_tests_and_no_failure_in_production(settings: Any) -> None:
    with pytest.raises(LookupError):
        render("test.nobody_knows", {})
    with pytest.raises(KeyError):
        render("test.words", {})
    settings.ICTGOV_TESTING = False
    assert render("test.nobody_knows", {}).subject == "test.nobody_knows"
    assert render("test.words", {}).subject == "{title} {reference}"


def test_code_has_one_wording() -> None:
    with pytest.raises(ValueError, match="two wordings"):
        register_wording({"test.words": ("other", "other")})


@pytest.mark.parametrize("code", sorted(wording.registered_codes()))
@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
def test_every_wording_names_the_same_places_in_every_language(code: str, language: str) -> None:
    from string import Formatter

    from django.utils import translation

    from apps.accounts.choices import locale_of

    for text in wording._wording[code]:
        with translation.override("en"):
            known = {place for _text, place, _spec, _conversion in Formatter().parse(str(text)) if place}
        with translation.override(locale_of(language)):
            found = {place for _text, place, _spec, _conversion in Formatter().parse(str(text)) if place}
        assert found == known
