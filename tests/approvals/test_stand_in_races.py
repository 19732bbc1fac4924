"""Ending an absence and acting on behalf at the same moment: one goes first, and the other sees it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals.models import Move
from apps.approvals.services import Seen, move_case
from apps.audit import clock
from apps.audit.models import Event, Link
from apps.offices import services as offices
from tests.approvals.test_races import at_once, running  # noqa: F401 (a fixture)
from tests.factories.approvals import Review
from tests.factories.offices import make_person


@pytest.mark.django_db(transaction=True)
def test_ending_an_absence_and_acting_on_behalf_at_once_are_ordered(running: Review) -> None:  # noqa: F811
    deputy, head = make_person("Deputy Person"), running.people["head"]
    monday = clock.now()
    for trial in range(3):
        with clock.set_to(monday + timedelta(hours=trial)):
            absence = offices.record_absence(
                post=running.org.posts["head"],
                by=head,
                stand_in=deputy,
                until=clock.now() + timedelta(days=3),
                reason="Leave.",
            )
        with clock.set_to(monday + timedelta(hours=trial, minutes=30)):
            case = running.open()
            running.act(case, "submitter", "hand_on")
            running.act(case, "ict", "attest", confirmed=True)
            running.act(case, "finance", "attest", confirmed=True)
            seen = Seen(case.version_number, case.version_hash)

            def endorse(case: Any = case, seen: Seen = seen) -> Any:
                return move_case(
                    case_id=case.pk,
                    action="endorse",
                    by=deputy,
                    seen=seen,
                    idempotency_key=str(uuid.uuid4()),
                    payload={"confirmed": True},
                )

            def end(absence: Any = absence) -> Any:
                return offices.end_absence(absence=absence, by=head)

            acted, ended = at_once([endorse, end])
            assert ended == "done"
            assert acted in ("done", "case.not_found", "case.not_your_seat", "standin.over")
            move = Move.objects.filter(case=case, verb="endorse").first()
            assert (move is not None) is (acted == "done")
        if move is not None:
            over = Event.objects.get(
                payload__contains='"verb":"absence.ended"', payload__icontains=str(absence.pk)
            )
            place = {
                link.event_id: link.seq for link in Link.objects.filter(event__in=[move.event_id, over.pk])
            }
            assert place[move.event_id] < place[over.pk]


@pytest.mark.django_db(transaction=True)
def test_two_absences_recorded_at_once_leave_one(running: Review) -> None:  # noqa: F811
    deputy, head = make_person("Deputy Person"), running.people["head"]

    def record() -> Any:
        return offices.record_absence(
            post=running.org.posts["head"],
            by=head,
            stand_in=deputy,
            until=clock.now() + timedelta(days=3),
            reason="Leave.",
        )

    assert sorted(at_once([record] * 4)) == ["done", *["offices.absent_already"] * 3]
