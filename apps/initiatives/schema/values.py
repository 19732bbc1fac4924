"""One value from any door: normalised where clear, kept as typed where not, refused where it cannot be kept.

Two answers are kept apart. ``clean`` refuses (``Reason``) what a database or a reader cannot hold: NUL, half
of a surrogate pair, a wrong JSON type, an unknown choice, a text beyond all measure. ``problem`` names what
is wrong with a value that *is* kept, because a draft loses nothing: "twelve" in an amount stays there, and
is asked about.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from apps.audit.reasons import Reason
from apps.initiatives.schema.fields import TABLES, Field, Kind

HARD_LIMIT = 50_000  # characters of one answer; beyond it nothing is kept
ROW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
SURROGATE = re.compile("[\ud800-\udfff]")
AMOUNT = re.compile(r"\d+(\.\d+)?")
AMOUNT_DIGITS = 13
GROUPING = dict.fromkeys(map(ord, " \u00a0\u2007\u2009\u202f'\u2019\u066c\u200e\u200f\u061c"))
DECIMAL_SEPARATOR = str.maketrans({"\u066b": ".", "\u060c": ",", "\uff0c": ",", "\uff0e": "."})


def clean(field: Field, raw: Any, path: str = "") -> tuple[Any, list[Reason]]:
    """The value as it is kept, and why not. With reasons, the value is not to be kept."""
    path = path or field.key
    if field.kind in TABLES:
        return _clean_rows(field, raw, path)
    if raw is None:
        return "", []
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    if isinstance(raw, int):
        raw = str(raw)
    if not isinstance(raw, str):
        return "", [Reason("value_wrong_type", {"kind": str(field.kind)}, path)]
    if reason := unreadable(raw, path):
        return "", [reason]
    text = _text(field, raw)
    if field.kind in (Kind.CHOICE, Kind.YES_NO) and text and text not in dict(_choices(field)):
        return "", [Reason("choice_unknown", {"value": text[:60]}, path)]
    return text, []


def unreadable(text: str, path: str) -> Reason | None:
    """Why this text cannot be kept at all: NUL, half a surrogate pair, or far too long."""
    if len(text) > HARD_LIMIT:
        return Reason("text_far_too_long", {"limit": HARD_LIMIT, "length": len(text)}, path)
    if "\0" in text:
        return Reason("text_has_nul", {"position": text.index("\0") + 1}, path)
    if found := SURROGATE.search(text):
        return Reason("text_has_surrogate", {"position": found.start() + 1}, path)
    return None


def problem(field: Field, value: str, path: str = "") -> Reason | None:
    """What is wrong with a kept value of one leaf; None where nothing is, or where it is empty."""
    path = path or field.key
    if not value:
        return None
    match field.kind:
        case Kind.TEXT | Kind.NARRATIVE:
            if field.limit and len(value) > field.limit:
                return Reason("text_too_long", {"limit": field.limit, "length": len(value)}, path)
        case Kind.AMOUNT:
            return _amount_problem(value, path)
        case Kind.CURRENCY:
            if not re.fullmatch(r"[A-Z]{3}", value):
                return Reason("currency_invalid", {"value": value[:20]}, path)
        case Kind.DATE:
            if date_of(value) is None:
                return Reason("date_invalid", {"value": value[:40]}, path)
        case Kind.YEAR | Kind.NUMBER:
            number = number_of(value)
            if number is None or not field.least <= number <= field.limit:
                params = {"value": value[:40], "least": field.least, "most": field.limit}
                return Reason("number_out_of_range", params, path)
    return None


def amount_of(value: str) -> Decimal | None:
    """The amount of a kept value; None where it is empty or wrong."""
    return Decimal(value) if value and _amount_problem(value, "") is None else None


def date_of(value: str) -> date | None:
    """The date of a kept value (YYYY-MM-DD)."""
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def number_of(value: str) -> int | None:
    """The whole number of a kept value."""
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


def _choices(field: Field) -> tuple[tuple[str, Any], ...]:
    return field.choices or (("yes", ""), ("no", ""))


def _text(field: Field, raw: str) -> str:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    match field.kind:
        case Kind.NARRATIVE:
            return text
        case Kind.AMOUNT:
            return _plain_amount(text)
        case Kind.DATE:
            return _plain_date(_plain_digits(text))
        case Kind.YEAR | Kind.NUMBER:
            digits = _plain_digits(text).translate(GROUPING)
            return digits.lstrip("0") or "0" if digits.isdecimal() else text
        case Kind.CURRENCY:
            return text.upper() if len(text) <= 3 else text
        case _:
            return " ".join(text.splitlines()) if "\n" in text else text


def _plain_digits(text: str) -> str:
    """Digits of every script as 0-9."""
    return "".join(
        str(unicodedata.decimal(character)) if unicodedata.decimal(character, None) is not None else character
        for character in text
    )


def _plain_amount(text: str) -> str:
    """``1 234,50``, ``1,234.50`` and ``١٬٢٣٤٫٥٠`` as 1234.50; anything that is not clear stays as typed."""
    number = _plain_digits(text).translate(DECIMAL_SEPARATOR).translate(GROUPING)
    if "," in number and "." in number:
        group, point = (",", ".") if number.rfind(".") > number.rfind(",") else (".", ",")
        whole, _, cents = number.rpartition(point)
        if not re.fullmatch(rf"\d{{1,3}}(\{group}\d{{3}})*", whole):
            return text
        number = f"{whole.replace(group, '')}.{cents}"
    elif re.fullmatch(r"\d{1,3}(,\d{3})+", number):
        number = number.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", number):
        number = number.replace(".", "")
    elif re.fullmatch(r"\d+,\d{1,2}", number):
        number = number.replace(",", ".")
    if not AMOUNT.fullmatch(number):
        return text
    whole, _, cents = number.partition(".")
    return (whole.lstrip("0") or "0") + (f".{cents}" if cents else "")


def _amount_problem(value: str, path: str) -> Reason | None:
    if value.startswith("-") and AMOUNT.fullmatch(value[1:]):
        return Reason("amount_negative", {"value": value[:40]}, path)
    if not (value.isascii() and AMOUNT.fullmatch(value)):
        return Reason("amount_invalid", {"value": value[:40]}, path)
    whole, _, cents = value.partition(".")
    if len(cents) == 3 and len(whole) <= 3:
        return Reason("amount_ambiguous", {"value": value}, path)
    if len(cents) > 2:
        return Reason("amount_decimals", {"value": value[:40]}, path)
    if len(whole) > AMOUNT_DIGITS:
        return Reason("amount_too_large", {"digits": AMOUNT_DIGITS}, path)
    return None


def _plain_date(text: str) -> str:
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found and text.isascii() else text


def _clean_rows(field: Field, raw: Any, path: str) -> tuple[list[dict[str, str]], list[Reason]]:
    if raw in (None, ""):
        return [], []
    if not isinstance(raw, list) or any(not isinstance(row, dict) for row in raw):
        return [], [Reason("value_wrong_type", {"kind": str(field.kind)}, path)]
    rows: list[dict[str, str]] = []
    reasons: list[Reason] = []
    seen: set[str] = set()
    for position, row in enumerate(raw, start=1):
        row_id = row.get("id")
        if not isinstance(row_id, str) or not ROW_ID.fullmatch(row_id) or row_id in seen:
            reasons.append(Reason("row_id_invalid", {"position": position}, path))
            continue
        seen.add(row_id)
        kept = {"id": row_id}
        for key, value in row.items():
            if key == "id":
                continue
            column = field.column.get(key) if isinstance(key, str) else None
            if column is None:
                name = key if isinstance(key, str) and not unreadable(key, path) else "?"
                reasons.append(Reason("field_unknown", {"field": name[:60]}, path))
                continue
            kept[key], wrong = clean(column, value, f"{path}/{row_id}/{key}")
            reasons += wrong
        rows.append(kept)
    if field.limit and len(rows) > field.limit:
        reasons.append(Reason("rows_too_many", {"limit": field.limit, "count": len(rows)}, path))
    return rows, reasons
