"""The Management Committee's page: its agenda, and what it did before."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.approvals import committee, queries
from apps.approvals.choices import Outcome
from apps.approvals.labels import step_label
from apps.approvals.permissions import reads_agenda
from apps.approvals.views.rows import STATE_OF_OUTCOME, case_address
from apps.offices.queries import day_of


@access(reads_agenda)
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Show the decisions that wait for the Committee, and its last fifty records; to be read or printed."""
    viewer = queries.viewer_of_request(request)
    rows = [
        {
            "url": case_address(item.case.handle),
            "case": item.case,
            "step": step_label(item.case, item.turn),
            "due_at": item.turn.due_at,
            "late": item.turn.due_at is not None and item.turn.due_at < viewer.at,
            "decision": item.decision,
            "outcome": Outcome(item.decision.outcome).label if item.decision else "",
            "state": STATE_OF_OUTCOME.get(item.decision.outcome, "done") if item.decision else "",
            "meetings": item.meetings,
            "next_on": item.next_on,
        }
        for item in committee.agenda(viewer)
    ]
    records = [(row, case_address(row.case.handle)) for row in committee.latest(viewer)]
    emergencies = [(row, case_address(row.case.handle)) for row in committee.emergencies(viewer)]
    by_office = (
        committee.emergencies_by_office(viewer, viewer.at - timedelta(days=365)) if emergencies else []
    )
    reconsidered = [
        {
            "asked": row,
            "url": case_address(row.case.handle),
            "first": Outcome(row.decision.outcome).label,
            "first_state": STATE_OF_OUTCOME.get(row.decision.outcome, "done"),
            "now": Outcome(row.case.outcome).label if row.case.closed_at else "",
            "now_state": STATE_OF_OUTCOME.get(row.case.outcome, "done"),
        }
        for row in committee.reconsiderations(viewer)
    ]
    context = {
        "reconsidered": reconsidered,
        "emergencies": emergencies,
        "by_office": by_office,
        "rows": rows,
        "records": records,
        "quorum": committee.quorum_on(day_of(viewer.at)),
    }
    return render(request, "approvals/committee.html", context)
