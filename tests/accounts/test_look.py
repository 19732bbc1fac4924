"""The look: contrast computed from the tokens, pieces that isolate and escape, one vocabulary of icons."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from apps.accounts import look
from apps.accounts.models import User

ROOT = Path(settings.BASE_DIR)
TOKENS = (ROOT / "static/css/tokens.css").read_text()
STYLES = (ROOT / "static/css/components.css").read_text()
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def values(selector: str) -> dict[str, str]:
    """The tokens that a block sets."""
    start = TOKENS.index(selector)
    block = TOKENS[TOKENS.index("{", start) + 1 : TOKENS.index("}", start)]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


LIGHT = values(":root {")
DARK = {**LIGHT, **values(':root[data-theme="dark"] {')}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("canvas", "paper", "raised", "sunken", "hover")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint") for ground in GROUNDS),
    *(("accent", ground) for ground in ("canvas", "paper", "raised", "hover", "accent-soft")),
    ("accent-strong", "accent-soft"),
    ("accent-strong", "paper"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("head-ink", "head"),
    ("head-soft", "head"),
    ("head-ink", "head-line"),
    *((tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "hold", "info", "quiet")),
    *((tone, "paper") for tone in ("good", "warn", "bad", "hold", "info")),
    *(("ink", f"{tone}-soft") for tone in ("good", "warn", "bad", "hold", "info")),
]  # fmt: skip
MARKS = [
    ("line-firm", "paper"),
    ("line-firm", "canvas"),
    ("focus", "paper"),
    ("focus", "canvas"),
    ("head-mark", "head"),
]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half(theme: dict[str, str]) -> None:
    weak = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_and_focus_have_a_contrast_of_three(theme: dict[str, str]) -> None:
    weak = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in MARKS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_dark_by_choice_is_dark_by_device() -> None:
    assert values(':root[data-theme="dark"] {') == values(':root:not([data-theme="light"]) {')


def test_type_has_five_sizes_and_nothing_between() -> None:
    sizes = set(re.findall(r"font-size:\s*([^;}]+)", STYLES))
    given = {size.strip() for size in sizes if "var(--type-" not in size}
    # icons are measured in type, and code is drawn a little smaller than the text around it
    assert given <= {".92em", "1rem", ".85rem", ".9rem", ".8rem", "1.75rem"}


def test_colours_have_their_values_in_the_tokens_only() -> None:
    literal = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb\([^)]*\)", STYLES)
    assert sorted(set(literal)) == ["#06141d", "rgb(8 16 24 / 45%)"]


PHYSICAL = re.compile(
    r"(?<![-\w])(margin|padding|border)-(left|right)|(?<![-\w])(left|right):|text-align:\s*(left|right)|float:\s*(left|right)"
)


def test_sides_are_logical() -> None:
    assert [match.group() for match in PHYSICAL.finditer(STYLES + TOKENS)] == []


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))
    asked = {name for _tone, name in look.STATES.values()} | look.MIRRORED
    for template in (ROOT / "templates").rglob("*.html"):
        asked |= set(re.findall(r'{%\s*icon "([\w-]+)"', template.read_text()))
    assert asked - drawn == set()


# Pieces --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "USD\u00a01,240,500.50"),
        ("zh-hans", "USD\u00a01,240,500.50"),
        ("es", "USD\u00a01.240.500,50"),
        ("fr", "USD\u00a01\u202f240\u202f500,50"),
        ("ru", "USD\u00a01\u202f240\u202f500,50"),
        ("ar", "USD\u00a01\u202f240\u202f500,50"),
    ],
)
def test_an_amount_is_grouped_as_its_reader_groups(language: str, text: str) -> None:
    with translation.override(language):
        assert look.amount_text(Decimal("1240500.50")) == text


def test_an_amount_is_isolated_and_whole_where_it_is_whole() -> None:
    with translation.override("ar"):
        assert look.money(Decimal("180000.00"), "SSP") == (
            '<bdi class="num" dir="ltr">SSP\u00a0180\u202f000</bdi>'
        )


def test_a_negative_amount_has_a_minus_and_yen_have_no_cents() -> None:
    with translation.override("en"):
        assert look.amount_text(Decimal("-12.5"), "USD") == "USD\u00a0−12.50"
        assert look.amount_text(Decimal("1200.4"), "JPY") == "JPY\u00a01,200"


@pytest.mark.parametrize("empty", [None, ""])
def test_nothing_is_said_and_not_only_drawn(empty: Any) -> None:
    assert "none" in look.money(empty)
    assert "none" in look.number(empty)
    assert "none" in look.moment(None)
    assert "none" in look.day(None)


def test_an_instant_is_shown_in_the_readers_zone() -> None:
    reader = User(time_zone="Africa/Juba")
    with translation.override("en"):
        shown = look.moment(NOON, reader)
    assert "1 Jul 2026, 14:00" in shown
    assert 'datetime="2026-07-01T14:00:00+02:00"' in shown


def test_an_instant_is_shown_in_the_requests_zone_where_no_reader_is_named() -> None:
    with timezone.override("America/New_York"), translation.override("en"):
        assert "1 Jul 2026, 08:00" in Template("{% load look %}{{ at|moment }}").render(Context({"at": NOON}))


def test_a_date_has_no_zone() -> None:
    with translation.override("en"):
        assert look.day(date(2026, 12, 31)) == '<time class="num" datetime="2026-12-31">31 Dec 2026</time>'


@pytest.mark.parametrize(
    ("language", "attributes"),
    [("ar", ' lang="ar" dir="rtl"'), ("zh", ' lang="zh-Hans" dir="ltr"'), ("", ' dir="auto"')],
)
def test_narrative_carries_its_language_and_direction(language: str, attributes: str) -> None:
    assert look.narrative("text", language) == f'<div class="narrative"{attributes}><p>text</p></div>'


HOSTILE = "<img src=x onerror=alert(1)>\"'&"


@pytest.mark.parametrize(
    "piece",
    [
        look.narrative(HOSTILE, "en"),
        look.words(HOSTILE, "en"),
        look.code(HOSTILE),
        look.chip(HOSTILE, remove_url=HOSTILE),
        look.state("late", HOSTILE),
        look.turn_chip(who=HOSTILE, office=HOSTILE, paused=True, reason=HOSTILE),
        look.clock_badge(until=NOON, left=2, calendar=HOSTILE),
        look.score(3, 5, HOSTILE, label=HOSTILE),
        look.progress(1, 2, HOSTILE),
        look.money(Decimal(1), HOSTILE),
    ],
)
def test_what_people_wrote_is_escaped(piece: str) -> None:
    assert "<img" not in piece
    assert "\"'&" not in piece


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (4, "4 working days left"),
        (1, "1 working day left"),
        (0, "last day"),
        (-1, "1 working day late"),
        (-3, "3 working days late"),
    ],
)
def test_days_are_said_as_people_say_them(left: int, said: str) -> None:
    with translation.override("en"):
        assert look.days_left_text(left) == said


@pytest.mark.parametrize(
    ("clock", "tone", "said"),
    [
        ({"until": NOON, "left": 7}, "info", "7 working days left"),
        ({"until": NOON, "left": 1}, "warn", "1 working day left"),
        ({"until": NOON, "left": -2}, "bad", "2 working days late"),
        ({"until": NOON, "left": 0, "late": True}, "bad", "late"),
        ({"until": NOON, "left": 3, "paused": True}, "hold", "paused"),
        ({"until": NOON, "done": True}, "good", "done"),
        ({"until": None}, "quiet", "no deadline"),
    ],
)
def test_a_clock_says_its_state_in_words(clock: dict[str, Any], tone: str, said: str) -> None:
    with translation.override("en"):
        drawn = look.clock_badge(**clock)
    assert f"clock--{tone}" in drawn
    assert said in drawn


@pytest.mark.parametrize("state", sorted(look.STATES))
def test_a_state_has_a_word_and_an_icon(state: str) -> None:
    drawn = look.state(state, "in words")
    assert "<svg" in drawn
    assert "in words" in drawn
