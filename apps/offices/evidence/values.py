"""One answer from any door: normalized where it is clear, else refused with the field and what helps.

Page, API and demonstration send what was typed; what is stored reads the same whatever door it came through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from apps.audit.reasons import Reason
from apps.offices.evidence.fields import LONGEST, MOST, NUMERIC, Field, Form, Kind

PLAIN = re.compile(r"\d{1,20}(\.\d{1,20})?")
SURROGATE = re.compile("[\ud800-\udfff]")
GROUPING = dict.fromkeys(map(ord, " \u00a0\u2007\u2009\u202f'\u2019\u066c\u200e\u200f\u061c"))
DECIMAL_SEPARATOR = str.maketrans({"\u066b": ".", "\u060c": ",", "\uff0c": ",", "\uff0e": "."})
DAY = Field("performed_on", "", Kind.DATE, past=True)


def clean_form(form: Form, given: Mapping[str, Any], *, today: date) -> tuple[dict[str, str], list[Reason]]:
    """The answers as they are stored, in the order of the form, and everything that is wrong with them."""
    reasons = [
        Reason("evidence.unknown_answer", {"field": str(key)[:60], "function": form.function}, "values")
        for key in given
        if key not in form.by_key
    ]
    values: dict[str, str] = {}
    for field in form.fields:
        values[field.key], wrong = clean(field, given.get(field.key), today=today)
        reasons += wrong
    bad = {reason.field for reason in reasons}
    for field in form.fields:
        if values[field.key] and field.key not in bad:
            reasons += _compared(field, form, values, bad)
    return values, reasons


def clean_day(form: Form, given: Any, *, today: date) -> tuple[date | None, list[Reason]]:
    """The day of the evidence: asked of every form, never in the future."""
    field = Field(DAY.key, form.day, Kind.DATE, past=True)
    text, reasons = clean(field, given.isoformat() if isinstance(given, date) else given, today=today)
    return (date.fromisoformat(text) if text and not reasons else None), reasons


def clean(field: Field, given: Any, *, today: date) -> tuple[str, list[Reason]]:
    """One answer as it is stored, and what is wrong with it."""
    label = {"label": field.label}
    if isinstance(given, bool):
        given = "yes" if given else "no"
    if isinstance(given, int | float | Decimal):
        given = str(given)
    if given is not None and not isinstance(given, str):
        return "", [Reason("evidence.wrong_type", label, field.key)]
    text = _text(field, given or "")
    if "\0" in text or SURROGATE.search(text):
        return "", [Reason("evidence.unreadable", label, field.key)]
    if not text:
        return "", [Reason("evidence.answer_missing", label, field.key)] if field.required else []
    reason = _problem(field, text, today)
    return text, [reason] if reason else []


def date_of(text: str) -> date | None:
    """The day of a stored answer."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _problem(field: Field, text: str, today: date) -> Reason | None:
    shown = {"label": field.label, "value": text[:60]}
    match field.kind:
        case Kind.LINE | Kind.WORDS:
            limit = LONGEST[field.kind]
            if len(text) > limit:
                params = {"label": field.label, "limit": limit, "length": len(text)}
                return Reason("evidence.too_long", params, field.key)
        case Kind.CHOICE | Kind.YES_NO:
            known = dict(field.choices) or {"yes": "", "no": ""}
            if text not in known:
                return Reason("evidence.not_a_choice", {**shown, "choices": ", ".join(known)}, field.key)
        case Kind.DATE:
            day = date_of(text)
            if day is None or not 1945 <= day.year <= 2999:
                return Reason("evidence.not_a_date", shown, field.key)
            if field.past and day > today:
                params = {"label": field.label, "today": today.isoformat()}
                return Reason("evidence.in_the_future", params, field.key)
        case Kind.CURRENCY:
            if not re.fullmatch(r"[A-Z]{3}", text):
                return Reason("evidence.not_a_currency", shown, field.key)
        case _:
            return _number_problem(field, text, shown)
    return None


def _number_problem(field: Field, text: str, shown: dict[str, Any]) -> Reason | None:
    most = MOST[field.kind]
    if not (text.isascii() and PLAIN.fullmatch(text)) or Decimal(text) > most:
        return Reason("evidence.not_a_number", {**shown, "most": f"{most:,}"}, field.key)
    if len(text.partition(".")[2]) > field.places:
        return Reason("evidence.too_many_places", {**shown, "places": field.places}, field.key)
    return None


def _compared(field: Field, form: Form, values: Mapping[str, str], bad: set[str]) -> list[Reason]:
    """What two answers say together: a period that ends before it begins, a part above its whole, money without a
    currency."""
    other = form.by_key.get(field.not_before or field.not_above)
    if other is not None and values[other.key] and other.key not in bad:
        params = {"label": field.label, "other": other.label}
        if field.not_before and values[field.key] < values[other.key]:
            return [Reason("evidence.before", params, field.key)]
        if field.not_above and Decimal(values[field.key]) > Decimal(values[other.key]):
            return [Reason("evidence.above", params, field.key)]
    if (
        field.kind is Kind.AMOUNT
        and "currency" in values
        and not values["currency"]
        and "currency" not in bad
    ):
        return [Reason("evidence.answer_missing", {"label": form.by_key["currency"].label}, "currency")]
    return []


def _text(field: Field, given: str) -> str:
    text = given.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not SURROGATE.search(text):
        text = unicodedata.normalize("NFC", text)
    if field.kind is Kind.WORDS:
        return text
    if field.kind in NUMERIC:
        return _plain_number(text)
    if field.kind is Kind.DATE:
        return _plain_date(_plain_digits(text))
    if field.kind is Kind.CURRENCY:
        return text.upper()
    return " ".join(text.splitlines())


def _plain_digits(text: str) -> str:
    """Digits of every script as 0-9."""
    return "".join(
        str(unicodedata.decimal(character)) if unicodedata.decimal(character, None) is not None else character
        for character in text
    )


def _plain_number(text: str) -> str:
    """`1,234.50`, `1 234,5` and `١٬٢٣٤٫٥` as plain decimals; what is not clear stays as typed, and is refused."""
    number = _plain_digits(text).removesuffix("%").translate(DECIMAL_SEPARATOR).translate(GROUPING)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
        number = number.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}(,\d+)?", number) or re.fullmatch(r"\d{1,3}\.\d{3},\d+", number):
        number = number.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", number):
        number = number.replace(",", ".")
    if not PLAIN.fullmatch(number):
        return text
    whole, _dot, rest = number.partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _plain_date(text: str) -> str:
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found and text.isascii() else text
