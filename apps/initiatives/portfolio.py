"""A foreign portfolio as rows: read from a file whatever its faults, and each row as the answers of an
inventory case.

Pure. A row that cannot be read is a ``WrongRow`` with its reason; it never stops the rows after it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from apps.audit.reasons import Reason
from apps.initiatives.schema.inventory_1 import INVENTORY_1
from apps.initiatives.schema.values import clean, problem

MILLION = Decimal(1_000_000)
SENTENCE = re.compile(r"^.+?[.!?](?=\s|$)", re.DOTALL)
LONGEST_CELL = 200_000


@dataclass(frozen=True)
class Portfolio:
    """The columns of a portfolio: which hold the answers, which the money (in millions), which name the
    office."""

    key: str
    identifier: str
    title: str
    office: tuple[str, str]
    answers: Mapping[str, str]
    money: Mapping[str, str]
    counted: tuple[str, ...]
    yes_no: Mapping[str, str]
    days: Mapping[str, str]

    @property
    def needed(self) -> set[str]:
        """Every column that the file must have."""
        return {
            self.identifier,
            self.title,
            *self.office,
            *self.answers.values(),
            *self.money.values(),
            *self.yes_no.values(),
            *self.days.values(),
        }


US_ITDASHBOARD_2017 = Portfolio(
    key="us-itdashboard-2017",
    identifier="Unique Investment Identifier",
    title="Investment Title (IT Portfolio)",
    office=("Agency Code", "Bureau Code"),
    answers={
        "agency": "Agency Name",
        "bureau": "Bureau Name",
        "summary": "Brief Summary",
        "objectives": "Agency Strategic Objectives / Agency Priority Goals",
        "return": "RIO Description",
        "start_year": "Investment Start Year",
        "end_year": "Investment End Year",
        "rating": "Evaluation (by Agency CIO)",
    },
    money={
        "2015 and before": "Funding PY1 and Prior ($ M)",
        "2016": "Funding PY ($ M)",
        "2017": "Funding CY ($ M)",
        "2018": "Funding BY ($ M)",
    },
    counted=("2016", "2017", "2018"),
    yes_no={"shared_service": "Shared Service"},
    days={
        "first_submitted": "Date Investment First Submitted",
        "last_update": "Date of Last Investment Detail Update",
    },
)
PORTFOLIOS = {portfolio.key: portfolio for portfolio in (US_ITDASHBOARD_2017,)}


@dataclass(frozen=True)
class WrongRow:
    line: int
    source_id: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class InventoryRow:
    """One row as answers of the inventory form, with the amount that is counted and who its office is over
    there."""

    line: int
    source_id: str
    office_key: tuple[str, str]
    content: dict[str, Any]
    value_usd: Decimal

    @property
    def sentence(self) -> str:
        """The first sentence of its summary, for the card."""
        text = " ".join(self.content["summary"].split())
        found = SENTENCE.match(text)
        return (found[0] if found else text)[:240]


def read_rows(path: Path, portfolio: Portfolio) -> Iterator[InventoryRow | WrongRow]:
    """Every row of the file, right or wrong, one at a time.

    Refuses nothing by exception but a file without the columns that are needed (``ValueError`` with the
    reason), or one that cannot be opened.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
        except csv.Error as error:
            raise ValueError(f"The first line cannot be read: {error}") from error
        _check_header(header, portfolio)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield WrongRow(reader.line_num, "", (Reason("import_row_unreadable", {"why": str(error)}),))
                continue
            if cells:
                yield _row(reader.line_num, header, cells, portfolio)


def _check_header(header: list[str], portfolio: Portfolio) -> None:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise ValueError(f"Columns stand twice: {', '.join(repr(name) for name in doubled)}.")
    missing = sorted(portfolio.needed - set(header))
    if missing:
        raise ValueError(f"Columns are missing: {', '.join(missing)}.")


def _row(line: int, header: list[str], cells: list[str], portfolio: Portfolio) -> InventoryRow | WrongRow:
    raw = dict(zip(header, cells, strict=False))
    source_id = raw.get(portfolio.identifier, "").strip()
    readable_id = source_id.encode("ascii", "replace").decode().replace("\0", "?")[:200]
    if len(cells) != len(header):
        reason = Reason("import_row_width", {"cells": len(cells), "columns": len(header)})
        return WrongRow(line, readable_id, (reason,))
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return WrongRow(line, readable_id, (Reason("import_row_not_utf8"),))
    content, reasons = _answers(raw, portfolio)
    value, wrong = _money(raw, portfolio, content)
    reasons += wrong
    if not source_id or len(source_id) > 200:
        reasons.append(Reason("import_row_without_id", {"column": portfolio.identifier}))
    if reasons:
        return WrongRow(line, readable_id, tuple(reasons))
    office = tuple(raw[name].strip() for name in portfolio.office)
    return InventoryRow(line, source_id, (office[0], office[1]), content, value)


def _answers(raw: Mapping[str, str], portfolio: Portfolio) -> tuple[dict[str, Any], list[Reason]]:
    given = {key: raw[column] for key, column in portfolio.answers.items()}
    given |= {key: _yes_no(raw[column]) for key, column in portfolio.yes_no.items()}
    given |= {key: raw[column].strip()[:10] for key, column in portfolio.days.items()}
    given |= {"title": raw[portfolio.title], "source": portfolio.key, "source_id": raw[portfolio.identifier]}
    content: dict[str, Any] = {}
    reasons: list[Reason] = []
    for key, text in given.items():
        field = INVENTORY_1.by_key[key]
        content[key], wrong = clean(field, text)
        reasons += wrong
        if not wrong and (odd := problem(field, content[key])):
            reasons.append(odd)
        if field.required and not wrong and not content[key]:
            reasons.append(Reason("answer_missing", {"label": field.label}, key))
    return content, reasons


def _yes_no(text: str) -> str:
    known = text.strip().lower()
    return known if known in ("yes", "no") else ""


def _money(
    raw: Mapping[str, str], portfolio: Portfolio, content: dict[str, Any]
) -> tuple[Decimal, list[Reason]]:
    rows, reasons, value = [], [], Decimal(0)
    for position, (period, column) in enumerate(portfolio.money.items(), start=1):
        text = raw[column].strip()
        try:
            amount = Decimal(text) * MILLION if text else Decimal(0)
        except InvalidOperation:
            reasons.append(Reason("amount_invalid", {"value": text[:40]}, column))
            continue
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 13 or amount != round(amount, 2):
            reasons.append(Reason("amount_invalid", {"value": text[:40]}, column))
            continue
        if amount < 0:
            reasons.append(Reason("amount_negative", {"value": text[:40]}, column))
            continue
        if period in portfolio.counted:
            value += amount
        rows.append({"id": f"p{position}", "period": period, "amount": f"{amount:.2f}", "currency": "USD"})
    content["funding"] = rows
    return value.quantize(Decimal("0.01")), reasons


def read_mapping(path: Path) -> dict[tuple[str, str], str]:
    """Which office stands for which foreign one: columns ``agency_code, bureau_code, office``; ``*`` is
    every bureau."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != ["agency_code", "bureau_code", "office"]:
            raise ValueError("The mapping file has the columns agency_code, bureau_code, office.")
        found: dict[tuple[str, str], str] = {}
        for row in reader:
            key = (row["agency_code"], row["bureau_code"])
            if None in row.values() or None in row or key in found:
                raise ValueError(f"Line {reader.line_num} of the mapping file is wrong or stands twice.")
            found[key] = row["office"]
    return found


def office_code_of(row: InventoryRow, mapping: Mapping[tuple[str, str], str]) -> str | None:
    """The office of a row: the one named for its bureau, else the one for its agency."""
    return mapping.get(row.office_key) or mapping.get((row.office_key[0], "*"))
