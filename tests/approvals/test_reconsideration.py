"""Reconsideration (review.md 11): once, in its days, to the CITO or to other reviewers; the decision stands."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.models import Case, Decision, Reconsideration
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Notice
from apps.offices.choices import Role
from tests.approvals.oracle import COMMITTEE
from tests.factories.approvals import Review, assessment_of, decision_of, tick
from tests.factories.offices import appoint, make_person, make_post

WHY = {"words": "The savings of the second site were left out."}


def closed(review: Review, *, by: str = "officer", outcome: str = "approved") -> Case:
    """A case that this person decided, with the decision in effect."""
    if by == "officer":
        review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    decide(review, case, by, outcome)
    return case


def decide(review: Review, case: Case, by: str, outcome: str = "approved") -> None:
    review.act(case, by, "decide", **decision_of(outcome, override_reason="Seen otherwise."))
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
    case.refresh_from_db()


def others(review: Review) -> None:
    """A second reviewer for every desk, and a second lead reviewer."""
    for name, role in {
        "align": Role.REVIEWER_ALIGNMENT,
        "standards": Role.REVIEWER_STANDARDS,
        "value": Role.REVIEWER_VALUE,
        "lead": Role.LEAD_REVIEWER,
    }.items():
        post = make_post(review.org.office("OICT-ALIGN"), role, f"SECOND-{name.upper()}")
        review.people[f"second {name}"] = appoint(post, make_person(f"Second {name.title()}"))


def assess_again(review: Review, case: Case) -> None:
    for desk, name in {"alignment": "align", "standards": "standards", "value": "value"}.items():
        person = f"second {name}"
        review.act(case, person, "declare_no_conflict", desk=desk)
        services.save_assessment(
            case_id=case.pk,
            desk=desk,
            scores=assessment_of(case.route.road.stage("assessments").desk(desk)),
            overall="Looked at afresh.",
            base_revision=0,
            by=review.people[person],
        )
        review.act(case, person, "submit_assessment", desk=desk)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def sees_turn(review: Review, people: Iterable[str]) -> list[str]:
    return [name for name in people if waits_for(review.people[name])]


def waits_for(user: User) -> bool:
    from apps.approvals.models import Turn

    return Turn.objects.awaiting(viewer_of(user, clock.now())).exists()


# Of an officer's decision -----------------------------------------------------------------------------------------


def test_an_officers_decision_goes_to_the_cito_alone(review: Review) -> None:
    case = closed(review, outcome="not_approved")
    review.act(case, "head", "ask_reconsideration", **WHY)
    assert (case.stage, case.round, case.outcome, case.closed_at) == ("decision", 2, "not_approved", None)
    assert sees_turn(review, ("cito", "officer", "align", "lead", "desk")) == ["cito"]
    with pytest.raises(Refused) as refused:
        review.act(case, "officer", "decide", **decision_of())
    assert codes(refused) == ["reconsideration.cito_decides"]
    decide(review, case, "cito")
    assert (case.stage, case.outcome, case.round) == ("closed", "approved", 2)
    first, second = Decision.objects.filter(case=case).order_by("round")
    assert (first.outcome, second.outcome) == ("not_approved", "approved")
    assert None not in (first.took_effect_at, second.took_effect_at)
    assert review.draft_of(case).effects == ["not_approved", "approved"]
    told = Notice.objects.filter(code="reconsideration.decided")
    assert not told.exists()  # the Committee hears of those that the CITO took twice


def test_the_letter_says_what_it_takes_the_place_of_and_the_first_can_still_be_read(review: Review) -> None:
    case = closed(review, outcome="not_approved")
    review.act(case, "head", "ask_reconsideration", **WHY)
    decide(review, case, "cito")
    client = Client()
    client.force_login(review.people["head"])
    letter = client.get(f"/cases/{case.handle}/letter/").content.decode()
    assert "This takes the place of the decision of 2 March 2026 (Not approved)." in letter
    first = client.get(f"/cases/{case.handle}/letter/?round=1").content.decode()
    assert "No owner." in first
    assert "takes the place of" not in first
    assert client.get(f"/cases/{case.handle}/letter/?round=7").status_code == 404
    page = client.get(f"/cases/{case.handle}/").content.decode()
    assert "It took the place of" in page
    assert "?round=1" in page


def test_the_decision_stands_meanwhile(review: Review) -> None:
    case = closed(review)
    review.act(case, "head", "ask_reconsideration", **WHY)
    head, stranger = Client(), Client()
    head.force_login(review.people["head"])
    stranger.force_login(review.people["escap-ict"])
    page = head.get(f"/cases/{case.handle}/").content.decode()
    assert "The decision stands until another takes effect." in page
    assert "The savings of the second site were left out." in page
    assert head.get(f"/cases/{case.handle}/letter/").status_code == 200
    assert head.get(f"/api/v1/cases/{case.handle}/letter/").status_code == 200
    assert (
        case.title in stranger.get(f"/cases/{case.handle}/").content.decode()
    )  # the card of what is approved
    review.act(case, "cito", "decide", **decision_of("not_approved", override_reason="Seen otherwise."))
    page = head.get(f"/cases/{case.handle}/").content.decode()
    assert "No owner." not in page  # the second waits for its effect
    assert "No owner." not in head.get(f"/cases/{case.handle}/letter/").content.decode()
    assert "Sound, and within the strategy." in page


def test_who_decides_again_reads_on_one_page_what_was_decided_and_why_it_is_asked(review: Review) -> None:
    case = closed(review, outcome="not_approved")
    review.act(case, "head", "ask_reconsideration", **WHY)
    client = Client()
    client.force_login(review.people["cito"])
    page = client.get(f"/cases/{case.handle}/acts/decide/").content.decode()
    assert WHY["words"] in page
    assert "No owner." in page
    turn = (
        client.get(f"/cases/{case.handle}/").content.decode().split("turns-title")[2].split("</section>")[0]
    )
    assert (review.people["cito"].full_name in turn, review.people["officer"].full_name in turn) == (
        True,
        False,
    )


def test_whoever_sees_the_queue_sees_whose_turn_it_is_and_not_the_outcome_alone(review: Review) -> None:
    case = closed(review)
    review.act(case, "head", "ask_reconsideration", **WHY)
    client = Client()
    client.force_login(review.people["cito"])
    row = client.get("/api/v1/cases/?q=Radio").json()["results"][0]
    assert (row["reference"], row["stage"]["key"] if isinstance(row["stage"], dict) else row["stage"]) == (
        case.reference,
        "decision",
    )
    assert case.title in client.get("/").content.decode()


# Of the CITO's own decision ---------------------------------------------------------------------------------------


def test_the_citos_own_goes_to_reviewers_who_had_no_part_and_the_committee_hears(review: Review) -> None:
    others(review)
    root = review.org.offices["UN-SECRETARIAT"]
    for name, role in COMMITTEE.items():
        appoint(make_post(root, role, f"MC-{name.split()[0].upper()}"), make_person(name))
    case = closed(review, by="cito", outcome="not_approved")
    review.act(case, "head", "ask_reconsideration", **WHY)
    assert (case.stage, case.round, case.review_round) == ("assessments", 2, 2)
    first_time = ("align", "standards", "value")
    assert sees_turn(review, first_time) == []
    assert sees_turn(review, (f"second {name}" for name in first_time)) == [f"second {n}" for n in first_time]
    with pytest.raises(Refused) as refused:
        review.act(case, "align", "declare_no_conflict", desk="alignment")
    assert codes(refused) == ["separation.other_part"]
    assess_again(review, case)
    assert case.stage == "recommendation"
    with pytest.raises(Refused) as refused:
        review.act(case, "lead", "declare_no_conflict")
    assert codes(refused) == ["separation.other_part"]
    review.act(case, "second lead", "declare_no_conflict")
    review.act(case, "second lead", "recommend", outcome="approved", summary="All see it otherwise now.")
    decide(review, case, "cito")
    assert (case.stage, case.outcome) == ("closed", "approved")
    told = set(
        Notice.objects.filter(code="reconsideration.decided").values_list("recipient__full_name", flat=True)
    )
    assert told >= set(COMMITTEE)
    client = Client()
    client.force_login(User.objects.get(full_name="Ada Member"))
    row = client.get("/committee/").content.decode().split("reconsidered-title")[-1].split("</section>")[0]
    assert case.reference in row
    assert "Not approved" in row
    assert "reviewers who had no part in it, then the CITO" in row


def test_the_new_reviewers_are_blind_to_each_other_and_to_the_first(review: Review) -> None:
    from apps.approvals.models import Assessment

    others(review)
    case = closed(review, by="cito")
    review.act(case, "head", "ask_reconsideration", **WHY)
    review.act(case, "second align", "declare_no_conflict", desk="alignment")
    viewer = viewer_of(review.people["second align"], clock.now())
    assert not Assessment.objects.visible_to(viewer, case).exists()
    services.save_assessment(
        case_id=case.pk,
        desk="alignment",
        scores=assessment_of(case.route.road.stage("assessments").desk("alignment")),
        overall="Looked at afresh.",
        base_revision=0,
        by=review.people["second align"],
    )
    review.act(case, "second align", "submit_assessment", desk="alignment")
    rounds = Assessment.objects.visible_to(viewer, case).values_list("round", flat=True)
    assert sorted(rounds) == [1, 1, 1, 2]


def test_nothing_is_decided_again_on_the_first_assessments(review: Review) -> None:
    others(review)
    case = closed(review, by="cito")
    review.act(case, "head", "ask_reconsideration", **WHY)
    with pytest.raises(Refused) as refused:
        review.act(case, "cito", "decide", **decision_of())
    assert codes(refused) == ["case.no_turn"]


# Once, in its days, by the head -----------------------------------------------------------------------------------


def test_it_is_asked_for_once(review: Review) -> None:
    case = closed(review)
    review.act(case, "head", "ask_reconsideration", **WHY)
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_reconsideration", **WHY)
    assert codes(refused) == ["case.open"]
    decide(review, case, "cito")
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_reconsideration", **WHY)
    assert codes(refused) == ["reconsideration.asked_before"]


@pytest.mark.parametrize("person", ["submitter", "ict", "cito", "auditor"])
def test_nobody_but_the_head_asks(review: Review, person: str) -> None:
    case = closed(review)
    with pytest.raises(Refused) as refused:
        review.act(case, person, "ask_reconsideration", **WHY)
    assert codes(refused) == ["case.not_your_seat"]


def test_the_days_are_twenty_working_days_of_the_office_to_the_last_second(review: Review) -> None:
    case = closed(review)  # Monday 2 March 2026; twenty working days end on Monday 30 March at 17:00 in Juba
    until = clock.now().replace(month=3, day=30, hour=15, minute=0, second=0, microsecond=0)
    with clock.set_to(until + timedelta(seconds=1)), pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_reconsideration", **WHY)
    assert codes(refused) == ["reconsideration.too_late"]
    with clock.set_to(until):
        review.act(case, "head", "ask_reconsideration", **WHY)


def test_the_page_offers_it_to_the_head_while_it_can_be_asked(review: Review) -> None:
    case = closed(review)

    def page_of(person: str) -> str:
        client = Client()
        client.force_login(review.people[person])
        return client.get(f"/cases/{case.handle}/").content.decode()

    assert f"/cases/{case.handle}/acts/ask_reconsideration/" in page_of("head")
    assert "You can ask once that it be reconsidered, until" in page_of("head")
    assert "ask_reconsideration" not in page_of("submitter")
    with clock.set_to(clock.now() + timedelta(days=60)):
        assert "ask_reconsideration" not in page_of("head")


def test_the_head_asks_on_the_page(review: Review) -> None:
    case = closed(review)
    client = Client()
    client.force_login(review.people["head"])
    address = f"/cases/{case.handle}/acts/ask_reconsideration/"
    assert client.get(address).status_code == 200
    seen = {"seen_version": case.version_number, "seen_hash": case.version_hash, "idempotency_key": "one"}
    checked = client.post(address, {**WHY, **seen, "language": "en", "step": "check"})
    assert checked.status_code == 200
    assert WHY["words"] in checked.content.decode()
    sent = client.post(address, {**WHY, **seen, "language": "en", "step": "sure"})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.stage == "decision"


def test_a_case_that_was_not_decided_or_was_begun_again_is_not_reconsidered(review: Review) -> None:
    case = review.to_decision()
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_reconsideration", **WHY)
    assert codes(refused) == ["case.open"]
    review.act(case, "head", "withdraw_case", words="No need any more.")
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_reconsideration", **WHY)
    assert codes(refused) == ["reconsideration.no_decision"]


def test_the_request_can_be_withdrawn_and_the_decision_stands(review: Review) -> None:
    case = closed(review, outcome="not_approved")
    review.act(case, "head", "ask_reconsideration", **WHY)
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "withdraw_case", words="Away with it.")
    assert codes(refused) == ["reconsideration.stands"]
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "withdraw_reconsideration", words="We can live with it.")
    assert codes(refused) == ["case.not_your_seat"]
    review.act(case, "head", "withdraw_reconsideration", words="We can live with it.")
    assert (case.stage, case.outcome) == ("closed", "not_approved")
    assert Reconsideration.objects.get(case=case).withdrawn_at is not None
    assert not case.turns.open().exists()
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "ask_reconsideration", **WHY)
    assert codes(refused) == ["reconsideration.asked_before"]


def test_only_what_is_reconsidered_has_a_request_to_withdraw(review: Review) -> None:
    case = review.to_decision()
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "withdraw_reconsideration", words="What?")
    assert codes(refused) == ["reconsideration.not_asked"]
    client = Client()
    client.force_login(review.people["head"])
    assert "withdraw_reconsideration" not in client.get(f"/cases/{case.handle}/").content.decode()


def test_questions_that_are_not_answered_end_it_and_the_decision_stands(review: Review) -> None:
    others(review)
    case = closed(review, by="cito", outcome="not_approved")
    review.act(case, "head", "ask_reconsideration", **WHY)
    review.act(case, "second align", "declare_no_conflict", desk="alignment")
    asked = {"items": [{"field": "problem.need", "question": "How many?"}]}
    review.act(case, "second align", "ask_questions", **asked)
    review.act(case, "second lead", "declare_no_conflict")
    review.act(case, "second lead", "request_clarification", **asked)
    answer = case.turns.open().get(step="answer")
    assert answer.due_at is not None
    for at in (answer.due_at - timedelta(days=1), answer.due_at):  # warned, then over
        with clock.set_to(at):
            tick()
    case.refresh_from_db()
    assert (case.stage, case.outcome) == ("closed", "not_approved")
    assert Reconsideration.objects.get(case=case).withdrawn_at is not None
    codes_told = set(Notice.objects.filter(recipient=review.people["head"]).values_list("code", flat=True))
    assert {"reconsideration.warning", "reconsideration.lapsed"} <= codes_told
    assert not {"clarification.warning", "clarification.lapsed"} & codes_told


def test_the_committee_reads_the_second_decision_while_the_first_stands(review: Review) -> None:
    case = review.open(major=True)
    root = review.org.offices["UN-SECRETARIAT"]
    for name, role in COMMITTEE.items():
        review.people[name] = appoint(
            make_post(root, role, f"MC-{name.split()[0].upper()}"), make_person(name)
        )
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    review.to_decision(case)
    decide(review, case, "officer", "not_approved")
    noted = {"words": "Noted.", "met_on": "2026-03-02", "present": "Ada Member\nBo Member\nChair Person"}
    review.act(case, "Secretary Person", "note_decision", **noted)
    review.act(case, "head", "ask_reconsideration", **WHY)
    decide(review, case, "cito")
    assert case.stage == "committee"
    client = Client()
    client.force_login(review.people["Ada Member"])
    agenda = client.get("/committee/").content.decode().split("agenda-title")[-1].split("</section>")[0]
    assert ("Approved" in agenda, "Not approved" in agenda) == (True, False)
    client.force_login(review.people["head"])
    page = client.get(f"/cases/{case.handle}/").content.decode()
    assert "No owner." in page
    assert "once the Management Committee has noted it" not in page


def test_conditions_of_a_decision_whose_place_was_taken_are_due_no_more(review: Review) -> None:
    from apps.dashboards.portfolio import has_condition

    condition = {
        "kind": "before_contract",
        "words": "Count both sites.",
        "owner_role": Role.HEAD_OF_OFFICE,
        "due_on": "2027-01-29",
        "evidence": "The count.",
        "effect_if_missed": "No contract.",
        "verifier_role": Role.DESK_OFFICER,
    }
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    given = decision_of("approved_with_conditions", conditions=[condition], override_reason="One condition.")
    review.act(case, "officer", "decide", **given)
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
    due = Case.objects.filter(has_condition(missed=True, now=clock.now() + timedelta(days=9999)))
    review.act(case, "head", "ask_reconsideration", **WHY)
    assert due.exists()  # it stands meanwhile
    decide(review, case, "cito")
    assert not due.exists()


def test_the_cito_asks_the_lead_reviewer_and_decides_on_the_first_assessments(review: Review) -> None:
    case = closed(review)
    review.act(case, "head", "ask_reconsideration", **WHY)
    review.act(case, "cito", "send_back_to_lead", words="What of the second site?")
    assert case.stage == "recommendation"
    review.act(case, "lead", "recommend", outcome="approved", summary="With the second site it pays.")
    decide(review, case, "cito")
    assert case.outcome == "approved"
