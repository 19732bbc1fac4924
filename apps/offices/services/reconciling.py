"""The map of grants, mended: by the command, and by the tick each night."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from apps.audit import clock
from apps.audit.register import record
from apps.notices.models import Timer
from apps.notices.services import set_timer
from apps.offices.grants import rebuild_grants

if TYPE_CHECKING:
    from apps.accounts.models import User

RECONCILE = "grants.reconcile"
#: What the events of the map are about: the map, which is no row.
MAP_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ictgov:grants")
NIGHT = 2  # o'clock, UTC


def reconcile_grants(*, by: User | None) -> list[str]:
    """Bring every group and every declared table in line with posts and exceptions; say and record what differed.

    Nothing is recorded where nothing differed. `by=None` is the rule that runs each night.
    """
    with transaction.atomic():
        at = clock.now()
        found = rebuild_grants(at=at)
        if found:
            record(
                verb="grants.mended",
                by=by,
                obj_kind="grants",
                obj_id=MAP_ID,
                occurred_at=at,
                facts={
                    "rule": RECONCILE,
                    "differences": len(found),
                    "digest": hashlib.sha256("\n".join(found).encode()).hexdigest(),
                },
                commit={"lines": "\n".join(found)},
            )
    return found


def follow_night(timer: Timer) -> None:
    """Mend what differs; nothing should."""
    reconcile_grants(by=None)


def arm_the_night() -> None:
    """See to it that the comparison of the coming night has its timer (each tick asks)."""
    if Timer.objects.filter(kind=RECONCILE, fired_at=None, cancelled_at=None, dead_at=None).exists():
        return
    due = _next_night(clock.now())
    set_timer(kind=RECONCILE, object_id=MAP_ID, due_at=due, due_version=due.date().toordinal())


def _next_night(at: datetime) -> datetime:
    tonight = at.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight if at < tonight else tonight + timedelta(days=1)
