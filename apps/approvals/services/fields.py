"""An act and its fields, and how what is sent is checked: each wrong field is named, and nothing is half taken."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import Language
from apps.audit.reasons import Kind, Reason, Refused

NARRATIVE_LIMIT = 20_000
LINE_LIMIT = 300
ROWS_LIMIT = 60
Label = str | Promise


@dataclass(frozen=True)
class Field:
    """One field of an act. `kind`: narrative, line, choice, money, date, yes (must be ticked), or rows of `of`."""

    name: str
    label: Label
    kind: str = "narrative"
    required: bool = False
    help: Label = ""
    choices: tuple[tuple[str, Label], ...] = ()
    of: tuple[Field, ...] = ()
    depends: bool = False  # whether it is needed follows from another answer; its help says when


@dataclass(frozen=True)
class Verb:
    """One act: what the button says, what the timeline says afterwards, its fields, and whether it cannot be undone."""

    key: str
    label: Label
    past: Label
    fields: tuple[Field, ...] = ()
    whole_case: tuple[str, ...] = ()  # roles of the sponsoring office that may, whoever has the turn
    on_closed: bool = False  # is done with a case that has ended
    confirmed: bool = False
    cannot_be_undone: bool = False
    note: Label = ""


def clean_text(
    value: Any, *, label: Label, name: str, limit: int, required: bool
) -> tuple[str, list[Reason]]:
    """Normalize a text; refuse what is no text, holds control characters or lone surrogates, or is too long."""
    if value is None:
        value = ""
    if not isinstance(value, str):
        return "", [Reason("field.not_text", {"label": str(label)}, field=name)]
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if any(
        (unicodedata.category(char) == "Cc" and char not in "\n\t") or "\ud800" <= char <= "\udfff"
        for char in text
    ):
        return "", [Reason("field.not_text", {"label": str(label)}, field=name)]
    text = unicodedata.normalize("NFC", text).strip()
    if required and not text:
        return "", [Reason("field.required", {"label": str(label)}, field=name)]
    if len(text) > limit:
        return "", [Reason("field.too_long", {"label": str(label), "limit": limit}, field=name)]
    return text, []


def _clean_money(value: Any, spec: Field, name: str) -> tuple[Any, list[Reason]]:
    text = unicodedata.normalize("NFKC", str(value)).replace(" ", "").replace("\u00a0", "").replace(",", "")
    try:
        amount = Decimal(text).quantize(Decimal("0.01"))
    except (InvalidOperation, ValueError):
        return None, [Reason("field.not_number", {"label": str(spec.label)}, field=name)]
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 15:
        return None, [Reason("field.not_number", {"label": str(spec.label)}, field=name)]
    return amount, []


def _clean_date(value: Any, spec: Field, name: str) -> tuple[Any, list[Reason]]:
    if isinstance(value, date):
        return value, []
    try:
        return date.fromisoformat(unicodedata.normalize("NFKC", str(value)).strip()), []
    except ValueError:
        return None, [Reason("field.not_date", {"label": str(spec.label)}, field=name)]


def _clean_one(value: Any, spec: Field, name: str) -> tuple[Any, list[Reason]]:
    if spec.kind in ("narrative", "line"):
        limit = NARRATIVE_LIMIT if spec.kind == "narrative" else LINE_LIMIT
        return clean_text(value, label=spec.label, name=name, limit=limit, required=spec.required)
    if spec.kind == "yes":
        ticked = value in (True, "on", "true", "True", "1", "yes")
        return ticked, [] if ticked else [Reason("field.required", {"label": str(spec.label)}, field=name)]
    if spec.kind == "rows":
        return _clean_rows(value, spec, name)
    if value in (None, ""):
        missing = [Reason("field.required", {"label": str(spec.label)}, field=name)] if spec.required else []
        return (None if spec.kind != "choice" else ""), missing
    if spec.kind == "choice":
        known = [key for key, _label in spec.choices]
        if not isinstance(value, str) or (known and value not in known):
            return "", [
                Reason("field.choice", {"label": str(spec.label), "value": str(value)[:60]}, field=name)
            ]
        return clean_text(value, label=spec.label, name=name, limit=LINE_LIMIT, required=spec.required)
    cleaners: dict[str, Callable[[Any, Field, str], tuple[Any, list[Reason]]]] = {
        "money": _clean_money,
        "date": _clean_date,
    }
    return cleaners[spec.kind](value, spec, name)


def _clean_rows(value: Any, spec: Field, name: str) -> tuple[list[dict[str, Any]], list[Reason]]:
    rows = [] if value in (None, "") else value
    if (
        not isinstance(rows, list)
        or len(rows) > ROWS_LIMIT
        or any(not isinstance(row, Mapping) for row in rows)
    ):
        return [], [Reason("field.not_list", {"label": str(spec.label)}, field=name)]
    cleaned, reasons = [], []
    for position, row in enumerate(rows):
        values, faults = _clean_mapping(row, spec.of, prefix=f"{name}.{position}.")
        cleaned.append(values)
        reasons += faults
    if spec.required and not rows:
        reasons.append(Reason("field.required", {"label": str(spec.label)}, field=name))
    return cleaned, reasons


def _clean_mapping(
    payload: Mapping[str, Any], fields: tuple[Field, ...], *, prefix: str = ""
) -> tuple[dict[str, Any], list[Reason]]:
    known = {spec.name for spec in fields}
    reasons = [
        Reason("field.unknown", {"name": str(name)[:60]}, field=f"{prefix}{name}"[:120])
        for name in payload
        if name not in known
    ]
    values = {}
    for spec in fields:
        values[spec.name], faults = _clean_one(payload.get(spec.name), spec, f"{prefix}{spec.name}")
        reasons += faults
    return values, reasons


def reasons_against_language(language: Any) -> list[Reason]:
    """What a person writes is in one of the six languages; nothing given means their own."""
    if language in (None, "") or language in Language.values:
        return []
    return [Reason("field.choice", {"label": _("Language"), "value": str(language)[:60]}, field="language")]


def clean_payload(fields: tuple[Field, ...], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with every field checked and normalized; refuses (`invalid`) naming each wrong field at once."""
    values, reasons = _clean_mapping({k: v for k, v in payload.items() if k != "language"}, fields)
    reasons += reasons_against_language(payload.get("language"))
    if reasons:
        raise Refused(Kind.INVALID, reasons)
    return values
