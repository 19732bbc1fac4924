"""The words of notices and mails: a code has a subject and a body, lazily translated, rendered for each
reader.

Parameters keep their meaning until then: `*_at` is an instant (shown in the reader's time zone), `*_on` a
date.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import bidirectional
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import pgettext

from apps.accounts.choices import locale_of
from apps.audit.canonical import instant_text

type_of_text = str | Promise
RIGHT_TO_LEFT = frozenset({"R", "AL"})
ISOLATE, END_OF_ISOLATE = (
    "\u2068",
    "\u2069",
)  # so that a title in one direction stays whole in a sentence in the other
_BLANKS = re.compile(r" {2,}")  # what an empty parameter leaves


@dataclass(frozen=True)
class Words:
    """A message as one person reads it."""

    subject: str
    body: str


_wording: dict[str, tuple[type_of_text, type_of_text]] = {}


def register_wording(wording: Mapping[str, tuple[type_of_text, type_of_text]]) -> None:
    """Give codes their (subject, body), lazy, with `{param}` places. Called in each app's
    `AppConfig.ready`."""
    for code, words in wording.items():
        if code in _wording and _wording[code] != words:
            raise ValueError(f"the notice {code!r} has two wordings")
        _wording[code] = words


def registered_codes() -> frozenset[str]:
    """Every code that has a wording."""
    return frozenset(_wording)


def render(code: str, params: Mapping[str, Any], *, language: str = "en", time_zone: str = "UTC") -> Words:
    """The words of a notice in a reader's language and time zone. An unknown code is a bug: raised under
    tests."""
    with translation.override(locale_of(language)):
        if code not in _wording:
            if getattr(settings, "ICTGOV_TESTING", False):
                raise LookupError(f"no wording is registered for {code!r}")
            return Words(code, code)
        subject, body = _wording[code]
        shown = {name: _shown(name, value, ZoneInfo(time_zone)) for name, value in params.items()}
        return Words(_filled(subject, shown), _filled(body, shown))


def storable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they are stored: plain JSON, instants and dates as ISO text."""
    return {name: _stored(value) for name, value in params.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def _shown(name: str, value: Any, zone: ZoneInfo) -> Any:
    if not value or not isinstance(value, str):
        return value
    if name.endswith("_at"):
        local = datetime.fromisoformat(value).astimezone(zone)
        return f"{date_format(local, pgettext('a date with its time', 'j M Y, H:i'), use_l10n=False)} ({zone.key})"
    if name.endswith("_on"):
        return date_format(date.fromisoformat(value), pgettext("a date", "j M Y"), use_l10n=False)
    if translation.get_language_bidi() or any(bidirectional(letter) in RIGHT_TO_LEFT for letter in value):
        return f"{ISOLATE}{value}{END_OF_ISOLATE}"
    return value


def _filled(template: type_of_text, params: Mapping[str, Any]) -> str:
    try:
        return _BLANKS.sub(" ", str(template).format_map(params)).strip()
    except (KeyError, IndexError, ValueError):
        if getattr(settings, "ICTGOV_TESTING", False):
            raise
        return str(template)
