from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core import mail
from django.core.management import call_command

from apps.accounts.models import User
from apps.audit import checkpoints, clock, register
from apps.notices import handlers, queries, services
from apps.notices.models import Notice, Outbox, TickRun, Timer
from ictgov import schedule
from ictgov.celery import app

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.ICTGOV_CHECKPOINTS = tmp_path / "checkpoints"
    settings.ICTGOV_CHECKPOINT_MAILS = ["witness@example.org"]


def test_one_tick_fires_checkpoints_and_sends(chained: Any) -> None:
    reader = User.objects.create_user(email="amina@example.org", password="x", full_name="Amina")

    def act(timer: Timer) -> None:
        register.record(
            verb="escalate", by=None, obj_kind="turn", obj_id=timer.object_id, occurred_at=clock.now()
        )
        chained()
        services.post(
            recipients=[reader],
            code="register.checkpoint",
            params={"seq": 1, "head": "h", "time": "t"},
            dedupe_key=str(timer.pk),
        )

    handlers.register("test.tick", act, changes_state=True)
    try:
        services.set_timer(kind="test.tick", object_id=reader.pk, due_at=MOMENT)
        with clock.set_to(MOMENT):
            run = schedule.tick()
            again = schedule.tick()
    finally:
        handlers.forget("test.tick")
    assert (run.timers_fired, run.mails_sent, run.checkpoint_seq, run.error) == (1, 2, 1, "")
    assert (again.timers_fired, again.mails_sent, again.checkpoint_seq, again.error) == (0, 0, None, "")
    assert sorted(message.to[0] for message in mail.outbox) == ["amina@example.org", "witness@example.org"]
    assert [kept.seq for kept in checkpoints.all_kept()] == [1]
    assert queries.last_tick() == MOMENT
    assert Notice.objects.count() == 1


def test_part_that_fails_does_not_hold_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**given: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(schedule, "sweep", fail)
    monkeypatch.setattr(checkpoints, "make_if_due", fail)
    run = schedule.tick()
    assert run.finished_at is not None
    assert run.error == "timers: RuntimeError: no\ncheckpoint: RuntimeError: no"


def test_ticks_are_forgotten_after_two_days() -> None:
    with clock.set_to(MOMENT):
        schedule.tick()
        clock.advance(timedelta(days=2))
        schedule.tick()
        assert TickRun.objects.count() == 2
        clock.advance(timedelta(microseconds=1))
        schedule.tick()
        assert TickRun.objects.count() == 2


def test_tick_by_hand_says_what_it_did() -> None:
    out = StringIO()
    call_command("tick", stdout=out)
    assert out.getvalue().startswith("timers 0 fired, 0 failed; mails 0 sent")


def test_there_is_one_beat_entry_without_a_crontab() -> None:
    assert list(portal.CELERY_BEAT_SCHEDULE) == ["tick"]
    entry = portal.CELERY_BEAT_SCHEDULE["tick"]
    assert entry["task"] in app.tasks
    assert isinstance(entry["schedule"], float)
    assert entry["options"] == {"expires": 25}


def test_nothing_is_scheduled_by_a_task_far_away() -> None:
    for path in [*Path(portal.BASE_DIR).glob("apps/**/*.py"), *Path(portal.BASE_DIR).glob("ictgov/**/*.py")]:
        text = path.read_text(encoding="utf-8")
        for word in ("apply_async", "countdown=", "eta=", ".delay("):
            assert word not in text, f"{path}: {word}"


def test_what_was_given_up_is_shown_and_can_be_taken_up_again() -> None:
    reader = User.objects.create_user(email="amina@example.org", password="x", full_name="Amina")
    services.post_to_address(
        address="w@example.org", code="c", params={}, dedupe_key="k", at=MOMENT - timedelta(hours=1)
    )
    services.set_timer(kind="test.tick", object_id=reader.pk, due_at=MOMENT)
    services.set_timer(kind="test.nobody", object_id=reader.pk, due_at=MOMENT)
    handlers.register("test.tick", lambda timer: None)
    try:
        found = queries.backlog(MOMENT)
        assert (found.timers_due, found.oldest_due_at, found.timers_of_nobody) == (1, MOMENT, 1)
        assert (found.mails_waiting, found.oldest_mail_at) == (1, MOMENT - timedelta(hours=1))
        Timer.objects.filter(kind="test.tick").update(dead_at=MOMENT, attempts=8)
        Outbox.objects.update(dead_at=MOMENT)
        found = queries.backlog(MOMENT)
        assert (found.timers_due, found.timers_given_up, found.mails_given_up) == (0, 1, 1)
        with clock.set_to(MOMENT):
            assert services.try_again() == (1, 1)
        found = queries.backlog(MOMENT)
        assert (found.timers_due, found.timers_given_up, found.mails_waiting) == (1, 0, 1)
    finally:
        handlers.forget("test.tick")
