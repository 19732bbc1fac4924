"""How fast the register is verified and written, and the sweep works. Run by name: `pytest -s -m benchmark`."""

import json
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from apps.accounts.models import User
from apps.audit import clock, register, verifier
from apps.notices import handlers, services
from apps.notices.models import Notice, Outbox, Timer
from apps.notices.sweep import sweep
from tests.audit.test_tamper import payload

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROWS = 200_000
TIMERS = 100_000

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


def seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def statement(text: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(text, parameters)


def test_verifying_a_million_events_takes_a_minute_at_most(tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    prev = verifier.GENESIS
    with path.open("w") as file:
        for seq in range(1, ROWS + 1):
            text = payload(1, id=str(uuid.UUID(int=seq)))
            at = "2026-03-02T12:00:00.000000Z"
            own = verifier.event_hash(prev, seq, at, text)
            row = {"seq": seq, "recorded_at": at, "prev_hash": prev, "hash": own, "payload": text}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
            prev = own
    start = time.process_time()
    took = seconds(lambda: verifier.main([str(path)]))
    used = time.process_time() - start
    million = 1_000_000 / ROWS
    print(
        f"\nverify {ROWS:,} events: a million in {took * million:.0f} s, {used * million:.0f} s of a processor"
    )
    assert used * million <= 60


@pytest.mark.django_db(transaction=True)
def test_events_committed_one_by_one(tmp_path: Path) -> None:
    def write() -> None:
        for _each in range(1000):
            with transaction.atomic():
                register.record(
                    verb="try", by=None, obj_kind="case", obj_id=uuid.UUID(int=1), occurred_at=MOMENT
                )

    def write_without() -> None:
        for _each in range(1000):
            with transaction.atomic():
                Notice.objects.create(
                    recipient=reader,
                    code="c",
                    dedupe_key=str(uuid.uuid4()),
                    created_at=MOMENT,
                    visible_at=MOMENT,
                )

    reader = User.objects.create_user(email="r@example.org", password="x", full_name="R")
    took, floor = seconds(write), seconds(write_without)
    print(
        f"\nregister: {1000 / took:,.0f} commits/s, a plain insert {1000 / floor:,.0f}, ratio {took / floor:.1f}"
    )
    exported = seconds(lambda: call_command("export_register", str(tmp_path / "out.jsonl")))
    print(f"export: {1000 / exported:,.0f} events/s")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("posts", [False, True])
def test_sweep_of_100_000_due_timers(posts: bool) -> None:
    reader = User.objects.create_user(email="r@example.org", password="x", full_name="R")

    def remind(timers: list[Timer]) -> None:
        if not posts:
            return
        at = clock.now()
        for timer in timers:
            services.post(
                recipients=[reader], code="c", params={}, dedupe_key=str(timer.pk), at=at, mail=False
            )

    fill = (
        "INSERT INTO notices_timer (id, kind, object_id, due_version, due_at, attempts, last_error)"
        " SELECT gen_random_uuid(), 'bench', gen_random_uuid(), 1, '2026-03-02T11:00:00Z', 0, ''"
        " FROM generate_series(1, %s)"
    )
    handlers.register_many("bench", remind)
    try:
        statement(fill, TIMERS)
        floor = seconds(
            lambda: statement("UPDATE notices_timer SET fired_at = due_at WHERE fired_at IS NULL")
        )
        statement("DELETE FROM notices_timer")
        statement(fill, TIMERS)
        fired: list[int] = []
        took = seconds(lambda: fired.append(sweep().fired))
    finally:
        handlers.forget("bench")
    print(
        f"\nsweep{' with a notice each' if posts else ''}: {TIMERS:,} timers in {took:.1f} s ({TIMERS / took:,.0f}/s),"
        f" one UPDATE {floor:.2f} s, ratio {took / floor:.1f}"
    )
    assert fired == [TIMERS]
    assert Notice.objects.count() == (TIMERS if posts else 0)
    assert Outbox.objects.count() == 0
    assert took <= 120
