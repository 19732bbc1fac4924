"""Why something is refused: codes and parameters inside, a sentence only at the edge (seam 16)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi

type_of_text = str | Promise
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Kind(StrEnum):
    """What kind of refusal it is; the edge turns it into a status."""

    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    NOT_READY = "not_ready"
    CONFLICT = "conflict"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"

    @property
    def status(self) -> int:
        """The HTTP status of this kind."""
        return _STATUS[self.value]


_STATUS = {
    "not_found": 404,
    "not_allowed": 403,
    "not_ready": 409,
    "conflict": 409,
    "invalid": 400,
    "unavailable": 503,
}


@dataclass(frozen=True)
class Reason:
    """One reason: a code, what it is about, the field or section it belongs to, what helps, and who can."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    field: str = ""
    remedy: str = ""
    who_can: tuple[str, ...] = ()


class Refused(Exception):
    """An act is refused, with at least one reason. Nothing has changed."""

    def __init__(self, kind: Kind | str, reasons: Iterable[Reason]) -> None:
        self.kind = Kind(kind)
        self.reasons = tuple(reasons)
        if not self.reasons:
            raise ValueError("a refusal gives a reason")
        super().__init__(f"{self.kind}: {', '.join(reason.code for reason in self.reasons)}")

    @property
    def status(self) -> int:
        """The HTTP status that answers this refusal."""
        return self.kind.status


def refuse(kind: Kind | str, *reasons: Reason) -> NoReturn:
    """Refuse for these reasons."""
    raise Refused(kind, reasons)


def refuse_if(kind: Kind | str, reasons: Iterable[Reason]) -> None:
    """Refuse if there is a reason to."""
    found = tuple(reasons)
    if found:
        raise Refused(kind, found)


_sentences: dict[str, type_of_text] = {}
_remedies: dict[str, type_of_text] = {}


def register_sentences(
    sentences: Mapping[str, type_of_text], remedies: Mapping[str, type_of_text] | None = None
) -> None:
    """Give codes their sentences (lazy, with `{param}` places); each code belongs to one app."""
    for known, new in ((_sentences, sentences), (_remedies, remedies or {})):
        for code, text in new.items():
            if code in known and known[code] != text:
                raise ValueError(f"the reason {code!r} has two sentences")
            known[code] = text


def registered_codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(_sentences)


def sentence(reason: Reason) -> str:
    """The sentence of a reason in the active language. One without is a bug: raised under tests."""
    return _rendered(_sentences.get(reason.code), reason.code, reason.params)


def remedy_of(reason: Reason) -> str:
    """What helps, in the active language; empty if nothing is known to."""
    code = reason.remedy or reason.code
    if code in _remedies:
        return _rendered(_remedies[code], code, reason.params)
    return _rendered(None, code, {}) if reason.remedy else ""


def _rendered(template: type_of_text | None, code: str, params: Mapping[str, Any]) -> str:
    strict = getattr(settings, "ICTGOV_TESTING", False)
    if template is None:
        if strict:
            raise LookupError(f"no sentence is registered for {code!r}")
        return code
    try:
        return str(template).format_map(_isolated(params))
    except (KeyError, IndexError, ValueError):
        if strict:
            raise
        return str(template)


def _isolated(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Days as 2026-12-31 keep their order in a sentence that runs from right to left."""
    if not get_language_bidi():
        return params
    return {
        name: f"\u2066{value}\u2069" if isinstance(value, str) and ISO_DAY.fullmatch(value) else value
        for name, value in params.items()
    }
