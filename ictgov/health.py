"""Two questions of a machine: is the process alive, and can it do its work?

`/healthz` answers without touching anything. `/readyz` asks the database once, and tells when the tick last ran,
how old the outbox's oldest unsent message is, and where the register and its witnesses stand. They answer before
anything else in the portal does, over plain HTTP and under any host name, as load balancers ask.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import Error, connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.audit import clock
from apps.audit.checkpoints import parted_at
from apps.audit.models import Link
from apps.audit.witnesses import recent
from apps.notices.models import Outbox
from apps.notices.queries import LATE_AFTER, last_tick
from apps.notices.witnesses import witnesses

log = logging.getLogger(__name__)


class HealthMiddleware:
    """Answers the two addresses itself, before host names, sessions and languages are looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """200 while the database answers with its tables; 503 else. A late tick is told, and does not close the door:
    people can still read and act, and what is due is found when it runs again."""
    try:
        now = clock.now()
        facts = {"status": "ready", **_tick(now), **_outbox(now), **_register(now)}
    except Error as error:
        log.error("the database does not answer as it should", exc_info=error)
        return JsonResponse({"status": "unavailable", "reason": type(error).__name__}, status=503)
    finally:
        connection.close_if_unusable_or_obsolete()
    return JsonResponse(facts)


def _tick(now: datetime) -> dict[str, Any]:
    last = last_tick()
    late = last is None or now - last > LATE_AFTER
    return {"tick_last_ran": last.isoformat() if last else None, "tick_late": late}


def _outbox(now: datetime) -> dict[str, Any]:
    waiting = Outbox.objects.filter(sent_at=None, dead_at=None, not_before__lte=now)
    figures = waiting.aggregate(oldest=Min("not_before"), count=Count("id"))
    age = (now - figures["oldest"]).total_seconds() if figures["oldest"] else 0
    return {"outbox_waiting": figures["count"], "outbox_oldest_seconds": round(age)}


def _register(now: datetime) -> dict[str, Any]:
    """When the register was last written and signed, and how many witnesses lack something; its numbers, and who
    the witnesses are, is for auditors alone (seam 17)."""
    last = Link.objects.order_by("-seq").values_list("recorded_at", flat=True).first()
    signed = recent()
    known = witnesses(now, signed)
    return {
        "register_last_written": last.isoformat() if last else None,
        "register_last_signed": signed[0].taken_at.isoformat() if signed else None,
        "register_parted": parted_at(signed) is not None,
        "witnesses": len(known),
        "witnesses_behind": sum(not witness.is_well for witness in known),
    }
