"""The business case as boxes on a page: drawn from the table of its schema, and read back from what was sent.

Names on the page: ``title`` for an answer; ``costs-row`` lists the ids of a table's rows,
``costs/<row>/year`` is a cell. What was typed comes back as typed, with what is wrong beside it.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.audit.reasons import Reason, sentence
from apps.initiatives.merge import Conflict
from apps.initiatives.policies import Asked
from apps.initiatives.schema.fields import TABLES, Field, Kind, Section
from apps.initiatives.schema.short_1 import FIVE_YEARS
from apps.initiatives.schema.values import ROW_ID, problem

NUMBERS = (Kind.AMOUNT, Kind.YEAR, Kind.NUMBER)
MOST_ROWS = 60


@dataclass
class Box:
    """One input: what it is called, what it holds, what is wrong with it, and what somebody else wrote
    meanwhile."""

    field: Field
    name: str
    value: str
    error: str = ""
    theirs: str | None = None

    @property
    def id(self) -> str:
        return "id-" + self.name.replace("/", "-")

    @property
    def widget(self) -> str:
        """area, choice, radio, date or line: how it is drawn."""
        match self.field.kind:
            case Kind.NARRATIVE:
                return "area"
            case Kind.CHOICE:
                return "choice"
            case Kind.YES_NO:
                return "radio"
            case Kind.DATE:
                return "date"
        return "line"

    @property
    def input_mode(self) -> str:
        if self.field.kind is Kind.AMOUNT:
            return "decimal"
        return "numeric" if self.field.kind in NUMBERS else "text"

    @property
    def size(self) -> str:
        """A hint for the width: short for numbers and dates, long for lines of words."""
        return "short" if self.field.kind in (*NUMBERS, Kind.DATE, Kind.CURRENCY) else "long"

    @property
    def rows(self) -> int:
        return 3 if self.field.limit <= 1000 else 6

    @property
    def choices(self) -> list[tuple[str, Any]]:
        if self.field.kind is Kind.YES_NO:
            return [("yes", _("Yes")), ("no", _("No"))]
        return list(self.field.choices)

    @property
    def written(self) -> bool:
        """Whether it holds words in the language of the initiative."""
        return self.field.kind in (Kind.TEXT, Kind.NARRATIVE)


@dataclass
class RowOfBoxes:
    id: str
    title: str
    boxes: list[Box]
    hint: str = ""


@dataclass
class Question:
    """One field of a section: a box, or a table with its rows."""

    field: Field
    box: Box | None = None
    rows: list[RowOfBoxes] = dataclasses.field(default_factory=list)
    error: str = ""

    @property
    def is_table(self) -> bool:
        return self.box is None

    @property
    def may_add(self) -> bool:
        return self.field.kind is Kind.ROWS and len(self.rows) < (self.field.limit or MOST_ROWS)


def questions(
    section: Section,
    content: Mapping[str, Any],
    *,
    standards: Iterable[Asked] = (),
    reasons: Iterable[Reason] = (),
    conflicts: Iterable[Conflict] = (),
    first_year: int = 0,
    currency: str = "USD",
    add: str = "",
) -> list[Question]:
    """The questions of a section with their answers. A table that has no row yet is offered with an empty
    one."""
    errors = {reason.field: sentence(reason) for reason in reasons}
    clashes = {conflict.path: conflict for conflict in conflicts}
    drawn: list[Question] = []
    for item in section.fields:
        if item.kind not in TABLES:
            box = _box(item, item.key, content.get(item.key) or "", errors, clashes)
            drawn.append(Question(item, box))
            continue
        rows = list(content.get(item.key) or [])
        if item.kind is Kind.CHECKLIST:
            titles, rows = _checklist(rows, standards)
        else:
            titles = {}
            if not rows:
                rows = _first_rows(item, first_year, currency)
            if add == item.key and len(rows) < (item.limit or MOST_ROWS):
                rows.append(_next_row(item, rows, currency))
        question = Question(item, error=errors.get(item.key, ""))
        for position, row in enumerate(rows, start=1):
            name, hint = titles.get(row["id"], (f"{item.row_name} {position}", ""))
            boxes = [
                _box(
                    column, f"{item.key}/{row['id']}/{column.key}", row.get(column.key) or "", errors, clashes
                )
                for column in item.columns
            ]
            question.rows.append(RowOfBoxes(row["id"], name, boxes, hint))
        drawn.append(question)
    return drawn


def read(section: Section, sent: QueryDict) -> dict[str, Any]:
    """The answers of a section as they were sent. What the page did not send is left out."""
    answers: dict[str, Any] = {}
    for item in section.fields:
        if item.kind not in TABLES:
            if item.key in sent:
                answers[item.key] = sent[item.key]
            elif item.kind is Kind.YES_NO and f"{item.key}-asked" in sent:
                answers[item.key] = ""
            continue
        if f"{item.key}-table" not in sent:
            continue
        ids = [
            row_id for row_id in dict.fromkeys(sent.getlist(f"{item.key}-row")) if ROW_ID.fullmatch(row_id)
        ]
        answers[item.key] = [
            {
                "id": row_id,
                **{column.key: sent.get(f"{item.key}/{row_id}/{column.key}", "") for column in item.columns},
            }
            for row_id in ids[:MOST_ROWS]
            if sent.get("remove") != f"{item.key}/{row_id}"
        ]
    return answers


def new_row_id() -> str:
    return uuid.uuid4().hex[:12]


def _box(
    item: Field, name: str, value: str, errors: Mapping[str, str], clashes: Mapping[str, Conflict]
) -> Box:
    error = errors.get(name, "")
    if not error and (wrong := problem(item, value)):
        error = sentence(wrong)
    clash = clashes.get(name)
    return Box(item, name, clash.yours if clash else value, error, clash.theirs if clash else None)


def _checklist(
    rows: list[dict[str, str]], standards: Iterable[Asked]
) -> tuple[dict[str, tuple[str, str]], list[dict[str, str]]]:
    """One row for each standard that is asked, answered or not; and those answered that are not asked any
    more."""
    known = {row["id"]: row for row in rows}
    titles = {
        asked.code: (f"{asked.code} · {asked.title}", _("Mandatory") if asked.mandatory else "")
        for asked in standards
    }
    order = [*titles, *(code for code in known if code not in titles)]
    titles |= {code: (code, _("Not asked any more")) for code in known if code not in titles}
    return titles, [known.get(code, {"id": code}) for code in order]


def _first_rows(item: Field, first_year: int, currency: str) -> list[dict[str, str]]:
    if item.key == "costs" and first_year:
        return [
            {"id": new_row_id(), "year": str(first_year + number), "currency": currency}
            for number in range(FIVE_YEARS)
        ]
    if item.key == "options":
        return [{"id": new_row_id(), "kind": kind} for kind in ("do_nothing", "reuse", "")]
    return [{"id": new_row_id()}] if item.required else []


def _next_row(item: Field, rows: list[dict[str, str]], currency: str) -> dict[str, str]:
    row = {"id": new_row_id()}
    if item.key == "costs":
        years = [int(r["year"]) for r in rows if (r.get("year") or "").isdecimal()]
        row |= {"year": str(max(years) + 1) if years else "", "currency": currency}
    elif "currency" in item.column:
        row["currency"] = currency
    return row
