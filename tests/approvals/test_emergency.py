"""Emergency authorizations (A/61/765, 6d; review.md 10): who asks, who answers, what the clocks and the decision do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.approvals.models import Case, Emergency, Turn
from apps.approvals.services import Confirmation
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Notice
from tests.factories.approvals import Review, decision_of, tick

ASKED = {"words": "The mast fell, and 340 people are without a radio.", "amount_max": "60000", "days": "60"}
GIVEN = {"words": "For the mast and its radios alone.", "amount_max": "45000", "days": "30"}


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def asked(review: Review, **more: Any) -> Case:
    case = review.open()
    review.act(case, "head", "ask_emergency", **{**ASKED, **more})
    return case


def confirmed(review: Review, case: Case, person: str) -> Confirmation:
    return Confirmation("password", clock.now(), case.version_hash, review.people[person].pk, "totp")


def authorized(review: Review, person: str = "cito", **more: Any) -> Case:
    case = asked(review)
    with_ = confirmed(review, case, person)
    review.act(case, person, "authorize_emergency", confirmation=with_, **{**GIVEN, **more})
    return case


def emergency_of(case: Case) -> Emergency:
    return Emergency.objects.get(case=case)


def answer_turn(case: Case) -> Turn:
    return case.turns.open().get(desk="emergency")


def decide(review: Review, case: Case, outcome: str = "approved") -> None:
    review.act(case, "cito", "decide", **decision_of(outcome, override_reason="Seen otherwise."))
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
    case.refresh_from_db()


# Asking and answering -------------------------------------------------------------------------------------------


def test_the_head_asks_and_who_may_decide_has_a_day_whatever_day_it_is(review: Review) -> None:
    case = asked(review)
    turn = answer_turn(case)
    assert case.reference == "OICT-2026-UNMISS-0001"
    assert turn.due_at == clock.now() + timedelta(hours=24)
    assert case.stage == "draft"
    assert {one.desk for one in case.turns.open()} == {"submitter", "emergency"}
    assert Notice.objects.filter(
        code="turn.opened", case_id=case.pk, recipient=review.people["cito"]
    ).exists()


def test_oict_sees_the_case_from_then_on_but_no_draft(review: Review) -> None:
    case = review.open()
    client = Client()
    client.force_login(review.people["cito"])
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    review.act(case, "head", "ask_emergency", **ASKED)
    page = client.get(f"/cases/{case.handle}/").content.decode()
    assert "The mast fell" in page
    assert "Nothing has been handed on yet" in page
    assert case.title in client.get("/").content.decode()  # it waits among the CITO's work


@pytest.mark.parametrize("person", ["submitter", "ict", "auditor"])
def test_nobody_else_asks(review: Review, person: str) -> None:
    case = review.open()
    with pytest.raises(Refused) as refused:
        review.act(case, person, "ask_emergency", **ASKED)
    assert codes(refused) == ["case.not_your_seat"]


def test_it_is_asked_for_once(review: Review) -> None:
    case = asked(review)
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_emergency", **ASKED)
    assert codes(refused) == ["emergency.asked_before"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"amount_max": ""}, "field.required", "amount_max"),
        ({"amount_max": "0"}, "emergency.no_amount", "amount_max"),
        ({"amount_max": "-5"}, "field.not_number", "amount_max"),
        ({"days": "91"}, "field.choice", "days"),
        ({"words": " "}, "field.required", "words"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    review: Review, wrong: dict[str, str], code: str, field: str
) -> None:
    case = review.open()
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_emergency", **{**ASKED, **wrong})
    assert [(one.code, one.field) for one in refused.value.reasons] == [(code, field)]
    case.refresh_from_db()
    assert (case.reference, case.emergency_at) == (None, None)
    assert not Emergency.objects.exists()


def test_it_is_authorized_within_what_was_asked_and_confirmed(review: Review) -> None:
    case = asked(review)
    given = {"confirmation": confirmed(review, case, "cito")}
    with pytest.raises(Refused) as refused:
        review.act(case, "cito", "authorize_emergency", **GIVEN)
    assert codes(refused) == ["confirmation.missing"]
    with pytest.raises(Refused) as refused:
        review.act(
            case, "cito", "authorize_emergency", **given, **{**GIVEN, "amount_max": "60001", "days": "90"}
        )
    assert codes(refused) == ["emergency.amount_too_high", "emergency.longer_than_asked"]
    review.act(case, "cito", "authorize_emergency", **given, **GIVEN)
    found = emergency_of(case)
    assert (found.amount_max, found.until) == (Decimal(45000), clock.now() + timedelta(days=30))
    assert found.is_in_force
    assert {one.desk for one in case.turns.open()} == {"submitter"}
    assert Notice.objects.filter(code="emergency.authorized", recipient=review.people["head"]).count() == 1


def test_an_assigned_officer_answers_within_their_instrument_only(review: Review) -> None:
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=50000)
    case = asked(review)
    with pytest.raises(Refused):
        with_ = confirmed(review, case, "officer")
        review.act(case, "officer", "authorize_emergency", confirmation=with_, **GIVEN)
    assert emergency_of(case).authorized is None
    small = asked_small(review)
    with_ = confirmed(review, small, "officer")
    review.act(
        small, "officer", "authorize_emergency", confirmation=with_, **{**GIVEN, "amount_max": "20000"}
    )
    assert emergency_of(small).instrument_number.startswith("D-")


def asked_small(review: Review) -> Case:
    return asked(review, amount_max="20000", days="30")


def test_a_refusal_is_no_end_of_the_case(review: Review) -> None:
    case = asked(review)
    review.act(case, "cito", "refuse_emergency", words="The radios of the next camp are enough.")
    assert emergency_of(case).authorized is False
    assert not emergency_of(case).is_in_force
    assert review.endorse(case).stage == "intake"
    assert case.reference == "OICT-2026-UNMISS-0001"


# The clocks -----------------------------------------------------------------------------------------------------


def test_without_the_case_in_thirty_working_days_it_is_suspended_by_rule(review: Review) -> None:
    case = asked(review)
    with_ = confirmed(review, case, "cito")
    review.act(case, "cito", "authorize_emergency", confirmation=with_, **{**GIVEN, "days": "60"})
    due = emergency_of(case).case_due_at
    assert due is not None
    with clock.set_to(due - timedelta(seconds=1)):
        tick()
    assert emergency_of(case).is_in_force
    with clock.set_to(due):
        tick()
        tick()
    assert emergency_of(case).suspended_at == due
    assert case.moves.get(verb="emergency_suspended").by is None
    assert Notice.objects.filter(code="emergency.suspended", recipient=review.people["head"]).count() == 1


def test_a_case_in_time_is_confirmed_by_who_decides_and_goes_on(review: Review) -> None:
    case = review.endorse(authorized(review))
    until = emergency_of(case).until
    assert until is not None
    with clock.set_to(until):
        tick()
        assert answer_turn(case).step == "keep_emergency"
        assert emergency_of(case).is_in_force
        review.act(case, "cito", "confirm_emergency")
        assert emergency_of(case).until == until + timedelta(days=90)
    assert not case.turns.open().filter(desk="emergency").exists()


def test_what_nobody_confirms_is_suspended(review: Review) -> None:
    case = review.endorse(authorized(review))
    until = emergency_of(case).until
    assert until is not None
    with clock.set_to(until):
        tick()
    with clock.set_to(until + timedelta(days=5)):
        tick()
    assert emergency_of(case).suspended_at is not None
    assert not case.turns.open().filter(desk="emergency").exists()


def test_its_days_end_it_where_no_case_came(review: Review) -> None:
    case = authorized(review, days="15")
    until = emergency_of(case).until
    assert until is not None
    with clock.set_to(until):
        tick()
    found = emergency_of(case)
    assert (found.ended_because, found.ended_at) == ("expired", until)
    assert case.moves.get(verb="emergency_over").by is None


def test_a_turn_that_nobody_answers_is_escalated(review: Review) -> None:
    case = asked(review)
    with clock.set_to(clock.now() + timedelta(hours=24)):
        tick()
    assert answer_turn(case).escalated_at is not None


# The decision ---------------------------------------------------------------------------------------------------


def test_the_decision_takes_its_place(review: Review) -> None:
    case = review.to_decision(authorized(review))
    assert emergency_of(case).is_in_force
    decide(review, case)
    found = emergency_of(case)
    assert (found.ended_because, found.plan_due_at) == ("decided", None)


def test_what_is_not_approved_stops_and_the_office_winds_down(review: Review) -> None:
    case = review.to_decision(authorized(review))
    decide(review, case, "not_approved")
    found = emergency_of(case)
    assert found.ended_because == "not_approved"
    assert found.plan_due_at is not None
    assert Notice.objects.filter(code="emergency.stopped", recipient=review.people["head"]).count() == 1
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "give_wind_down", words="Radios go back.")
    assert codes(refused) == ["case.not_your_seat"]
    review.act(case, "head", "give_wind_down", words="The radios go to UNMISS stores by June.")
    assert emergency_of(case).plan_at is not None
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "give_wind_down", words="Again.")
    assert codes(refused) == ["emergency.plan_given"]


def test_a_plan_that_does_not_come_is_told_to_who_decides(review: Review) -> None:
    case = review.to_decision(authorized(review))
    decide(review, case, "not_approved")
    due = emergency_of(case).plan_due_at
    assert due is not None
    with clock.set_to(due):
        tick()
    told = Notice.objects.filter(code="emergency.no_plan").values_list("recipient", flat=True)
    assert set(told) == {review.people["head"].pk, review.people["cito"].pk}


def test_no_second_emergency_for_a_need_that_was_not_approved(review: Review) -> None:
    case = review.to_decision(authorized(review))
    decide(review, case, "not_approved")
    again = review.open()
    Case.objects.filter(pk=again.pk).update(predecessor=case)
    with pytest.raises(Refused) as refused:
        review.act(again, "head", "ask_emergency", **ASKED)
    assert codes(refused) == ["emergency.not_approved_before"]


def test_a_withdrawn_case_takes_it_along(review: Review) -> None:
    case = authorized(review)
    review.act(case, "submitter", "withdraw_case", words="The mast stands again.")
    assert emergency_of(case).ended_because == "withdrawn"


# The pages ------------------------------------------------------------------------------------------------------


def test_the_committee_reads_all_of_them_counted_by_office(review: Review) -> None:
    authorized(review)
    asked(review)
    client = Client()
    client.force_login(review.people["member"])
    page = client.get("/committee/").content.decode()
    assert "UNMISS</bdi> 2" in page
    assert "45,000" in page


def test_head_and_authority_do_it_on_the_pages(review: Review) -> None:
    case = review.open()
    client = Client()
    client.force_login(review.people["head"])
    path = f"/cases/{case.handle}/acts/ask_emergency/"
    assert path in client.get(f"/cases/{case.handle}/").content.decode()
    sure = client.post(path, {**ASKED, "seen_version": "0", "seen_hash": ""})
    assert "You see everything once more" not in sure.content.decode()
    assert 'value="sure"' in sure.content.decode()
    sent = client.post(path, {**ASKED, "seen_version": "0", "seen_hash": "", "step": "sure"})
    assert sent.status_code == 302
    case.refresh_from_db()
    client.force_login(review.people["cito"])
    page = client.get(f"/cases/{case.handle}/acts/authorize_emergency/").content.decode()
    assert 'value="60000.00"' in page
    assert "The mast fell" in page


def test_the_api_tells_the_same(review: Review) -> None:
    case = authorized(review)
    client = Client()
    client.force_login(review.people["cito"])
    found = client.get(f"/api/v1/cases/{case.handle}/").json()["emergency"]
    assert (found["is_in_force"], found["amount_max"], found["asked_by"]) == (
        True,
        "45000.00",
        review.people["head"].full_name,
    )
