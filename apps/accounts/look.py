"""Small pieces of a page, built in Python, so that a list of fifty rows draws fast.

Lists build their cells with these functions; pages of one thing use the tags of the same names
(`{% load look %}`) or the partials, which call the same code. Everything returned is safe markup; everything
taken is escaped.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.templatetags.static import static
from django.utils import formats, timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.accounts.choices import direction_of, language_of

MIRRORED = frozenset({"arrow-end", "arrow-start", "chevron-end", "chevron-start", "send", "undo", "sign-out"})
CURRENCY_PLACES = {"JPY": 0, "KRW": 0, "XAF": 0, "XOF": 0, "RWF": 0, "UGX": 0, "VND": 0, "CLP": 0}
SEPARATORS = {
    "ar": ("\u202f", ","),
    "zh": (",", "."),
    "en": (",", "."),
    "fr": ("\u202f", ","),
    "ru": ("\u202f", ","),
    "es": (".", ","),
}
STATES: dict[str, tuple[str, str]] = {
    # state: (tone, icon)
    "running": ("info", "clock"),
    "soon": ("warn", "clock"),
    "late": ("bad", "alert"),
    "paused": ("hold", "pause"),
    "done": ("good", "check"),
    "draft": ("quiet", "edit"),
    "returned": ("warn", "undo"),
    "approved": ("good", "check"),
    "conditional": ("good", "list"),
    "refused": ("bad", "cross"),
    "withdrawn": ("quiet", "minus"),
    "cooling_off": ("hold", "clock"),
    "not_started": ("quiet", "circle"),
    "registered": ("quiet", "book"),
    "good": ("good", "check"),
    "warn": ("warn", "alert"),
    "bad": ("bad", "alert"),
    "info": ("info", "info"),
    "hold": ("hold", "pause"),
    "quiet": ("quiet", "circle"),
}


@lru_cache(maxsize=256)
def _icon(name: str, sprite: str, label: str) -> SafeString:
    mirrored = " icon--mirrored" if name in MIRRORED else ""
    if label:
        return format_html(
            '<svg class="icon{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            mirrored, label, sprite, name,
        )  # fmt: skip
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>', mirrored, sprite, name
    )


@lru_cache(maxsize=1)
def _sprite_once() -> str:
    return static("img/icons.svg")


def icon(name: str, label: str = "") -> SafeString:
    """Return an icon of the sprite. It never stands alone: a word is beside it, or in `label`."""
    return _icon(name, static("img/icons.svg") if settings.DEBUG else _sprite_once(), str(label))


def isolate(text: Any) -> SafeString:
    """Return a code, name or amount that keeps its own direction within the sentence."""
    return format_html("<bdi>{}</bdi>", text)


def code(text: Any) -> SafeString:
    """Return a reference or another code: isolated, left to right, in tabular figures."""
    return format_html('<bdi class="code" dir="ltr">{}</bdi>', text)


def figures(value: Decimal | int | float | str, places: int = 0) -> str:
    """Return a number grouped as the active language groups it; digits are the Latin ones everywhere."""
    group, point = SEPARATORS[language_of(translation.get_language())]
    whole, _dot, rest = f"{abs(Decimal(str(value))):,.{places}f}".partition(".")
    sign = "−" if Decimal(str(value)) < 0 else ""
    return f"{sign}{whole.replace(',', group)}{point + rest if rest else ''}"


def amount_text(
    value: Decimal | int | str | None, currency: str = "USD", *, places: int | None = None
) -> str:
    """Return an amount as text in the active language: the currency's code, then grouped figures."""
    if value is None or value == "":
        return ""
    number = Decimal(str(value))
    digits = CURRENCY_PLACES.get(currency, 2) if places is None else places
    if places is None and number == number.to_integral_value():
        digits = 0
    return f"{currency}\u00a0{figures(number, digits)}" if currency else figures(number, digits)


def money(value: Decimal | int | str | None, currency: str = "USD") -> SafeString:
    """Return an amount, isolated in text of either direction; a dash with a word where there is none."""
    if value is None or value == "":
        return nothing()
    return format_html('<bdi class="num" dir="ltr">{}</bdi>', amount_text(value, currency))


def number(value: Decimal | int | float | str | None, places: int = 0, unit: str = "") -> SafeString:
    """Return a number with grouped tabular figures, and its unit."""
    if value is None or value == "":
        return nothing()
    return format_html(
        '<bdi class="num" dir="ltr">{}{}</bdi>', figures(value, places), f"\u00a0{unit}" if unit else ""
    )


def nothing(word: str = "") -> SafeString:
    """Return the mark of an empty value, with a word for those who listen."""
    return format_html(
        '<span class="nothing"><span aria-hidden="true">–</span>'
        '<span class="visually-hidden">{}</span></span>',
        word or _("none"),
    )


def zone_of(viewer: Any = None) -> Any:
    """Return the time zone in which a viewer reads: theirs, or the one active for this request."""
    if viewer is not None and getattr(viewer, "zone", None) is not None:
        return viewer.zone
    if isinstance(viewer, ZoneInfo):
        return viewer
    return timezone.get_current_timezone()


def moment_text(at: datetime, viewer: Any = None) -> str:
    """Return an instant as text in the viewer's zone."""
    local = at.astimezone(zone_of(viewer))
    return formats.date_format(local, pgettext("a date with its time", "j M Y, H:i"), use_l10n=False)


def moment(at: datetime | None, viewer: Any = None, *, time: bool = True) -> SafeString:
    """Return an instant in the viewer's zone; the exact one, with its offset, one pointer away."""
    if at is None:
        return nothing()
    zone = zone_of(viewer)
    local = at.astimezone(zone)
    pattern = pgettext("a date with its time", "j M Y, H:i") if time else pgettext("a date", "j M Y")
    return format_html(
        '<time class="num" datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M} {zone}",
        formats.date_format(local, pattern, use_l10n=False),
    )


def day(on: date | None) -> SafeString:
    """Return a date."""
    if on is None:
        return nothing()
    return format_html(
        '<time class="num" datetime="{}">{}</time>',
        on.isoformat()[:10],
        formats.date_format(on, pgettext("a date", "j M Y"), use_l10n=False),
    )


def _lines(block: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in block.strip().splitlines()))


def narrative(text: str | None, language: str | None = "", *, element: str = "div") -> SafeString:
    """Return a person's text as paragraphs, in its own language and direction, at most 75 characters wide."""
    if not text:
        return nothing(_("nothing written"))
    blocks = [block for block in str(text).replace("\r\n", "\n").split("\n\n") if block.strip()]
    if element == "span":
        return format_html("<span{}>{}</span>", language_attributes(language), " ".join(str(text).split()))
    body = format_html_join("", "<p>{}</p>", ((_lines(block),) for block in blocks))
    return format_html(
        '<{} class="narrative"{}>{}</{}>', element, language_attributes(language), body, element
    )


def language_attributes(language: str | None) -> SafeString:
    """Return ` lang dir` of a text that carries its language; `dir=auto` where it is not known."""
    if not language:
        return mark_safe(' dir="auto"')
    key = language_of(language)
    return format_html(' lang="{}" dir="{}"', "zh-Hans" if key == "zh" else key, direction_of(key))


def words(text: str | None, language: str | None = "") -> SafeString:
    """Return a short text of a person (a title) within a line, in its own language and direction."""
    return format_html('<span class="words"{}>{}</span>', language_attributes(language), text or "")


def state(key: str, label: Any = "", tone: str = "") -> SafeString:
    """Return a state: always a word and an icon, the colour only repeats it."""
    known_tone, name = STATES.get(key, ("quiet", "circle"))
    return format_html(
        '<span class="state state--{}">{}<span>{}</span></span>', tone or known_tone, icon(name), label or key
    )


def days_left_text(left: int) -> str:
    """Return how many working days are left, as people say it."""
    if left < 0:
        return ngettext("%(n)d working day late", "%(n)d working days late", -left) % {"n": -left}
    if left == 0:
        return _("last day")
    return ngettext("%(n)d working day left", "%(n)d working days left", left) % {"n": left}


def clock_badge(
    *,
    until: datetime | None,
    left: int | None = None,
    paused: bool = False,
    late: bool = False,
    done: bool = False,
    calendar: str = "",
    viewer: Any = None,
) -> SafeString:
    """Return a clock: until when, how many working days are left, whose calendar; or paused, late, done."""
    if done or paused or until is None:
        word = _("done") if done else _("paused") if paused else _("no deadline")
        rest = days_left_text(left) if paused and left is not None else ""
        tone, name = STATES["done" if done else "paused" if paused else "quiet"]
        return format_html(
            '<span class="clock clock--{}">{}<span class="clock__text">{}{}</span></span>',
            tone,
            icon(name),
            word,
            format_html(' <span class="clock__more">{}</span>', rest) if rest else "",
        )
    late = late or (left is not None and left < 0)
    key = "late" if late else "soon" if left is not None and left <= 2 else "running"
    tone, name = STATES[key]
    rest = days_left_text(left) if left is not None else ""
    if late and (left is None or left >= 0):
        rest = _("late")
    more = " · ".join(part for part in (rest, calendar) if part)
    return format_html(
        '<span class="clock clock--{}">{}<span class="clock__text">{}{}</span></span>',
        tone,
        icon(name),
        moment(until, viewer),
        format_html(' <span class="clock__more">{}</span>', more) if more else "",
    )


def turn_chip(
    *,
    who: Any,
    office: str = "",
    until: datetime | None = None,
    left: int | None = None,
    paused: bool = False,
    late: bool = False,
    mine: bool = False,
    reason: str = "",
    viewer: Any = None,
) -> SafeString:
    """Return a turn: who, until when, running or paused and why. `mine` says "with you until"."""
    late = late or (left is not None and left < 0)
    lead = _("With you") if mine else format_html("{} <bdi>{}</bdi>", _("With"), who)
    when: SafeString | str = ""
    place = format_html(' <bdi class="turn__office">{}</bdi>', office) if office else ""
    if paused:
        when = format_html('<span class="turn__when">{}</span>', reason or _("clock paused"))
    elif until is not None:
        rest = f" · {days_left_text(left)}" if left is not None else ""
        when = format_html('<span class="turn__when">{} {}{}</span>', _("until"), moment(until, viewer), rest)
    tone = "hold" if paused else "bad" if late else "mine" if mine else "info"
    name = "pause" if paused else "alert" if late else "person"
    return format_html(
        '<span class="turn turn--{}">{}<span class="turn__text"><span class="turn__who">{}{}</span> {}</span>'
        "</span>",
        tone, icon(name), lead, place, when,
    )  # fmt: skip


def score(value: int | None, top: int = 5, anchor: str = "", *, label: str = "") -> SafeString:
    """Return a score beside its scale and the sentence that anchors it."""
    if value is None:
        return format_html('<span class="score score--none">{}</span>', _("not scored"))
    pips = format_html_join(
        "", '<i class="pip{}"></i>', ((" pip--on" if step <= value else "",) for step in range(1, top + 1))
    )
    return format_html(
        '<span class="score">{}<span class="score__figure"><b class="num">{}</b>'
        '<span class="score__of"> {}</span></span><span class="score__pips" aria-hidden="true">{}</span>{}</span>',
        format_html('<span class="visually-hidden">{}: </span>', label) if label else "",
        value,
        _("of %(top)d") % {"top": top},
        pips,
        format_html('<span class="score__anchor">{}</span>', anchor) if anchor else "",
    )


def progress(done: int, total: int, label: Any = "") -> SafeString:
    """Return the progress of long work as a bar and as words."""
    top = max(total, 1)
    text = label or _("%(done)d of %(total)d") % {"done": done, "total": total}
    return format_html(
        '<span class="progressline"><progress value="{}" max="{}" aria-label="{}"></progress>'
        '<span class="num">{}</span></span>',
        min(done, top), top, text, text,
    )  # fmt: skip


def term(word: Any, sentence: Any) -> SafeString:
    """Return a technical word whose sentence is one key away. Not within a paragraph: beside or instead of one."""
    return format_html(
        '<details class="term"><summary>{}</summary><span class="term__sentence">{}</span></details>',
        word,
        sentence,
    )


def chip(text: Any, *, url: str = "", remove_url: str = "", icon_name: str = "") -> SafeString:
    """Return a chip: a word of a search, a tag; with a link, or with a way to take it away."""
    inner = format_html("{}<bdi>{}</bdi>", icon(icon_name) if icon_name else "", text)
    if remove_url:
        return format_html(
            '<span class="chip">{}<a class="chip__remove" href="{}">{}</a></span>',
            inner, remove_url, icon("cross", _("Remove %(what)s") % {"what": text}),
        )  # fmt: skip
    if url:
        return format_html('<a class="chip" href="{}">{}</a>', url, inner)
    return format_html('<span class="chip">{}</span>', inner)


def reason_lines(reasons: Iterable[Any]) -> list[dict[str, Any]]:
    """Return reasons (of the register's kind, or dictionaries) as lines: sentence, remedy, who can, field."""
    lines = []
    for reason in reasons or ():
        if isinstance(reason, Mapping):
            lines.append(dict(reason))
        elif isinstance(reason, str) or not hasattr(reason, "code"):
            lines.append({"sentence": reason, "remedy": "", "who_can": (), "field": ""})
        else:
            from apps.audit import reasons as words_of

            lines.append(
                {
                    "code": reason.code,
                    "sentence": words_of.sentence(reason),
                    "remedy": words_of.remedy_of(reason),
                    "who_can": reason.who_can,
                    "field": reason.field,
                }
            )
    return lines


def date_locale() -> str:
    """Return the active language key."""
    return language_of(translation.get_language())
