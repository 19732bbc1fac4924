"""The clocks of turns: due moments in the acting office's calendar, reminders, one step of escalation,
silence and doubles.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.approvals.models import Turn
from apps.audit import clock
from apps.notices.models import Notice, Timer
from apps.offices.models import CalendarVersion, Holiday
from tests.factories.approvals import Review, make_review, tick
from tests.factories.offices import LONG_AGO

NEW_YORK_2020 = (date(2020, 5, 25), date(2020, 5, 26), date(2020, 7, 3))


def with_holidays(*days: date) -> None:
    """A second version of the Headquarters calendar, with these holidays."""
    first = CalendarVersion.objects.get(calendar__key="new-york")
    version = CalendarVersion.objects.create(
        calendar=first.calendar, number=2, valid_from=date(2000, 1, 2), working_days=first.working_days
    )
    Holiday.objects.bulk_create(Holiday(version=version, date=day, names={"en": "Holiday"}) for day in days)
    version.confirmed_at, version.authority = LONG_AGO, "Test"
    version.save()


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("submitted", "days", "due"),
    [
        (at(2020, 7, 2, 14), 5, at(2020, 7, 10, 21)),
        (at(2020, 5, 22, 14), 3, at(2020, 5, 29, 21)),
        (at(2020, 5, 22, 22), 3, at(2020, 5, 29, 21)),
    ],
)
@pytest.mark.django_db
def test_turn_at_headquarters_is_due_by_its_holidays(submitted: datetime, days: int, due: datetime) -> None:
    from apps.approvals.services.engine import Walk, open_turn

    with clock.set_to(submitted):
        review = make_review()
        with_holidays(*NEW_YORK_2020)
        case = review.open()
        stage = case.route.road.stage("intake")
        walk = Walk(case=case, at=submitted, road=case.route.road, turns=[])
        turn = open_turn(walk, stage, stage.desks[0], stage.desks[0].steps[0], days=days)
        assert turn.due_at == due


@pytest.mark.django_db
def test_pause_keeps_the_days_that_remained() -> None:
    """Headquarters, Thursday 2 July 2020, 5 days; paused Wednesday 8 July 11:00; resumed Friday 10 July 16:00."""
    from apps.approvals.choices import Side
    from apps.approvals.services.engine import Walk, open_turn, pause_side, resume_side

    with clock.set_to(at(2020, 7, 2, 14)):
        review = make_review()
        with_holidays(*NEW_YORK_2020)
        case = review.open()
        stage = case.route.road.stage("intake")
        walk = Walk(case=case, at=clock.now(), road=case.route.road, turns=[])
        turn = open_turn(walk, stage, stage.desks[0], stage.desks[0].steps[0], days=5)
    paused = Walk(case=case, at=at(2020, 7, 8, 15), road=case.route.road, turns=[turn])
    with clock.set_to(paused.at):
        pause_side(paused, Side.OICT, reason_code="clarification")
    assert turn.days_left == 3
    resumed = Walk(case=case, at=at(2020, 7, 10, 20), road=case.route.road, turns=[turn])
    with clock.set_to(resumed.at):
        resume_side(resumed, Side.OICT)
    assert (turn.due_at, turn.due_version) == (at(2020, 7, 15, 21), 2)


def turn_of(review: Review, case: Any, desk: str) -> Turn:
    return case.turns.open().get(desk=desk)


def test_reminders_and_escalation_are_set_with_the_turn(review: Review) -> None:
    case = review.endorse(review.open())
    turn = turn_of(review, case, "oict_intake")
    kinds = Timer.objects.filter(object_id=turn.pk).order_by("due_at").values_list("kind", flat=True)
    assert list(kinds) == ["turn.reminder_50", "turn.reminder_80", "turn.due", "turn.escalate"]


def test_three_days_of_silence_send_the_latest_reminder_once(review: Review) -> None:
    case = review.endorse(review.open())
    turn = turn_of(review, case, "oict_intake")
    with clock.set_to(turn.due_at + timedelta(hours=1)):
        tick()
        tick()
    sent = Notice.objects.filter(recipient=review.people["desk"]).values_list("code", flat=True)
    assert Counter(sent) == {"turn.opened": 1, "turn.due": 1}


def test_each_reminder_comes_once_when_the_tick_runs_in_time(review: Review) -> None:
    case = review.endorse(review.open())
    turn = turn_of(review, case, "oict_intake")
    for timer in Timer.objects.filter(object_id=turn.pk).order_by("due_at"):
        with clock.set_to(timer.due_at):
            tick()
    sent = Notice.objects.filter(recipient=review.people["desk"]).values_list("code", flat=True)
    assert Counter(sent) == {"turn.opened": 1, "turn.reminder_50": 1, "turn.reminder_80": 1, "turn.due": 1}


def test_overdue_turn_is_brought_to_the_section_chief_once(review: Review) -> None:
    case = review.endorse(review.open())
    turn = turn_of(review, case, "oict_intake")
    with clock.set_to(turn.due_at + timedelta(days=5)):
        tick()
        Timer.objects.filter(kind="turn.escalate").update(fired_at=None)
        tick()
    assert Notice.objects.filter(recipient=review.people["chief"], code="turn.escalated").count() == 1
    assert case.moves.filter(verb="escalated", turn=turn).count() == 1


def test_overdue_endorsement_is_brought_to_the_head_above(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    turn = turn_of(review, case, "attest_ict")
    with clock.set_to(turn.due_at + timedelta(days=5)):
        tick()
    assert Notice.objects.filter(recipient=review.people["head"], code="turn.escalated").count() == 2


def test_reminder_of_an_ended_turn_is_silent(review: Review) -> None:
    case = review.endorse(review.open())
    turn = turn_of(review, case, "oict_intake")
    review.act(case, "desk", "acknowledge")
    with clock.set_to(turn.due_at + timedelta(days=9)):
        tick()
    assert not Notice.objects.filter(dedupe_key__startswith=f"{turn.pk}:turn.").exists()


def test_paused_turn_is_never_overdue(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(case, "desk", "request_clarification", items=[{"field": "costs.rows", "question": "Why?"}])
    late = clock.now() + timedelta(days=90)
    assert not Turn.objects.overdue(on=late).filter(desk="oict_intake").exists()
    assert Turn.objects.overdue(on=late).filter(desk="submitter", step="answer").exists()


def test_late_is_after_the_due_moment_and_not_at_it(review: Review) -> None:
    case = review.endorse(review.open())
    due = turn_of(review, case, "oict_intake").due_at
    desks = Turn.objects.filter(case=case, desk="oict_intake")
    assert desks.overdue(on=due - timedelta(milliseconds=1)).count() == 0
    assert desks.overdue(on=due).count() == 0
    assert desks.overdue(on=due + timedelta(milliseconds=1)).count() == 1


@pytest.mark.parametrize(("tier", "days"), [(1, 5), (2, 10), (3, 15)])
def test_tier_sets_the_days_of_the_desks(review: Review, tier: int, days: int) -> None:
    case = review.complete(review.endorse(review.open(tier=tier)))
    assert set(case.turns.open().exclude(desk="field_opinion").values_list("days", flat=True)) == {days}


def test_turn_counts_in_the_calendar_of_the_office_that_acts(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    assert turn_of(review, case, "attest_ict").calendar_key.startswith("juba")
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)
    review.act(case, "head", "endorse", confirmed=True)
    assert turn_of(review, case, "oict_intake").calendar_key.startswith("new-york")
