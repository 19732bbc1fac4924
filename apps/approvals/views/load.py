"""Everyone's load at OICT's desks, open to all who review."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.approvals import load, queries
from apps.approvals.permissions import reads_load


@access(reads_load)
@require_safe
def everyones_load(request: HttpRequest) -> HttpResponse:
    """Show, desk by desk, what waits and who has taken how much."""
    return render(request, "approvals/load.html", {"desks": load.loads(queries.viewer_of_request(request))})
