"""The committee's dashboard, and the list of cases behind its numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts import look
from apps.accounts.access import access
from apps.approvals.choices import Outcome
from apps.approvals.queries import viewer_of_request
from apps.audit import clock
from apps.dashboards import charts, tables
from apps.dashboards.definitions import DEFINITIONS
from apps.dashboards.filters import CaseFilter, sides, states
from apps.dashboards.permissions import reads_dashboard, rights_in_words
from apps.dashboards.portfolio import ended_stages, portfolio, stages_in_order
from apps.dashboards.rows import own_offices, page

OVERDUE_SHOWN = 6


@access(reads_dashboard)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the numbers of everything that this viewer sees."""
    viewer = viewer_of_request(request)
    now = clock.now()
    numbers = portfolio(viewer, now=now)
    late = page(viewer, CaseFilter(state="overdue"), now=now, size=OVERDUE_SHOWN, count=False)
    url = tables.list_url()
    context = {
        "as_of": now,
        "numbers": numbers,
        "total": numbers.total,
        "requested": look.number(numbers.requested_usd),
        "approved": look.number(numbers.approved.value_this_year),
        "rights": rights_in_words(viewer, own_offices(viewer)),
        "list_url": url,
        "queries": {
            "open": CaseFilter(state="open").query(),
            "overdue": CaseFilter(state="overdue").query(),
            "office": CaseFilter(side="office").query(),
            "oict": CaseFilter(side="oict").query(),
            "submitted": CaseFilter(state="submitted").query(),
            "approved": CaseFilter(state="approved", since=f"{numbers.year_began:%Y-%m-%d}").query(),
        },
        "stages": tables.stage_rows(numbers),
        "offices": tables.office_table(numbers),
        "money": tables.money_rows(numbers),
        "exceptions": tables.exceptions(numbers),
        "late_rows": tables.case_rows(late.rows, late_only=True),
        "chart": charts.flow(numbers, list_url=url),
        "definitions": DEFINITIONS,
    }
    return render(request, "dashboards/dashboard.html", context)


def _options(chosen: str, words: dict[str, Any], all_of_them: str) -> list[tuple[str, Any, bool]]:
    """The choices of one part of the filter: value, words, chosen."""
    return [("", all_of_them, not chosen), *((key, text, key == chosen) for key, text in words.items())]


@access(reads_dashboard)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List the cases behind a number, fifty at a time."""
    viewer = viewer_of_request(request)
    now = clock.now()
    wanted = CaseFilter.from_query(request.GET.dict())
    after = request.GET.get("after", "")
    found = page(viewer, wanted, now=now, after=after)
    stages = dict(stages_in_order()) | ended_stages()
    url = tables.list_url()
    query = wanted.query()
    context = {
        "as_of": now,
        "rows": tables.case_rows(found.rows),
        "wanted": wanted,
        "chips": tables.chip_rows(wanted, stages),
        "summary": tables.summary(found.count, found.is_bounded, len(found.rows)),
        "next_url": f"{url}?{query}&after={found.next}" if found.next else "",
        "first_url": f"{url}?{query}" if after else "",
        "selects": [
            ("stage", _("Stage"), _options(wanted.stage, stages, _("all stages"))),
            ("state", _("State"), _options(wanted.state, states(), _("any state"))),
            ("side", _("Held"), _options(wanted.side, sides(), _("by anyone"))),
            (
                "outcome",
                _("Outcome"),
                _options(wanted.outcome, {str(k): v for k, v in Outcome.choices}, _("any outcome")),
            ),
        ],
    }
    return render(request, "dashboards/cases.html", context)
