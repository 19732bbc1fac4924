"""kill -9 of worker, beat and broker, again and again, while 1,000 reminders of turns are due."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.journeys.portal import Portal, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.slow]
TURNS = 1000
ROUNDS = 4


def turns_that_are_due(number: int) -> UUID:
    """A case of UNMISS whose desks have so many turns, each with a reminder that is due; other stories may have told
    their own on the same database before.
    """
    from apps.accounts.models import User
    from apps.approvals.models import Case, Turn
    from apps.audit import clock
    from apps.initiatives.services import start_draft
    from apps.notices import services as notices
    from apps.offices.models import Office
    from tests.journeys.business_case import SCREENING

    submitter = User.objects.get(email="achol.deng.majok@example.org")
    office = Office.objects.get(code="UNMISS")
    begun = start_draft(office=office, answers=SCREENING, title="Many turns", language="en", by=submitter)
    case = Case.objects.get(subject_id=begun.pk)
    past = clock.now() - timedelta(hours=2)
    turns = Turn.objects.bulk_create(
        Turn(
            case=case,
            round=1,
            visit=100 + place,
            stage="draft",
            desk=f"submitter_{place}",
            step="write",
            office=office,
            seats=[f"submitter@{office.pk}"],
            side="office",
            capacity="submitter",
            opened_at=past - timedelta(days=9),
            days=5,
            days_left=5,
            clock_from=past - timedelta(days=9),
            due_at=past,
        )
        for place in range(number)
    )
    for turn in turns:
        notices.set_timers(object_id=turn.pk, due={"turn.due": past}, due_version=turn.due_version)
    return case.pk


def test_sweep_survives_kills_of_worker_beat_and_broker(people: None, tmp_path: Path) -> None:
    from apps.approvals.models import Turn
    from apps.audit import clock
    from apps.notices.models import Notice, Outbox, Timer

    case = turns_that_are_due(TURNS)
    turns = Turn.objects.filter(case=case).values("pk")
    due = Timer.objects.filter(kind="turn.due", cancelled_at=None, object_id__in=turns)
    mails = Outbox.objects.filter(case_id=case)
    before = due.filter(fired_at=None).count()
    assert before >= TURNS
    portal = Portal(tmp_path / "portal")
    kills: Counter[str] = Counter()
    try:
        portal.start("worker", "beat")
        for place in range(ROUNDS):
            mailed = mails.exclude(sent_at=None).count()
            wait_for("work goes on", lambda mailed=mailed: _goes_on(case, mailed), seconds=120)
            for name in ("worker", "beat", "broker")[: 1 + place % 3]:
                if name == "broker":
                    portal.kill_broker()
                else:
                    portal.kill(name)
                kills[name] += 1
            portal.start(*[name for name in ("worker", "beat") if name not in portal.children])
        wait_for("every timer has fired", lambda: not due.filter(fired_at=None).exists(), seconds=180)
        wait_for("every mail is sent", lambda: not mails.filter(sent_at=None).exists(), seconds=300)
    except AssertionError as error:
        error.add_note(portal.log_text())
        raise
    finally:
        portal.stop()
        # the next story's lists are its own
        Turn.objects.filter(case=case, visit__gte=100).update(closed_at=clock.now(), closed_by_verb="lapsed")
    assert not Timer.objects.exclude(dead_at=None).exists()
    reminded = Notice.objects.filter(code="turn.due", case_id=case)
    assert reminded.count() == TURNS
    assert reminded.values("dedupe_key").distinct().count() == TURNS
    assert mails.filter(code="turn.due").count() == TURNS
    sent = Counter(
        line
        for path in portal.mails.glob("*")
        for line in path.read_text().splitlines()
        if "Message-ID:" in line
    )
    doubled = sum(times - 1 for times in sent.values())
    assert len(sent) >= TURNS
    assert doubled <= kills["worker"]


def _goes_on(case: UUID, mailed: int) -> bool:
    from apps.notices.models import Outbox

    time.sleep(0.3)
    mails = Outbox.objects.filter(case_id=case)
    return mails.exclude(sent_at=None).count() > mailed or not mails.filter(sent_at=None).exists()
