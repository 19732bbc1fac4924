"""The sweep: find the timers that are due and do what is due, exactly once, whatever is killed when.

Any number of sweeps may run at once. Claiming a batch is one statement, committed before the work; the work locks
its timers (SKIP LOCKED) and marks them fired in the transaction of their effect. A batch that fails, or whose sweep
was killed, is done one timer at a time, each try counted before it begins, so that one bad timer stops itself and
not the others.
"""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F, Q

from apps.audit import clock
from apps.notices import handlers
from apps.notices.models import Timer

logger = structlog.get_logger(__name__)

ATTEMPTS = 8
LEFT_BEHIND_AFTER = timedelta(seconds=5)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)

ONE_CLAIMS = 7_310_661_765  # the key of the advisory lock

CLAIM = """
    WITH due AS (
        SELECT id FROM notices_timer
        WHERE fired_at IS NULL AND cancelled_at IS NULL AND dead_at IS NULL AND claimed_at IS NULL
          AND due_at <= %(now)s AND kind = ANY(%(kinds)s)
        ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE notices_timer timer SET claimed_at = %(now)s FROM due WHERE timer.id = due.id RETURNING timer.id
"""


@dataclass
class Swept:
    """What a sweep did."""

    fired: int = 0
    failed: int = 0


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling from 15 s to an hour, spread so that none meet."""
    return min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 12), LONGEST_PAUSE) * random.uniform(0.5, 1.5)  # noqa: S311


def sweep(*, limit: int | None = None, until: datetime | None = None) -> Swept:
    """Handle what is due: changes of state in batches of 50, reminders in batches of 500, then what failed before
    or was left behind, one by one. Stops at `limit` timers, or at an instant; the next tick goes on."""
    done = Swept()
    for changes_state, size in (
        (True, handlers.CHANGES_IN_A_BATCH),
        (False, handlers.REMINDERS_IN_A_BATCH),
    ):
        kinds = handlers.kinds(changes_state=changes_state)
        while kinds and not _is_enough(done, limit, until):
            claimed = _claim(kinds, size if limit is None else min(size, limit - done.fired - done.failed))
            if not claimed:
                break
            _handle_batch(claimed, done)
    for timer_id in _left_behind():
        if _is_enough(done, limit, until):
            break
        _handle_alone(timer_id, done)
    return done


def _is_enough(done: Swept, limit: int | None, until: datetime | None) -> bool:
    return (limit is not None and done.fired + done.failed >= limit) or (
        until is not None and clock.now() >= until
    )


def _claim(kinds: list[str], size: int) -> list[UUID]:
    with transaction.atomic(), connection.cursor() as cursor:
        # One claims at a time: with an older snapshot a second one would lock rows, if only for a moment, that the
        # first has claimed, and the first would skip them.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_CLAIMS])
        cursor.execute(CLAIM, {"now": clock.now(), "kinds": kinds, "limit": size})
        return [row[0] for row in cursor.fetchall()]


def _left_behind() -> list[UUID]:
    now = clock.now()
    return list(
        Timer.objects.filter(
            fired_at=None,
            cancelled_at=None,
            dead_at=None,
            kind__in=list(handlers.all_kinds()),
            claimed_at__lte=now - LEFT_BEHIND_AFTER,
            due_at__lte=now,
        )
        .filter(Q(retry_at=None) | Q(retry_at__lte=now))
        .order_by("due_at", "id")
        .values_list("id", flat=True)[: handlers.REMINDERS_IN_A_BATCH]
    )


def _handle_batch(ids: list[UUID], done: Swept) -> None:
    try:
        done.fired += _fire(ids)
    except Exception:  # one bad timer must not hold the others
        logger.exception("batch_failed", timers=len(ids))
        for timer_id in ids:
            _handle_alone(timer_id, done)


def _handle_alone(timer_id: UUID, done: Swept) -> None:
    attempts = _count_attempt(timer_id)
    if attempts is None:
        return
    try:
        done.fired += _fire([timer_id])
    except Exception as error:
        done.failed += 1
        logger.exception("timer_failed", timer=str(timer_id), attempts=attempts)
        Timer.objects.filter(pk=timer_id, fired_at=None).update(
            last_error=f"{type(error).__name__}: {error}"[:1000]
        )


def _count_attempt(timer_id: UUID) -> int | None:
    """Count a try before it begins; None if the timer is in other hands, done, or has just been given up."""
    with transaction.atomic():
        timer = (
            Timer.objects.select_for_update(skip_locked=True)
            .filter(pk=timer_id, fired_at=None, cancelled_at=None, dead_at=None)
            .first()
        )
        if timer is None:
            return None
        now = clock.now()
        if timer.attempts >= ATTEMPTS:
            Timer.objects.filter(pk=timer.pk).update(dead_at=now)
            logger.error("timer_given_up", timer=str(timer_id), kind=timer.kind, error=timer.last_error)
            return None
        Timer.objects.filter(pk=timer.pk).update(
            attempts=F("attempts") + 1, claimed_at=now, retry_at=now + pause_after(timer.attempts + 1)
        )
        return timer.attempts + 1


def _fire(ids: list[UUID]) -> int:
    """Handle these timers and mark them fired, in one transaction."""
    with transaction.atomic():
        _lock_what_comes_first(ids)
        timers = list(
            Timer.objects.select_for_update(skip_locked=True)
            .filter(pk__in=ids, fired_at=None, cancelled_at=None, dead_at=None)
            .order_by("due_at", "id")
        )
        by_kind: dict[str, list[Timer]] = defaultdict(list)
        for timer in timers:
            by_kind[timer.kind].append(timer)
        for kind, of_kind in by_kind.items():
            handlers.handler_of(kind).handle(of_kind)
        if timers:
            Timer.objects.filter(pk__in=[timer.pk for timer in timers]).update(fired_at=clock.now())
    return len(timers)


def _lock_what_comes_first(ids: list[UUID]) -> None:
    """Cases are locked before timers: ask the handlers that change state to, in the order of ids."""
    if not any(handlers.handler_of(kind).lock for kind in handlers.all_kinds()):
        return
    objects: dict[str, list[UUID]] = defaultdict(list)
    for kind, object_id in Timer.objects.filter(pk__in=ids).values_list("kind", "object_id"):
        objects[kind].append(object_id)
    for kind in sorted(objects):
        lock = handlers.handler_of(kind).lock
        if lock is not None:
            lock(sorted(objects[kind]))
