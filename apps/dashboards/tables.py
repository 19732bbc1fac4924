"""The tables of the dashboard, drawn in Python: cells of numbers, each a link to its rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import look
from apps.dashboards.filters import CaseFilter
from apps.dashboards.portfolio import Line, Portfolio
from apps.dashboards.rows import Held, Row

OFFICES_AT_ONCE = 12
OUTCOME_STATES = {
    "approved": "approved",
    "approved_with_conditions": "conditional",
    "not_approved": "refused",
    "withdrawn": "withdrawn",
    "registered": "registered",
}


def list_url() -> str:
    """The address of the list behind the numbers."""
    return reverse("dashboards:cases")


def linked(n: int, wanted: CaseFilter, url: str, *, bad: bool = False) -> SafeString:
    """A count that leads to its rows; a dash with a word where there is none."""
    if not n:
        return look.nothing()
    mark = format_html(
        '<span class="late">{}<span class="visually-hidden">{} </span></span>',
        look.icon("alert"),
        _("overdue:"),
    )
    return format_html(
        '<a class="num{}" href="{}?{}">{}{}</a>',
        " num--bad" if bad else "",
        url,
        wanted.query(),
        mark if bad else "",
        look.number(n),
    )


def stage_rows(numbers: Portfolio) -> list[dict[str, Any]]:
    """The table behind the chart, with the sum last."""
    url = list_url()
    rows = []
    for line in [*numbers.stages, numbers.total]:
        stage = line.key
        is_sum = line is numbers.total
        rows.append(
            {
                "label": line.label,
                "is_sum": is_sum,
                "is_bottleneck": line is numbers.bottleneck,
                "cases": linked(line.cases, CaseFilter(stage=stage, state="open"), url),
                "with_office": linked(line.with_office, CaseFilter(stage=stage, side="office"), url),
                "with_oict": linked(line.with_oict, CaseFilter(stage=stage, side="oict"), url),
                "late": linked(line.late, CaseFilter(stage=stage, state="overdue"), url, bad=True),
                "due_soon": linked(line.due_soon, CaseFilter(stage=stage, state="soon"), url),
                "value": look.money(line.value_usd.quantize(Decimal(1)), "")
                if line.value_usd
                else look.nothing(),
                "days": _days(line),
            }
        )
    return rows


def _days(line: Line) -> SafeString:
    if line.half_days is None:
        return look.nothing()
    return format_html(
        '<bdi class="num" dir="ltr">{} / {}</bdi>', look.number(line.half_days), look.number(line.most_days)
    )


def heat_of(n: int, most: int) -> int:
    """The step of a tint, 0 to 4: the number in the cell says it, the tint repeats it."""
    return 0 if not n else min(4, 1 + (4 * (n - 1)) // max(most, 1))


def office_table(numbers: Portfolio) -> dict[str, Any]:
    """Offices × stages: as many columns as there are stages in use, each cell a link."""
    url = list_url()
    stages = [(line.key, line.label) for line in numbers.stages if line.cases]
    most = max((n for line in numbers.offices for n in line.by_stage.values()), default=1)
    rows = [
        {
            "code": line.key,
            "name": line.label,
            "url": f"{url}?{CaseFilter(office=line.key, state='open').query()}",
            "cells": [
                (
                    label,
                    heat_of(line.by_stage.get(stage, 0), most),
                    linked(
                        line.by_stage.get(stage, 0),
                        CaseFilter(stage=stage, office=line.key, state="open"),
                        url,
                    ),
                )
                for stage, label in stages
            ],
            "cases": linked(line.cases, CaseFilter(office=line.key, state="open"), url),
            "late": linked(line.late, CaseFilter(office=line.key, state="overdue"), url, bad=True),
            "value": look.money(line.value_usd.quantize(Decimal(1)), "")
            if line.value_usd
            else look.nothing(),
        }
        for line in numbers.offices
    ]
    return {
        "stages": [label for _key, label in stages],
        "rows": rows[:OFFICES_AT_ONCE],
        "more": rows[OFFICES_AT_ONCE:],
    }


def money_rows(numbers: Portfolio) -> list[dict[str, Any]]:
    """What was asked for and what came of it: cases and USD, this year and in all."""
    url = list_url()
    since = f"{numbers.year_began:%Y-%m-%d}"
    rows = [
        {
            "label": _("Requested, not decided"),
            "state": "running",
            "cases_this_year": "",
            "value_this_year": "",
            "cases": linked(numbers.submitted_open, CaseFilter(state="submitted"), url),
            "value": _usd(numbers.requested_usd),
        }
    ]
    for ending in numbers.endings:
        outcome = ending.outcome
        rows.append(
            {
                "label": ending.label,
                "state": OUTCOME_STATES.get(outcome, "quiet"),
                "cases_this_year": linked(
                    ending.cases_this_year, CaseFilter(outcome=outcome, since=since), url
                ),
                "value_this_year": _usd(ending.value_this_year),
                "cases": linked(ending.cases, CaseFilter(outcome=outcome), url),
                "value": _usd(ending.value_usd),
            }
        )
    return rows


def _usd(amount: Decimal) -> SafeString:
    return look.money(amount.quantize(Decimal(1)), "") if amount else look.nothing()


def exceptions(numbers: Portfolio) -> list[dict[str, Any]]:
    """What asks for attention: a count, its words, its rows."""
    since = f"{numbers.year_began:%Y-%m-%d}"
    listed = [
        ("late", numbers.total.late, CaseFilter(state="overdue"), "bad"),
        ("returned", numbers.returned, CaseFilter(state="returned"), "warn"),
        ("conditions_missed", numbers.conditions_missed, CaseFilter(state="condition_missed"), "bad"),
        ("conditions_due", numbers.conditions_due, CaseFilter(state="condition_due"), "warn"),
        (
            "not_approved",
            numbers.not_approved.cases_this_year,
            CaseFilter(outcome="not_approved", since=since),
            "quiet",
        ),
    ]
    from apps.dashboards.definitions import DEFINITIONS

    return [
        {
            "key": key,
            "label": DEFINITIONS[key][0] if key != "not_approved" else _("Not approved this year"),
            "help": DEFINITIONS[key][1],
            "n": n,
            "tone": tone if n else "quiet",
            "url": f"{list_url()}?{wanted.query()}" if n else "",
        }
        for key, n, wanted, tone in listed
    ]


# Rows of cases ---------------------------------------------------------------------------------------------------


def case_pattern() -> str:
    """The address of a case, with `_` where its number stands."""
    try:
        return reverse("approvals:case-detail", args=["_"])
    except NoReverseMatch:
        return "/cases/_/"


def case_rows(rows: list[Row], *, late_only: bool = False) -> list[dict[str, Any]]:
    """The rows of a list as safe cells; addresses are made from one pattern, not one reversal a row."""
    head, _mark, tail = case_pattern().rpartition("_")
    return [_case_row(row, f"{head}{row.handle}{tail}", late_only) for row in rows]


def _case_row(row: Row, url: str, late_only: bool) -> dict[str, Any]:
    return {
        "url": url,
        "reference": look.code(row.reference) if row.reference else format_html("{}", _("not submitted yet")),
        "title": look.words(row.title, row.language),
        "office": look.code(row.office),
        "stage": row.stage_label,
        "tier": look.number(row.tier) if row.tier else look.nothing(),
        "value": look.money(row.value_usd.quantize(Decimal(1)), "")
        if row.value_usd is not None
        else look.nothing(),
        "held": _holders(row, late_only=late_only),
        "due": _due(row),
        "is_late": row.is_late,
    }


def _holders(row: Row, *, late_only: bool = False) -> SafeString:
    """Whose turn it is: the desks of each office; a closed case shows its outcome."""
    if row.closed_at is not None:
        return look.state(OUTCOME_STATES.get(row.outcome, "quiet"), row.outcome_label)
    groups: dict[tuple[str, bool], list[Held]] = {}
    for turn in row.held:
        if not late_only or turn.is_late:
            groups.setdefault((turn.office, turn.is_paused), []).append(turn)
    return format_html_join("", "{}", ((_holder(turns),) for turns in groups.values())) or look.nothing()


def _holder(turns: list[Held]) -> SafeString:
    """Desks of one office, all running or all with a stopped clock."""
    desks = format_html_join(", ", "<b>{}</b>", ((turn.desk,) for turn in turns))
    office = format_html('<bdi class="quiet">{}</bdi>', turns[0].office)
    if turns[0].is_paused:
        return format_html(
            '<span class="holder holder--paused">{} {} <span class="quiet small">{}</span></span>',
            desks,
            office,
            _("clock stopped"),
        )
    return format_html('<span class="holder">{} {}</span>', desks, office)


def _due(row: Row) -> SafeString:
    """When its first turn is due and how many working days are left; of a closed case, when it was closed."""
    if row.closed_at is not None:
        return look.moment(row.closed_at, time=False)
    turn = row.next_due
    if turn is None:
        return look.nothing(_("no deadline"))
    if turn.is_late:
        late = look.days_left_text(turn.left) if turn.left is not None and turn.left < 0 else _("overdue")
        return format_html("{} {}", look.moment(turn.due_at, time=False), look.state("late", late))
    left = (
        format_html(' <span class="quiet small">{}</span>', look.days_left_text(turn.left))
        if turn.left
        else ""
    )
    return format_html("{}{}", look.moment(turn.due_at, time=False), left)


def summary(count: int, is_bounded: bool, shown: int) -> str:
    """How many rows: exact up to a bound, and said so beyond it."""
    figure = look.amount_text(count, "", places=0)
    if is_bounded:
        return _("%(shown)s of more than %(count)s cases") % {"shown": shown, "count": figure}
    return ngettext("%(count)s case", "%(count)s cases", count) % {"count": figure}


def chip_rows(wanted: CaseFilter, stages: Mapping[str, str]) -> list[dict[str, str]]:
    """The parts of the filter, each with the address without it."""
    return [
        {"text": text, "remove_url": f"{list_url()}?{wanted.query(**{name: ''})}"}
        for name, text in wanted.chips(stages)
    ]
