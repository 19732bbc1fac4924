import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.audit import clock
from apps.notices import handlers, queries, services
from apps.notices.models import Notice, Outbox, Timer
from apps.notices.sweep import ATTEMPTS, sweep

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REMINDERS = ["t.50", "t.80", "t.100"]


@pytest.fixture
def kind() -> Iterator[str]:
    yield "t"
    for name in ["t", *REMINDERS]:
        handlers.forget(name)


def make_reader() -> User:
    return User.objects.create_user(email="amina@example.org", password="x", full_name="Amina")


def due(kind: str, at: datetime = MOMENT) -> UUID:
    thing = uuid4()
    services.set_timer(kind=kind, object_id=thing, due_at=at)
    return thing


@pytest.mark.django_db
def test_sweep_fires_what_is_due_and_not_what_is_not(kind: str) -> None:
    seen: list[UUID] = []
    handlers.register(kind, lambda timer: seen.append(timer.object_id))
    first = due(kind, MOMENT - timedelta(milliseconds=1))
    second = due(kind, MOMENT)
    due(kind, MOMENT + timedelta(milliseconds=1))
    with clock.set_to(MOMENT):
        assert sweep().fired == 2
        assert sweep().fired == 0
    assert seen == [first, second]


@pytest.mark.django_db
def test_sweep_leaves_what_is_cancelled_fired_or_has_no_handler(kind: str) -> None:
    handlers.register(kind, lambda timer: pytest.fail("not due"))
    services.cancel_timers(object_id=due(kind))
    Timer.objects.filter(object_id=due(kind)).update(fired_at=MOMENT)
    due("nobody's")
    with clock.set_to(MOMENT):
        assert sweep().fired == 0


@pytest.mark.django_db
@pytest.mark.parametrize("changes_state", [True, False])
def test_one_bad_timer_stops_only_itself(kind: str, changes_state: bool) -> None:
    bad = due(kind, MOMENT - timedelta(days=1))
    for _each in range(120):
        due(kind)

    def handle(timer: Timer) -> None:
        if timer.object_id == bad:
            raise RuntimeError("bad\x00timer".replace("\x00", " "))

    handlers.register(kind, handle, changes_state=changes_state)
    with clock.set_to(MOMENT):
        done = sweep()
        assert (done.fired, done.failed) == (120, 1)
        for _again in range(ATTEMPTS + 3):
            clock.advance(timedelta(hours=2))
            sweep()
    given_up = Timer.objects.get(object_id=bad)
    assert given_up.dead_at is not None
    assert given_up.attempts == ATTEMPTS
    assert given_up.last_error == "RuntimeError: bad timer"


@pytest.mark.django_db
def test_what_was_claimed_by_a_sweep_that_died_is_done_soon(kind: str) -> None:
    handlers.register(kind, lambda timer: None)
    due(kind)
    Timer.objects.update(claimed_at=MOMENT)
    with clock.set_to(MOMENT + timedelta(seconds=4)):
        assert sweep().fired == 0
    with clock.set_to(MOMENT + timedelta(seconds=5)):
        assert sweep().fired == 1


@pytest.mark.django_db
def test_handler_that_fails_leaves_nothing_behind(kind: str) -> None:
    reader = make_reader()

    def handle(timer: Timer) -> None:
        services.post(recipients=[reader], code="c", params={}, dedupe_key=str(timer.pk))
        raise RuntimeError

    handlers.register(kind, handle)
    due(kind)
    with clock.set_to(MOMENT):
        sweep()
    assert (Notice.objects.count(), Outbox.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_cases_are_locked_before_timers(kind: str) -> None:
    order: list[str] = []
    handlers.register(
        kind,
        lambda timer: order.append("timer"),
        changes_state=True,
        lock=lambda ids: order.append(f"lock {len(ids)} {ids == sorted(ids)}"),
    )
    for _each in range(3):
        due(kind)
    with clock.set_to(MOMENT):
        sweep()
    assert order == ["lock 3 True", "timer", "timer", "timer"]


@pytest.mark.django_db
def test_three_days_of_silence_make_one_reminder(kind: str) -> None:
    reader = make_reader()

    def remind(timer: Timer) -> None:
        if not queries.a_later_one_is_due(timer, REMINDERS, clock.now()):
            services.post(
                recipients=[reader],
                code="c",
                params={},
                dedupe_key=f"{timer.kind}:{timer.object_id}:{timer.due_version}",
            )

    for name in REMINDERS:
        handlers.register(name, remind)
    services.set_timers(
        object_id=uuid4(),
        due={name: MOMENT + timedelta(days=days) for days, name in enumerate(REMINDERS)},
    )
    with clock.set_to(MOMENT + timedelta(days=3)):
        assert sweep().fired == 3
        sweep()
    assert [notice.dedupe_key.split(":")[0] for notice in Notice.objects.all()] == ["t.100"]
    assert Outbox.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("changes_state", [True, False])
def test_ten_sweeps_at_once_say_each_thing_once(kind: str, changes_state: bool) -> None:
    reader = make_reader()
    calls: list[UUID] = []

    def remind(timer: Timer) -> None:
        calls.append(timer.object_id)
        services.post(recipients=[reader], code="c", params={}, dedupe_key=f"{timer.object_id}:{timer.kind}")

    handlers.register(kind, remind, changes_state=changes_state)
    things = {due(kind) for _each in range(300)}
    fired: list[int] = []

    def run() -> None:
        try:
            fired.append(sweep().fired)
        finally:
            connection.close()

    with clock.set_to(MOMENT):
        threads = [threading.Thread(target=run) for _each in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sweep()
    assert sum(fired) == 300
    assert len(calls) == 300
    assert set(calls) == things
    assert Notice.objects.count() == 300
    assert Outbox.objects.count() == 300
