"""The page of how the portal itself is doing; machines ask /healthz and /readyz (ictgov/health.py)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.access import access, signed_in
from apps.audit import checkpoints, clock
from apps.audit.witnesses import recent
from apps.dashboards import proof
from apps.dashboards.models import Verification
from apps.dashboards.permissions import auditor, keeper
from apps.notices.queries import LATE_AFTER, backlog, last_tick
from apps.notices.witnesses import witnesses


@access(signed_in)
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Show when the background work last ran, and how the register stands; what waits to who keeps the portal or
    audits it (it counts what others may not see), places in the register to auditors.
    """
    now = clock.now()
    last = last_tick()
    signed = recent()
    checkpoint = checkpoints.latest(signed)
    context = {
        "now": now,
        "last_tick": last,
        "is_late": last is None or now - last > LATE_AFTER,
        "backlog": backlog(now),
        "head": proof.head(),
        "checkpoint": checkpoint,
        "checkpoint_at": datetime.fromisoformat(checkpoint.time) if checkpoint else None,
        "parted": checkpoints.parted_at(signed) is not None,
        "witnesses_behind": sum(not witness.is_well for witness in witnesses(now, signed)),
        "verification": Verification.objects.filter(finished_at__isnull=False)
        .order_by("-finished_at")
        .first(),
        "sees_places": auditor.admits(request),
        "sees_figures": keeper.admits(request),
    }
    return render(request, "dashboards/health.html", context)
