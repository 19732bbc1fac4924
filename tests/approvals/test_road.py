"""The road from a draft to a decision in effect, by the services alone."""

import json
from datetime import timedelta

import pytest

from apps.approvals import services
from apps.approvals.models import Case, Decision, Turn
from apps.approvals.queries import CaseView, case_view
from apps.approvals.services import Seen
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Timer
from tests.factories.approvals import ROUTES, Review, decision_of, tick


def open_desks(case) -> list[str]:
    return sorted(case.turns.open().values_list("desk", flat=True))


def test_road_walked_to_an_approval(review: Review) -> None:
    case = review.open()
    assert (case.stage, open_desks(case)) == ("draft", ["submitter"])

    review.act(case, "submitter", "hand_on")
    assert (case.stage, case.version_number, open_desks(case)) == (
        "endorsement",
        1,
        ["attest_finance", "attest_ict"],
    )
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)
    assert open_desks(case) == ["head"]
    assert case.reference is None
    review.act(case, "head", "endorse", confirmed=True)
    assert case.reference == "OICT-2026-UNMISS-0001"
    assert (case.stage, open_desks(case)) == ("intake", ["field_opinion", "oict_intake"])

    review.act(case, "field", "give_opinion", position="supports", words="Needed in Bentiu.")
    review.complete(case)
    assert (case.stage, open_desks(case)) == ("assessments", ["alignment", "standards", "value"])
    review.assess(case)
    assert (case.stage, open_desks(case)) == ("recommendation", ["lead"])
    review.recommend(case)
    assert (case.stage, open_desks(case)) == ("decision", ["decider"])

    review.act(case, "cito", "decide", **decision_of())
    assert (case.stage, open_desks(case), case.closed_at) == ("cooling_off", ["decider"], None)
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
    case.refresh_from_db()
    assert (case.stage, case.outcome, open_desks(case)) == ("closed", "approved", [])
    assert review.draft_of(case).effects == ["approved"]


def test_decision_does_not_take_effect_before_its_moment(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=14, seconds=59)):
        tick()
    case.refresh_from_db()
    assert case.stage == "cooling_off"


def test_decision_takes_effect_once_however_often_the_tick_runs(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=16)):
        tick()
        Timer.objects.filter(kind="decision.effect").update(fired_at=None)
        tick()
    assert review.draft_of(case).effects == ["approved"]
    assert case.moves.filter(verb="take_effect").count() == 1


def test_decision_withdrawn_in_the_window_can_be_taken_again(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    review.act(case, "cito", "withdraw_decision", words="Wrong amount.")
    assert (case.stage, open_desks(case)) == ("decision", ["decider"])
    review.act(case, "cito", "decide", **decision_of("not_approved", override_reason="The amount is wrong."))
    assert Decision.objects.filter(case=case, withdrawn_at__isnull=True).count() == 1


def test_decision_cannot_be_withdrawn_once_the_window_is_over(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=15)), pytest.raises(Refused) as refused:
        review.act(case, "cito", "withdraw_decision", words="Too late.")
    assert [reason.code for reason in refused.value.reasons] == ["decision.window_over"]


def test_send_back_opens_the_draft_and_freezes_the_next_version(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)
    review.act(case, "head", "send_back", words="Name the owner of the data.")
    assert (case.stage, open_desks(case), review.draft_of(case).unlocked) == ("draft", ["submitter"], "all")
    review.act(case, "submitter", "hand_on")
    assert case.version_number == 2
    assert open_desks(case) == ["attest_finance", "attest_ict"]


def test_clarification_stops_the_clock_and_resumes_with_what_remained(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    turn = case.turns.open().get(desk="oict_intake")
    assert turn.days == 3
    with clock.set_to(
        clock.now() + timedelta(days=1, hours=14)
    ):  # Tuesday 23:00 UTC: one day of three is used
        review.act(
            case,
            "desk",
            "request_clarification",
            items=[{"field": "problem.need", "question": "How many patrols?"}],
        )
        assert review.draft_of(case).unlocked == ["problem"]
        turn.refresh_from_db()
        assert (turn.paused_at is not None, turn.days_left) == (True, 2)
        assert open_desks(case) == ["field_opinion", "oict_intake", "submitter"]
    with clock.set_to(clock.now() + timedelta(days=9)):  # Wednesday 11 March
        with pytest.raises(Refused) as refused:
            review.act(case, "desk", "find_complete")
        assert [reason.code for reason in refused.value.reasons] == ["case.paused"]
        review.act(case, "submitter", "answer_clarification", answers=[{"item": "1", "answer": "Forty."}])
        assert case.version_number == 2
        turn.refresh_from_db()
        assert (turn.paused_at, turn.days_left, turn.due_version) == (None, 2, 2)
        assert turn.due_at.date().isoformat() == "2026-03-13"
        review.act(case, "desk", "find_complete")
    assert case.stage == "assessments"


def test_late_opinion_holds_nothing_up_and_lapses_with_the_recommendation(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    assert "field_opinion" in open_desks(case)
    review.recommend(review.assess(case))
    opinion = Turn.objects.get(case=case, desk="field_opinion")
    assert (open_desks(case), opinion.closed_by_verb) == (["decider"], "lapsed")


def test_headquarters_case_asks_for_no_field_opinion(review: Review) -> None:
    case = review.endorse(review.open(office_kind="department"))
    assert open_desks(case) == ["oict_intake"]


def test_case_that_a_road_does_not_take_is_refused_and_stays_a_draft(review: Review) -> None:
    road = json.loads((ROUTES / "ict-initiative.json").read_text())
    small = [{"fact": "major", "operator": "is", "value": False}]
    services.publish_route(
        definition={**road, "key": "probe-road", "subject": "probe", "applies_when": small}, by=None
    )
    case = review.open(major=True)
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "hand_on")
    assert [reason.code for reason in refused.value.reasons] == ["route.not_published"]
    assert (case.stage, case.version_number) == ("draft", 0)


def test_security_desk_sits_where_the_data_ask_for_it(review: Review) -> None:
    """A fourth desk, required like the three: without it nothing is recommended."""
    case = review.complete(review.endorse(review.open(security_review=True, office_kind="department")))
    assert "security" in open_desks(case)
    review.assess(case)
    assert (case.stage, open_desks(case)) == ("assessments", ["security"])
    review.assess(case, "security")
    case.refresh_from_db()
    assert case.stage == "recommendation"


def view_of(review: Review, case: Case, who: str) -> CaseView:
    person = review.people[who]
    return case_view(viewer_of(person, clock.now()), person, case.handle)


def test_decider_asks_the_lead_reviewer_once(review: Review) -> None:
    """The questions are for OICT; the second recommendation is the one that is decided on."""
    case = review.to_decision()
    review.act(case, "cito", "send_back_to_lead", words="Why not the shared service?")
    assert (case.stage, open_desks(case)) == ("recommendation", ["lead"])
    told = {
        who: [row.words for row in view_of(review, case, who).timeline if row.verb == "send_back_to_lead"]
        for who in ("lead", "submitter", "cito")
    }
    asked = ["Why not the shared service?"]
    assert told == {"lead": asked, "cito": asked, "submitter": [""]}
    review.act(case, "lead", "recommend", outcome="not_approved", summary="It would do as well.")
    with pytest.raises(Refused) as refused:
        review.act(case, "cito", "send_back_to_lead", words="And the other one?")
    assert [reason.code for reason in refused.value.reasons] == ["decision.sent_back_before"]
    shown = view_of(review, case, "cito")
    assert shown.recommendation.outcome == "not_approved"
    assert [(outcome, one.summary) for outcome, one in shown.replaced] == [
        ("Approved", "All three desks agree.")
    ]
    assert view_of(review, case, "submitter").replaced == []
    with pytest.raises(Refused) as refused:
        review.act(case, "cito", "decide", **decision_of())
    assert [reason.code for reason in refused.value.reasons] == ["decision.override_reason"]
    review.act(case, "cito", "decide", **decision_of(), override_reason="It is not reached from Wau.")


def test_same_key_answers_the_first_result_again(review: Review) -> None:
    case = review.open()
    seen = Seen(0, "")
    first = review.act(case, "submitter", "hand_on", key="k1", seen=seen)
    again = review.act(case, "submitter", "hand_on", key="k1", seen=seen)
    assert (again.repeated, again.as_answer()) == (True, first.as_answer())
    assert case.moves.filter(verb="hand_on").count() == 1


def test_same_key_for_another_act_is_refused(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on", key="k1")
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "withdraw_case", key="k1", words="Enough.")
    assert [reason.code for reason in refused.value.reasons] == ["case.key_used"]


def test_act_on_a_version_that_is_no_longer_current_is_refused(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    with pytest.raises(Refused) as refused:
        review.act(case, "ict", "attest", confirmed=True, seen=Seen(0, ""))
    assert [reason.code for reason in refused.value.reasons] == ["case.version_changed"]


def test_nothing_is_decided_while_an_assessment_is_missing(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "alignment", "standards")
    with pytest.raises(Refused) as refused:
        review.act(case, "cito", "decide", **decision_of())
    assert [reason.code for reason in refused.value.reasons] == ["case.no_turn"]


def test_withdrawn_case_closes_every_turn(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "head", "withdraw_case", words="The need is gone.")
    assert (case.stage, case.outcome, open_desks(case)) == ("closed", "withdrawn", [])


def test_turn_handed_back_can_be_taken_again_by_who_declared_before(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict")
    review.act(case, "align", "hand_back", words="On leave.")
    review.act(case, "align", "declare_no_conflict")
    assert case.turns.open().get(desk="alignment").taken_by == review.people["align"]


def test_lead_reviewer_declares_once(review: Review) -> None:
    case = review.assess(review.complete(review.endorse(review.open())))
    review.act(case, "lead", "declare_no_conflict")
    with pytest.raises(Refused) as refused:
        review.act(case, "lead", "declare_no_conflict")
    assert [reason.code for reason in refused.value.reasons] == ["conflict.already_declared"]


def test_decision_in_its_minutes_is_not_handed_back(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    with pytest.raises(Refused) as refused:
        review.act(case, "cito", "hand_back", words="Somebody else may withdraw it.")
    assert [reason.code for reason in refused.value.reasons] == ["case.no_turn"]
