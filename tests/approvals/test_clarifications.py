"""Clarifications in depth (review.md 8): questions of the desks, more time, no answer, and confirm or revise."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.approvals import queries, services
from apps.approvals.models import Assessment, Case, Clarification, ClarificationDraft, Turn
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices import queries as lines
from apps.notices.models import Notice
from tests.factories.approvals import Review, assessment_of, tick

NEED = [{"field": "problem.need", "question": "How many patrols?"}]
COSTS = [{"field": "costs.rows", "question": "Who pays in year four?"}]
ANSWER = [{"item": "1", "answer": "Forty."}]


def assessing(review: Review, **facts: Any) -> Case:
    """A case at its desks; alignment and value have declared, and alignment's assessment is in."""
    case = review.complete(review.endorse(review.open(**facts)))
    review.assess(case, "alignment")
    review.act(case, "value", "declare_no_conflict")
    return case


def view_of(review: Review, case: Case, person: str) -> queries.CaseView:
    user = review.people[person]
    return queries.case_view(viewer_of(user, clock.now()), user, case.handle)


def desks(case: Case) -> dict[str, str]:
    return {turn.desk: turn.step for turn in case.turns.open()}


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def answer_turn(case: Case) -> Turn:
    return case.turns.open().get(step="answer")


def ring(case: Case, *, after: timedelta = timedelta()) -> None:
    """Let the answer become due, and the portal look."""
    due = answer_turn(case).due_at
    assert due is not None
    with clock.set_to(due + after):
        tick()


# The desks' questions -------------------------------------------------------------------------------------------


def test_desks_ask_in_one_batch_that_the_lead_reviewer_sends(review: Review) -> None:
    case = assessing(review)
    review.act(case, "value", "ask_questions", items=COSTS)
    assert desks(case)["questions"] == "send"
    review.act(case, "standards", "declare_no_conflict")
    review.act(case, "standards", "ask_questions", items=NEED)
    review.act(case, "lead", "declare_no_conflict")
    view = view_of(review, case, "lead")
    assert [(one.desk, one.field) for one in view.questions] == [
        ("value", "costs.rows"),
        ("standards", "problem.need"),
    ]
    client = Client()
    client.force_login(review.people["lead"])
    told = client.get(f"/api/v1/cases/{case.handle}/").json()
    assert [one["question"] for one in told["questions"]] == [COSTS[0]["question"], NEED[0]["question"]]
    review.act(case, "lead", "request_clarification", items=[*COSTS, *NEED])
    told = client.get(f"/api/v1/cases/{case.handle}/").json()
    assert (told["questions"], len(told["clarifications"][0]["items"])) == ([], 2)
    batch = Clarification.objects.get(case=case)
    assert batch.items.count() == 2
    assert review.draft_of(case).unlocked == ["costs", "problem"]
    assert set(ClarificationDraft.objects.values_list("clarification", flat=True)) == {batch.pk}
    running = [turn.desk for turn in case.turns.running()]
    assert running == ["submitter"]  # the clock of every desk stands still
    assert "questions" not in desks(case)


def test_the_office_reads_questions_only_once_they_are_sent(review: Review) -> None:
    case = assessing(review)
    review.act(case, "value", "ask_questions", items=COSTS)
    for person in ("submitter", "head", "member"):
        view = view_of(review, case, person)
        assert view.questions == []
        assert not [row for row in view.timeline if row.verb == "ask_questions"]
        client = Client()
        client.force_login(review.people[person])
        said = (
            client.get(f"/cases/{case.handle}/").content + client.get(f"/api/v1/cases/{case.handle}/").content
        )
        assert b"Who pays in year four" not in said
    client = Client()
    client.force_login(review.people["align"])
    assert b"Who pays in year four" in client.get(f"/cases/{case.handle}/").content


def test_the_form_of_the_lead_reviewer_begins_with_what_the_desks_asked(review: Review) -> None:
    case = assessing(review)
    review.act(case, "value", "ask_questions", items=COSTS)
    review.act(case, "lead", "declare_no_conflict")
    client = Client()
    client.force_login(review.people["lead"])
    page = client.get(f"/cases/{case.handle}/acts/request_clarification/").content.decode()
    assert "Who pays in year four?" in page
    assert 'value="costs.rows" selected' in page


def test_questions_late_in_the_stage_and_a_second_batch_are_the_section_chiefs(review: Review) -> None:
    case = assessing(review)
    due = case.turns.open().get(desk="value").due_at
    with clock.set_to(due - timedelta(hours=2)):
        review.act(case, "value", "ask_questions", items=COSTS)
    assert "more_questions" in desks(case)
    review.act(case, "chief", "request_clarification", items=COSTS)
    review.act(case, "submitter", "answer_clarification", answers=ANSWER)
    review.act(case, "value", "ask_questions", items=COSTS)
    assert "more_questions" in desks(case)
    with pytest.raises(Refused) as refused:
        review.act(case, "lead", "request_clarification", items=COSTS)
    assert codes(refused) == ["case.not_your_seat"]


def test_questions_set_aside_are_not_sent_and_the_stage_goes_on(review: Review) -> None:
    case = assessing(review)
    review.act(case, "value", "ask_questions", items=COSTS)
    review.assess(case, "standards")
    services.save_assessment(
        case_id=case.pk,
        desk="value",
        scores=assessment_of(case.route.road.stage("assessments").desk("value")),
        overall="Sound.",
        base_revision=0,
        by=review.people["value"],
    )
    review.act(case, "value", "submit_assessment")
    assert (case.stage, desks(case)) == ("assessments", {"questions": "send", "field_opinion": "opinion"})
    review.act(case, "lead", "declare_no_conflict")
    review.act(case, "lead", "set_aside_questions", words="The annex says it.")
    assert case.stage == "recommendation"
    assert not ClarificationDraft.objects.filter(settled_at=None).exists()


def test_a_question_about_a_field_that_does_not_exist_names_it(review: Review) -> None:
    case = assessing(review)
    with pytest.raises(Refused) as refused:
        review.act(case, "value", "ask_questions", items=[{"field": "nowhere", "question": "Why?"}])
    assert [(one.code, one.field) for one in refused.value.reasons] == [
        ("clarification.unknown_field", "items.0.field")
    ]
    assert not ClarificationDraft.objects.exists()


# Confirm or revise ----------------------------------------------------------------------------------------------


def answered(review: Review, case: Case, *changed: str) -> Case:
    """The desks' questions sent and answered in a version in which these fields differ."""
    review.act(case, "value", "ask_questions", items=COSTS)
    review.act(case, "lead", "declare_no_conflict")
    review.act(case, "lead", "request_clarification", items=COSTS)
    review.draft_of(case).changed = changed
    review.act(case, "submitter", "answer_clarification", answers=ANSWER)
    return case


def test_only_reviews_that_rest_on_what_changed_are_confirmed_or_revised(review: Review) -> None:
    case = answered(review, assessing(review), "costs.rows")
    assert desks(case) == {
        "standards": "assess",
        "value": "assess",
        "field_opinion": "opinion",
    }  # alignment's rests on none of it
    assert case.turns.get(desk="alignment").closed_by_verb == "submit_assessment"


def test_a_review_of_changed_sections_is_confirmed_by_who_wrote_it(review: Review) -> None:
    case = answered(review, assessing(review), "problem.need")
    turn = case.turns.open().get(desk="alignment")
    assert (turn.step, turn.taken_by) == ("confirm", review.people["align"])
    assert desks(case)["value"] == "assess"  # not in yet: it is written on the new version anyway
    review.act(case, "align", "confirm_assessment", words="The number of patrols changes nothing.")
    assert "alignment" not in desks(case)
    view = view_of(review, case, "lead")
    assert view.confirmed["alignment"].version_number == 2
    assert Assessment.objects.filter(case=case, desk="alignment").count() == 1


def test_a_revision_begins_with_what_was_written_and_both_stay(review: Review) -> None:
    case = answered(review, assessing(review), "problem.need")
    client = Client()
    client.force_login(review.people["align"])
    page = client.get(f"/cases/{case.handle}/assess/alignment/").content.decode()
    assert "Shown in section problem." in page
    services.save_assessment(
        case_id=case.pk,
        desk="alignment",
        scores={"alignment": {"score": 2}},
        overall=None,
        base_revision=0,
        by=review.people["align"],
    )
    review.act(case, "align", "submit_assessment")
    both = Assessment.objects.filter(case=case, desk="alignment").order_by("version_number")
    assert [(one.version_number, one.scores.get(criterion="alignment").score) for one in both] == [
        (1, 4),
        (2, 2),
    ]
    assert both[1].scores.count() == both[0].scores.count()
    review.assess(case, "standards")
    page = client.get(f"/cases/{case.handle}/").content.decode()
    assert "What it was for version 1" in page


def test_a_confirmation_says_nothing_of_the_assessment_that_came_after(review: Review) -> None:
    case = answered(review, assessing(review), "problem.need")
    review.act(case, "align", "confirm_assessment", words="It stands.")
    review.act(case, "value", "ask_questions", items=COSTS)
    review.act(case, "chief", "request_clarification", items=COSTS)
    review.act(case, "submitter", "answer_clarification", answers=ANSWER)
    client = Client()
    client.force_login(review.people["align"])
    assert "Confirmed for version 2" in client.get(f"/cases/{case.handle}/").content.decode()
    services.save_assessment(
        case_id=case.pk,
        desk="alignment",
        scores={"alignment": {"score": 2}},
        overall=None,
        base_revision=0,
        by=review.people["align"],
    )
    review.act(case, "align", "submit_assessment")
    assert "Confirmed for version 2" not in client.get(f"/cases/{case.handle}/").content.decode()


def test_who_follows_at_a_desk_cannot_confirm_anothers_assessment(review: Review) -> None:
    case = answered(review, assessing(review), "problem.need")
    review.act(case, "align", "hand_back", words="I am away for long.")
    with pytest.raises(Refused) as refused:
        other = review.people["align2"] = _second_at_alignment(review)
        review.act(case, "align2", "declare_no_conflict", desk="alignment")
        review.act(case, "align2", "confirm_assessment")
    assert codes(refused) == ["assessment.not_yours"]
    assert other.pk != review.people["align"].pk


def _second_at_alignment(review: Review) -> Any:
    from apps.offices.choices import Role
    from tests.factories.offices import appoint, make_person, make_post

    post = make_post(review.org.offices["OICT"], Role.REVIEWER_ALIGNMENT, "ALIGN-2")
    return appoint(post, make_person("Second Reviewer"))


def test_a_new_version_that_asks_for_security_seats_its_desk(review: Review) -> None:
    case = assessing(review)
    review.act(case, "value", "ask_questions", items=COSTS)
    review.act(case, "lead", "declare_no_conflict")
    review.act(case, "lead", "request_clarification", items=COSTS)
    review.draft_of(case).facts["security_review"] = True
    review.act(case, "submitter", "answer_clarification", answers=ANSWER)
    assert desks(case)["security"] == "assess"


# More time ------------------------------------------------------------------------------------------------------


def asked(review: Review) -> Case:
    """A case at intake that the office has been asked about."""
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(case, "desk", "request_clarification", items=NEED)
    return case


def test_more_time_once_at_once_then_by_the_lead_reviewer_then_no_more(review: Review) -> None:
    case = asked(review)
    first = answer_turn(case)
    assert (first.days, first.due_at) == (10, answer_turn(case).due_at)
    review.act(case, "submitter", "ask_extension", words="The finance officer is on leave.")
    second = answer_turn(case)
    assert (second.days, second.due_version) == (15, 2)
    assert second.due_at > first.due_at
    review.act(case, "submitter", "ask_extension", words="Still on leave.")
    assert (answer_turn(case).days, desks(case)["extension"]) == (15, "extend")
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "ask_extension", words="And again.")
    assert codes(refused) == ["clarification.time_was_asked"]
    review.act(case, "lead", "grant_extension")
    assert (answer_turn(case).days, "extension" in desks(case)) == (20, False)
    assert (
        Notice.objects.filter(code="clarification.extended", recipient=review.people["submitter"]).count()
        == 1
    )
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "ask_extension", words="And again.")
    assert codes(refused) == ["clarification.no_more_time"]


def test_more_time_can_be_refused_and_the_answer_still_comes(review: Review) -> None:
    case = asked(review)
    review.act(case, "submitter", "ask_extension", words="Leave.")
    review.act(case, "submitter", "ask_extension", words="Leave.")
    review.act(case, "lead", "refuse_extension", words="The mission closes.")
    assert answer_turn(case).days == 15
    review.act(case, "submitter", "ask_extension", words="Please.")
    review.act(case, "submitter", "answer_clarification", answers=ANSWER)
    assert desks(case) == {"oict_intake": "completeness", "field_opinion": "opinion"}


# No answer ------------------------------------------------------------------------------------------------------


def half_of(case: Case) -> Any:
    from apps.notices.models import Timer

    return Timer.objects.get(
        kind="clarification.warn", object_id=answer_turn(case).pk, cancelled_at=None
    ).due_at


def test_without_an_answer_the_case_is_withdrawn_by_rule_after_a_warning(review: Review) -> None:
    case = asked(review)
    with clock.set_to(half_of(case)):
        tick()
    for person in ("submitter", "head"):
        assert (
            Notice.objects.filter(code="clarification.warning", recipient=review.people[person]).count() == 1
        )
    due = answer_turn(case).due_at
    with clock.set_to(due - timedelta(seconds=1)):
        tick()
    case.refresh_from_db()
    assert case.closed_at is None
    with clock.set_to(due):
        tick()
        tick()
    case.refresh_from_db()
    assert (case.stage, case.outcome, desks(case)) == ("closed", "withdrawn", {})
    assert review.draft_of(case).unlocked == "locked"
    lapsed = Notice.objects.filter(code="clarification.lapsed")
    assert {one.recipient_id for one in lapsed} == {review.people["submitter"].pk, review.people["head"].pk}
    body = lines.line(lapsed[0], review.people["head"]).body
    assert "Until 1" in body or "Until 2" in body, body
    assert "T" not in body.split("Until")[1].split("(")[0]  # a day as people read it
    move = case.moves.get(verb="unanswered")
    assert (move.by, move.params) == (None, {"number": 1})


def test_nobody_is_withdrawn_without_a_warning_however_long_nothing_ran(review: Review) -> None:
    case = asked(review)
    due = answer_turn(case).due_at
    later = due + timedelta(days=3)
    with clock.set_to(later):
        tick()
    case.refresh_from_db()
    assert case.closed_at is None
    assert Notice.objects.filter(code="clarification.warning", recipient=review.people["head"]).count() == 1
    assert answer_turn(case).due_at > later
    ring(case)
    case.refresh_from_db()
    assert case.outcome == "withdrawn"


def test_an_extension_moves_the_day_on_which_it_lapses(review: Review) -> None:
    case = asked(review)
    first = answer_turn(case).due_at
    review.act(case, "submitter", "ask_extension", words="Leave.")
    with clock.set_to(first):
        tick()
    case.refresh_from_db()
    assert case.closed_at is None
    ring(case)
    case.refresh_from_db()
    assert case.outcome == "withdrawn"


def lapsed(review: Review) -> Case:
    case = asked(review)
    with clock.set_to(half_of(case)):
        tick()
    ring(case)
    case.refresh_from_db()
    return case


def test_the_office_opens_it_again_where_it_waited(review: Review) -> None:
    case = lapsed(review)
    at = case.closed_at + timedelta(days=89)
    with clock.set_to(at):
        review.act(case, "submitter", "reopen_case", words="We are back from leave.")
        assert (case.stage, case.outcome, case.closed_at) == ("intake", "", None)
        paused = {turn.desk: (turn.step, turn.days_left) for turn in case.turns.open() if turn.paused_at}
        assert paused["oict_intake"] == ("completeness", 3)
        assert answer_turn(case).days == 10
        assert review.draft_of(case).unlocked == ["problem"]
        review.act(case, "submitter", "answer_clarification", answers=ANSWER)
        review.act(case, "desk", "find_complete")
    assert case.stage == "assessments"


def test_it_is_opened_again_in_ninety_days_only_and_by_its_office_only(review: Review) -> None:
    case = lapsed(review)
    with clock.set_to(case.closed_at + timedelta(days=1)):
        with pytest.raises(Refused) as refused:
            review.act(case, "desk", "reopen_case", words="Let us.")
        assert codes(refused) == ["case.not_your_seat"]
    with clock.set_to(case.closed_at + timedelta(days=90, seconds=1)), pytest.raises(Refused) as refused:
        review.act(case, "submitter", "reopen_case", words="Late.")
    assert codes(refused) == ["clarification.too_late_to_reopen"]


def test_a_case_that_was_withdrawn_otherwise_is_not_opened_again(review: Review) -> None:
    case = asked(review)
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "reopen_case", words="Why not.")
    assert codes(refused) == ["case.open"]
    review.act(case, "head", "withdraw_case", words="No need.")
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "reopen_case", words="A need.")
    assert codes(refused) == ["clarification.not_lapsed"]


def test_page_and_api_offer_to_open_again_and_the_words_say_until_when(review: Review) -> None:
    case = lapsed(review)
    client = Client()
    client.force_login(review.people["submitter"])
    with clock.set_to(case.closed_at + timedelta(days=1)):
        page = client.get(f"/cases/{case.handle}/").content.decode()
        assert f"/cases/{case.handle}/acts/reopen_case/" in page
        sent = client.post(
            f"/api/v1/cases/{case.handle}/moves/",
            json.dumps(
                {
                    "action": "reopen_case",
                    "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
                    "payload": {"words": "Back."},
                }
            ),
            content_type="application/json",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )
        assert sent.status_code in (200, 201), sent.content
        client.force_login(review.people["desk"])
        assert "reopen_case" not in client.get(f"/cases/{case.handle}/").content.decode()
