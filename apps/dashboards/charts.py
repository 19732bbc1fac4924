"""Charts as data: one function each, drawn by static/js/charts.js, always beside the table of the same numbers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.dashboards.filters import CaseFilter
from apps.dashboards.portfolio import Portfolio


def flow(numbers: Portfolio, *, list_url: str) -> dict[str, Any]:
    """Open cases by stage as stacked bars: with the office, with OICT, overdue; the three add up to the stage."""
    lines = [line for line in numbers.stages if line.cases] or numbers.stages
    late = numbers.total.late
    return {
        "kind": "stacked-bars",
        "title": _("Open cases by stage"),
        "description": _(
            "Bars of open cases by stage, each split into cases with the office, cases with OICT, and overdue ones. "
            "The table beside it has the same numbers."
        )
        + (
            " "
            + ngettext(
                "%(n)d case is overdue, most of them in: %(stage)s.",
                "%(n)d cases are overdue, most of them in: %(stage)s.",
                late,
            )
            % {"n": late, "stage": numbers.bottleneck.label}
            if numbers.bottleneck
            else ""
        ),
        "categories": [line.label for line in lines],
        "series": [
            {
                "name": _("Office, in time"),
                "tone": "office",
                "values": [line.on_time_with_office for line in lines],
                "links": [
                    f"{list_url}?{CaseFilter(stage=line.key, side='office', state='on_time').query()}"
                    for line in lines
                ],
            },
            {
                "name": _("OICT, in time"),
                "tone": "oict",
                "values": [line.on_time_with_oict for line in lines],
                "links": [
                    f"{list_url}?{CaseFilter(stage=line.key, side='oict', state='on_time').query()}"
                    for line in lines
                ],
            },
            {
                "name": _("Overdue"),
                "tone": "late",
                "values": [line.late for line in lines],
                "links": [
                    f"{list_url}?{CaseFilter(stage=line.key, state='overdue').query()}" for line in lines
                ],
            },
        ],
        "total": _("in all"),
    }
