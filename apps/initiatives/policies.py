"""Is the business case ready to be handed on? Pure questions about its answers; no person in sight.

Each reason names its field by path (``costs/<row>/one_time``), says what to do, and is the same on page and
API.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.audit.reasons import Reason
from apps.initiatives.figures import Figures, counts_as_money, first_year_of
from apps.initiatives.schema.fields import TABLES, Field, Schema, Section
from apps.initiatives.schema.short_1 import FIVE_YEARS, SHORT_1
from apps.initiatives.schema.values import amount_of, date_of, number_of, problem

Content = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A standard as the checklist asks for it."""

    code: str
    title: str
    mandatory: bool


@dataclass(frozen=True)
class Completeness:
    """How far a section is: answers that are needed, those that are there, and what stands against handing
    on."""

    section: Section
    needed: int
    given: int
    reasons: tuple[Reason, ...]

    @property
    def is_complete(self) -> bool:
        return not self.reasons

    @property
    def is_empty(self) -> bool:
        return not self.given


def reasons_in(content: Content, *, figures: Figures, standards: Iterable[Asked] = ()) -> list[Reason]:
    """Everything that stands against handing the case on, in the order of the form; each field at most
    once."""
    standards = tuple(standards)
    found = [
        *_missing_and_wrong(SHORT_1, content),
        *_dependent(content),
        *_options(content),
        *_checklist(content, standards),
        *_funding(content),
        *_costs(content, figures),
        *_benefits(content, figures),
        *figures.problems,
        *_confirmation(content),
    ]
    order = {key: position for position, key in enumerate(SHORT_1.by_key)}
    found.sort(key=lambda reason: order.get(reason.field.split("/")[0], 0))
    return list({reason.field: reason for reason in reversed(found)}.values())[::-1]


def hard_stops(content: Content, *, figures: Figures, standards: Iterable[Asked] = ()) -> list[Reason]:
    """What stands outside every sum: no owner of the data, an unfunded running cost, a mandatory standard
    failed."""
    codes = {"data_owner_missing", "running_cost_unfunded", "standard_failed"}
    return [r for r in reasons_in(content, figures=figures, standards=standards) if r.code in codes]


def completeness(
    schema: Schema, content: Content, reasons: Iterable[Reason], *, standards: Iterable[Asked] = ()
) -> list[Completeness]:
    """One line for each section of the form."""
    by_section: dict[str, list[Reason]] = {section.key: [] for section in schema.sections}
    for reason in reasons:
        by_section[schema.section_of.get(reason.field.split("/")[0], schema.sections[0].key)].append(reason)
    lines = []
    for section in schema.sections:
        needed = [field for field in section.fields if field.required]
        given = [field for field in section.fields if content.get(field.key)]
        count = sum(1 for field in needed if content.get(field.key)) if needed else len(given)
        lines.append(Completeness(section, len(needed), count, tuple(by_section[section.key])))
    return lines


def problems_of(field: Field, value: Any) -> list[Reason]:
    """What is wrong with a value that is kept; nothing is asked about what is only missing."""
    if field.kind not in TABLES:
        wrong = problem(field, value)
        return [wrong] if wrong else []
    return [
        wrong
        for row in value
        for column in field.columns
        if (wrong := problem(column, row.get(column.key, ""), f"{field.key}/{row['id']}/{column.key}"))
    ]


def _missing_and_wrong(schema: Schema, content: Content) -> Iterable[Reason]:
    for key, field in schema.by_key.items():
        value: Any = content.get(key) or ([] if field.kind in TABLES else "")
        if field.required and not value:
            code = (
                "data_owner_missing"
                if key == "data_owner"
                else "rows_missing"
                if value == []
                else "answer_missing"
            )
            yield Reason(code, {"label": field.label}, key)
        yield from problems_of(field, value)
        if field.kind in TABLES:
            yield from _missing_cells(field, value)


def _missing_cells(field: Field, rows: list[dict[str, str]]) -> Iterable[Reason]:
    for position, row in enumerate(rows, start=1):
        for column in field.columns:
            if column.required and not row.get(column.key):
                params = {"label": column.label, "row": field.row_name, "position": position}
                yield Reason("cell_missing", params, f"{field.key}/{row['id']}/{column.key}")
    if field.limit and len(rows) > field.limit:
        yield Reason("rows_too_many", {"limit": field.limit, "count": len(rows)}, field.key)


def _dependent(content: Content) -> Iterable[Reason]:
    pairs = (("urgency", "field_urgent", "urgency_reason"), ("personal_data", "yes", "personal_data_words"))
    for key, value, words in pairs:
        if content.get(key) == value and not content.get(words):
            yield Reason("answer_missing", {"label": SHORT_1.by_key[words].label}, words)
    if content.get("hosting") == "undecided":
        yield Reason("hosting_undecided", {}, "hosting")


def _options(content: Content) -> Iterable[Reason]:
    rows = content.get("options") or []
    if not rows:
        return
    kinds = {row.get("kind") for row in rows}
    chosen = [row for row in rows if row.get("chosen") == "yes"]
    if len(rows) < 3:
        yield Reason("options_too_few", {"count": len(rows)}, "options")
    elif not {"do_nothing", "reuse"} <= kinds:
        yield Reason("options_without_reuse", {}, "options")
    elif len(chosen) != 1:
        yield Reason("options_not_chosen", {"count": len(chosen)}, "options")


def _checklist(content: Content, standards: tuple[Asked, ...]) -> Iterable[Reason]:
    answers = {row["id"]: row for row in content.get("standards") or []}
    for standard in standards:
        row = answers.get(standard.code, {})
        path = f"standards/{standard.code}/answer"
        params = {"standard": standard.code, "title": standard.title}
        if not row.get("answer"):
            yield Reason("standard_unanswered", params, path)
        elif row["answer"] == "fails" and standard.mandatory:
            yield Reason("standard_failed", params, path)
        elif row["answer"] != "complies" and not row.get("words"):
            yield Reason("standard_without_words", params, f"standards/{standard.code}/words")


def _funding(content: Content) -> Iterable[Reason]:
    for position, row in enumerate(content.get("funding") or [], start=1):
        start, end = date_of(row.get("period_start", "")), date_of(row.get("period_end", ""))
        path, params = f"funding/{row['id']}", {"position": position}
        if start and end and end < start:
            yield Reason("period_reversed", params, f"{path}/period_end")
        if row.get("status") in ("secured", "requested", "pledged") and not _is_named(row):
            yield Reason("funding_unnamed", params, f"{path}/fund_code")
        if row.get("source") == "voluntary" and not row.get("donor"):
            yield Reason("donor_missing", params, f"{path}/donor")


def _costs(content: Content, figures: Figures) -> Iterable[Reason]:
    rows = content.get("costs") or []
    years = {year for row in rows if (year := number_of(row.get("year", ""))) is not None}
    if not years:
        return
    gaps = [year for year in range(min(years), min(max(years), min(years) + 60)) if year not in years]
    if max(years) - min(years) > 30:
        yield Reason("years_too_many", {}, "costs")
    elif gaps:
        yield Reason("years_with_gap", {"year": gaps[0]}, "costs")
    elif len(years) < FIVE_YEARS:
        yield Reason("years_too_few", {"count": len(years)}, "costs")
    elif not any(figures.costs) and not figures.problems and all(_has_amounts(row) for row in rows):
        yield Reason("costs_all_zero", {}, "costs")
    unfunded = unfunded_years(content, figures)
    if unfunded:
        yield Reason("running_cost_unfunded", {"year": unfunded[0], "count": len(unfunded)}, "funding")


def unfunded_years(content: Content, figures: Figures) -> list[int]:
    """Years with a running cost and no named source (requested under a named section or mission is named)."""
    covered: set[int] = set()
    for row in content.get("funding") or []:
        start, end = date_of(row.get("period_start", "")), date_of(row.get("period_end", ""))
        if not (start and end) or row.get("status") in ("", "unfunded") or not _is_named(row):
            continue
        if row.get("status") == "requested" and not row.get("section"):
            continue
        covered.update(range(start.year, min(end.year, start.year + 60) + 1))
    return [
        year
        for year, amount in zip(figures.years, figures.recurrent, strict=True)
        if amount and year not in covered
    ]


def donor_ends_before(content: Content, last_day: date) -> bool:
    """Whether a line depends on a donor agreement that ends before the day: shown, and asked for as a
    condition."""
    ends = (date_of(row.get("donor_until", "")) for row in content.get("funding") or [])
    return any(end < last_day for end in ends if end)


def _benefits(content: Content, figures: Figures) -> Iterable[Reason]:
    for position, row in enumerate(content.get("benefits") or [], start=1):
        path, params = f"benefits/{row['id']}", {"position": position}
        if amount_of(row.get("amount", "")) is None:
            continue
        if not row.get("currency"):
            yield Reason("benefit_without_currency", params, f"{path}/currency")
        if row.get("kind") == "staff_time" and not row.get("cashable"):
            yield Reason("staff_time_unsaid", params, f"{path}/cashable")
        year = first_year_of(row)
        if counts_as_money(row) and figures.years and year is not None and year > figures.years[-1]:
            yield Reason("benefit_after_years", {**params, "year": year}, f"{path}/first_year")


def _confirmation(content: Content) -> Iterable[Reason]:
    if content.get("confirmed") == "no":
        yield Reason("not_confirmed", {}, "confirmed")


def _is_named(row: dict[str, str]) -> bool:
    return any(row.get(key) for key in ("fund_code", "section", "donor"))


def _has_amounts(row: dict[str, str]) -> bool:
    return all(amount_of(row.get(key, "")) is not None for key in ("one_time", "recurrent"))
