"""The broker frozen, flushed and killed while people submit and decide: acts go on, and what waited goes out after."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from tests.journeys.faults import DRAINED_WITHIN, Broker, Cases, run_all
from tests.journeys.portal import Portal

pytestmark = pytest.mark.benchmark  # it waits for minutes, and compares times; `make benchmark` runs it
SLOWER = 2.0  # seconds; an act that waited for a broker that does not answer would take longer


@pytest.fixture
def portal(people: None, tmp_path: Path) -> Iterator[Portal]:
    running = Portal(tmp_path / "portal")
    try:
        running.start()
        yield running
    finally:
        running.stop()


def start_again(portal: Portal) -> None:
    """Start the broker; its socket is another one, so that who listens there starts again, too."""
    for name in ("worker", "beat"):
        portal.kill(name)
    portal.start("worker", "beat")


def test_broker_that_is_frozen_flushed_or_killed_holds_nobody_up(portal: Portal) -> None:
    broker = Broker(
        freeze=partial(portal.signal_broker, signal.SIGSTOP),
        thaw=partial(portal.signal_broker, signal.SIGCONT),
        flush=lambda: redis.Redis.from_url(portal.broker.url()).flushall(),
        kill=portal.kill_broker,
        start=partial(start_again, portal),
    )
    found = run_all(Cases(portal), broker)
    usual = found["no fault"]
    for name, measured in found.items():
        print(f"{name}: {measured.words()}")
        assert measured.drained <= DRAINED_WITHIN, name
        assert max(measured.submitting) <= max(usual.submitting) + SLOWER, name
        assert max(measured.deciding) <= max(usual.deciding) + SLOWER, name
