"""Everything periodic, in one idempotent tick: what is due, what is to be sent, the register's checkpoint.

Celery's only beat entry calls it every 30 seconds, `manage.py tick` once by hand. Any number may run at once, and
none at all for three days: the rows say what is due. A nudge after a commit makes it run soon; losing one loses
nothing but seconds, and no request ever waits for the broker.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from apps.accounts.services import forget_old_sign_ins
from apps.audit import checkpoints, clock
from apps.notices import services
from apps.notices.delivery import MAILS_A_TICK, drain_outbox
from apps.notices.models import TickRun
from apps.notices.signals import work_waits
from apps.notices.sweep import sweep
from apps.offices.services.reconciling import arm_the_night

logger = structlog.get_logger(__name__)

LONGEST_SWEEP = timedelta(seconds=60)
KEEP_TICKS = timedelta(days=2)
BETWEEN_TIDYINGS = 900.0  # seconds
BETWEEN_NUDGES = 1.0  # seconds
AFTER_A_FAILED_NUDGE = 30.0  # seconds


_tidied = float("-inf")


def _is_time_to_tidy() -> bool:
    """Whether a quarter of an hour has passed in this process since it last dropped what nobody asks about."""
    global _tidied
    due = time.monotonic() - _tidied >= BETWEEN_TIDYINGS
    if due:
        _tidied = time.monotonic()
    return due


def tick() -> TickRun:
    """Do what is due once; each part even if another fails. The row it returns is the heartbeat."""
    run = services.start_tick(keep=KEEP_TICKS)
    errors: list[str] = []

    def part(name: str, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            logger.exception("tick_part_failed", part=name)
            errors.append(f"{name}: {type(error).__name__}: {error}"[:500])
            return None

    part("grants", arm_the_night)
    swept = part("timers", lambda: sweep(until=clock.now() + LONGEST_SWEEP))
    checkpoint = part("checkpoint", checkpoints.make_if_due)
    drained = part("outbox", lambda: drain_outbox(MAILS_A_TICK))
    part("sign_ins", lambda: forget_old_sign_ins(at=clock.now(), by=None) if _is_time_to_tidy() else None)
    return services.finish_tick(
        run,
        timers_fired=swept.fired if swept else 0,
        timers_failed=swept.failed if swept else 0,
        mails_sent=drained.sent if drained else 0,
        mails_failed=drained.failed if drained else 0,
        checkpoint_seq=checkpoint.seq if checkpoint else None,
        error="\n".join(errors),
    )


class Nudge:
    """Asks a worker to tick soon, from a thread of its own: a request sets a flag and goes on."""

    def __init__(self, send: Callable[[], object]) -> None:
        self._send = send
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, **kwargs: Any) -> None:
        """Want a tick; returns at once, whatever the broker does."""
        self._wanted.set()
        thread = self._thread
        if thread is not None and thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._send()
            except Exception as error:
                logger.info("nudge_lost", error=type(error).__name__)
                time.sleep(AFTER_A_FAILED_NUDGE)
            else:
                time.sleep(BETWEEN_NUDGES)


def _send_tick() -> None:
    from ictgov.celery import app

    app.send_task("gov.tick", expires=25, retry=False)


nudge = Nudge(_send_tick)


def listen() -> None:
    """Let written messages nudge the worker (called when the portal starts)."""
    work_waits.connect(nudge, dispatch_uid="ictgov.nudge")


def nudge_after_commit() -> None:
    """Nudge when the transaction has committed; never fails, never waits."""
    transaction.on_commit(nudge, robust=True)
