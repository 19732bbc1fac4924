"""Acts on their pages: what is typed is never lost, what is sent twice is done once, and nothing is undone unasked."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from apps.approvals.models import Assessment, Decision
from tests.approvals.rich import HOSTILE, as_person, make_rich_review, text_of
from tests.approvals.test_views_matrix import flat, send
from tests.factories.approvals import Review, decision_of


@pytest.fixture
def review(db: None, at_monday: Any) -> Review:
    return make_rich_review()


def seen(case: Any) -> dict[str, Any]:
    return {"seen_version": case.version_number, "seen_hash": case.version_hash}


def hidden(response: Any) -> dict[str, str]:
    """The hidden fields of a page, as the browser would send them."""
    html = response.content.decode()
    return dict(re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', html))


def test_form_carries_the_version_and_a_key(review: Review) -> None:
    case = review.endorse(review.open())
    page = as_person(review, "desk").get(f"/cases/{case.handle}/acts/acknowledge/")
    found = hidden(page)
    assert (found["seen_version"], found["seen_hash"]) == ("1", case.version_hash)
    assert uuid.UUID(found["idempotency_key"])
    assert found["csrfmiddlewaretoken"]


def test_form_without_its_proof_is_refused(review: Review) -> None:
    case = review.endorse(review.open())
    client = Client(enforce_csrf_checks=True)
    client.force_login(review.people["desk"])
    address = f"/cases/{case.handle}/acts/acknowledge/"
    assert client.post(address, seen(case)).status_code == 403
    page = client.get(address)
    assert client.post(address, hidden(page)).status_code == 302


def test_nothing_is_preselected(review: Review) -> None:
    case = review.to_decision()
    html = as_person(review, "cito").get(f"/cases/{case.handle}/acts/decide/").content.decode()
    assert html.count('name="outcome"') == 3
    assert " checked" not in html


def test_same_form_sent_twice_is_one_act(review: Review) -> None:
    case = review.endorse(review.open())
    client, address = as_person(review, "desk"), f"/cases/{case.handle}/acts/acknowledge/"
    form = {**seen(case), "idempotency_key": str(uuid.uuid4()), "words": "Received."}
    assert [client.post(address, form).status_code for _time in range(2)] == [302, 302]
    assert case.moves.filter(verb="acknowledge").count() == 1


def test_key_of_another_act_is_refused_and_a_new_one_given(review: Review) -> None:
    case = review.endorse(review.open())
    client, key = as_person(review, "desk"), str(uuid.uuid4())
    client.post(f"/cases/{case.handle}/acts/acknowledge/", {**seen(case), "idempotency_key": key})
    answer = client.post(
        f"/cases/{case.handle}/acts/find_complete/",
        {**seen(case), "idempotency_key": key, "words": "All there."},
    )
    assert answer.status_code == 409
    assert "This request was already used for another act." in text_of(answer)
    assert "All there." in answer.content.decode()
    assert hidden(answer)["idempotency_key"] != key


def test_mistake_stands_beside_its_field_and_everything_is_kept(review: Review) -> None:
    case = review.to_decision()
    form = {**seen(case), **flat(decision_of("approved_with_conditions"))}
    form |= {
        "amount_max": "999999999",
        "conditions.0.words": HOSTILE,
        "conditions.0.due_on": "1999-01-01",
        "conditions.0.kind": "before_contract",
        "conditions.0.owner_role": "head_of_office",
        "conditions.0.verifier_role": "desk_officer",
        "conditions.0.evidence": "A report.",
        "conditions.0.effect_if_missed": "No contract.",
    }
    answer = as_person(review, "cito").post(f"/cases/{case.handle}/acts/decide/", form)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="#id_amount_max"' in html
    assert "Conditions 1: Due date must lie in the future." in text_of(answer)
    assert "is above what was asked for" in text_of(answer)
    assert 'value="999999999"' in html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in html
    assert "<script>alert" not in html
    assert not Decision.objects.exists()


def test_conditions_missing_is_said_at_their_place(review: Review) -> None:
    case = review.to_decision()
    form = {**seen(case), **flat(decision_of("approved_with_conditions"))}
    answer = as_person(review, "cito").post(f"/cases/{case.handle}/acts/decide/", form)
    assert 'href="#field-conditions"' in answer.content.decode()


def test_refusal_keeps_the_words_and_says_who_can(review: Review) -> None:
    case = review.endorse(review.open())
    answer = as_person(review, "head").post(
        f"/cases/{case.handle}/acts/acknowledge/", {**seen(case), "words": "I thought that I could."}
    )
    assert answer.status_code == 403
    assert "I thought that I could." in answer.content.decode()
    assert "The turn belongs to OICT desk" in text_of(answer)
    assert "Desk Person" in text_of(answer)


def test_new_version_shows_the_difference_and_keeps_the_words(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    old = seen(case)
    review.act(case, "finance", "send_back", words="Name the source.")
    review.act(case, "submitter", "hand_on")
    client, address = as_person(review, "ict"), f"/cases/{case.handle}/acts/attest/"
    answer = client.post(address, {**old, "confirmed": "on", "words": "As I read it."})
    assert answer.status_code == 409
    assert "Version 2 arrived while you read version 1" in text_of(answer)
    assert "seven nine" in text_of(answer).replace("<", "")
    assert "As I read it." in answer.content.decode()
    again = {**hidden(answer), "confirmed": "on", "words": "As I read it."}
    assert client.post(address, again).status_code == 302


def test_rows_are_added_and_taken_away_without_script(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    client, address = as_person(review, "desk"), f"/cases/{case.handle}/acts/request_clarification/"
    form = {**seen(case), "items.0.field": "problem.need", "items.0.question": "How many?"}
    html = client.post(address, {**form, "add": "items"}).content.decode()
    assert 'name="items.1.question"' in html
    assert "How many?" in html
    form |= {"items.1.field": "costs.rows", "items.1.question": "Which year?"}
    html = client.post(address, {**form, "remove": "items.0"}).content.decode()
    assert "How many?" not in html
    assert "Which year?" in html
    assert case.clarifications.count() == 0
    assert client.post(address, {**form, "items.2.question": " "}).status_code == 302
    assert case.clarifications.get().items.count() == 2


def test_questions_are_answered_one_by_one(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(
        case,
        "desk",
        "request_clarification",
        items=[
            {"field": "problem.need", "question": "How many?"},
            {"field": "costs.rows", "question": "Which year?"},
        ],
    )
    client, address = as_person(review, "submitter"), f"/cases/{case.handle}/acts/answer_clarification/"
    page = client.get(address)
    assert "How many?" in text_of(page)
    form = {**seen(case), "answers.0.item": "1", "answers.0.answer": "Forty.", "answers.1.item": "2"}
    answer = client.post(address, form)
    assert answer.status_code == 400
    assert "Forty." in answer.content.decode()
    assert client.post(address, {**form, "answers.1.answer": "2027."}).status_code == 302
    case.refresh_from_db()
    assert case.version_number == 2


def test_decision_from_composer_to_effect(review: Review) -> None:
    case = review.to_decision()
    client, address = as_person(review, "cito"), f"/cases/{case.handle}/acts/decide/"
    preview = client.post(address, {**hidden(client.get(address)), **flat(decision_of())})
    words = text_of(preview)
    assert preview.status_code == 200
    assert "The letter, as the office will get it" in words
    assert "Sound, and within the strategy." in words
    assert not Decision.objects.exists()

    wrong = client.post(address, {**hidden(preview), "step": "sure", "password": "not mine"})
    assert wrong.status_code == 403
    assert "The password is not right" in text_of(wrong)
    assert "Sound, and within the strategy." in text_of(wrong)
    assert "not mine" not in wrong.content.decode()
    nothing = client.post(address, {**hidden(preview), "step": "sure"})
    assert "A decision is confirmed by passkey, by a code, or with your password." in text_of(nothing)
    assert not Decision.objects.exists()

    changed = client.post(address, {**hidden(preview), "step": "edit"})
    assert "Sound, and within the strategy." in changed.content.decode()

    form = {**hidden(preview), "step": "sure", "password": "password"}
    assert [client.post(address, form).status_code for _time in range(2)] == [302, 302]
    decision = Decision.objects.get()
    assert (decision.outcome, decision.confirmation_method) == ("approved", "password")
    page = text_of(client.get(f"/cases/{case.handle}/"))
    assert "Takes effect at 2 Mar 2026, 09:15 unless withdrawn." in page
    assert "Place in the register" in page
    withdrawn = send(client, case, "withdraw_decision")
    assert withdrawn.status_code == 302
    decision.refresh_from_db()
    assert decision.withdrawn_at is not None


def test_lead_reviewer_reads_what_was_asked_and_starts_from_what_they_wrote(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "send_back_to_lead", words="Why not the shared service?")
    page = as_person(review, "lead").get(f"/cases/{case.reference}/acts/recommend/")
    shown = text_of(page)
    assert "What the decider asks" in shown
    assert "Why not the shared service?" in shown
    assert "All three desks agree." in page.content.decode()
    assert "Why not the shared service?" not in text_of(
        as_person(review, "submitter").get(f"/cases/{case.reference}/")
    )


def test_letter_is_previewed_in_the_language_of_the_office(review: Review) -> None:
    office = review.org.office("UNMISS")
    office.letter_language = "ar"
    office.save(update_fields=["letter_language"])
    case = review.to_decision()
    page = as_person(review, "cito").post(
        f"/cases/{case.handle}/acts/decide/", {**seen(case), **flat(decision_of())}
    )
    assert '<article class="letter" lang="ar" dir="rtl">' in page.content.decode()


def test_proposed_conditions_are_taken_over_on_request(review: Review) -> None:
    case = review.assess(review.complete(review.endorse(review.open())))
    review.act(case, "lead", "declare_no_conflict")
    condition = {
        "kind": "before_contract",
        "words": "A test at two sites.",
        "owner_role": "head_of_office",
        "due_on": "2027-01-31",
        "evidence": "A report.",
        "effect_if_missed": "No contract.",
        "verifier_role": "desk_officer",
    }
    review.act(
        case,
        "lead",
        "recommend",
        outcome="approved_with_conditions",
        summary="Sound.",
        conditions=[condition],
    )
    client, address = as_person(review, "cito"), f"/cases/{case.handle}/acts/decide/"
    assert 'name="conditions.0.words"' not in client.get(address).content.decode()
    html = client.post(address, {**seen(case), "add": "proposed", "reasons": "Yes."}).content.decode()
    assert "A test at two sites." in html.split('id="composer"')[1]
    assert 'value="2027-01-31"' in html


# Assessments ----------------------------------------------------------------------------------------------------


def rubric(review: Review) -> tuple[Any, Client, str]:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict")
    return case, as_person(review, "value"), f"/cases/{case.handle}/assess/value/"


FULL = {
    "scores.value_added.score": "5",
    "scores.value_added.evidence": "A pilot.",
    "scores.value_added.comment": "Signed.",
    "scores.return_on_investment.score": "3",
    "scores.return_on_investment.evidence": "The appraisal.",
    "scores.on_mandate.answer": "yes",
    "overall": "Sound.",
}


def test_rubric_shows_anchors_and_no_default(review: Review) -> None:
    _case, client, address = rubric(review)
    html = client.get(address).content.decode()
    assert html.count('name="scores.value_added.score"') == 5
    assert " checked" not in html
    assert "A pilot was measured" in html
    assert "0 of 3 answered" in html
    assert "Net present value" in html


def test_rubric_is_closed_before_the_declaration_and_to_others(review: Review) -> None:
    case, _client, address = rubric(review)
    assert as_person(review, "standards").get(address)["Location"] == f"/cases/{case.handle}/"
    other = as_person(review, "desk").get(address, follow=True)
    assert other.status_code == 403
    assert as_person(review, "value").get(
        f"/cases/{case.handle}/assess/alignment/", follow=True
    ).status_code in (
        200,
        403,
        404,
    )
    for person, status in (("desk", 403), ("standards", 403), ("head", 403), ("unifil-head", 404)):
        answer = as_person(review, person).post(f"{address}save/", {"base_revision": "0", **FULL})
        assert answer.status_code == status, person
    assert not Assessment.objects.exists()


def test_autosave_answers_the_revision_and_keeps_the_words(review: Review) -> None:
    _case, client, address = rubric(review)
    answer = client.post(f"{address}save/", {"base_revision": "0", "scores.value_added.evidence": "A pilot."})
    assert (answer.status_code, answer.json()["revision"]) == (200, 1)
    assert "A pilot." in client.get(address).content.decode()
    assert "1 of 3" not in text_of(client.get(address))


def test_autosave_of_an_old_page_changes_nothing_and_says_so(review: Review) -> None:
    _case, client, address = rubric(review)
    client.post(f"{address}save/", {"base_revision": "0", "scores.value_added.evidence": "First."})
    stale = client.post(f"{address}save/", {"base_revision": "0", "scores.value_added.evidence": "Second."})
    assert stale.status_code == 409
    assert stale.json()["reasons"][0]["code"] == "assessment.stale"
    page = client.post(
        address, {"base_revision": "0", "scores.value_added.evidence": "Second.", "step": "save"}
    )
    html = page.content.decode()
    assert page.status_code == 409
    assert "First." in html
    assert "Second." in html
    assert "Saved elsewhere" in html


def test_assessment_without_script_from_save_to_submission(review: Review) -> None:
    case, client, address = rubric(review)
    assert client.post(address, {"base_revision": "0", **FULL, "step": "save"}).status_code == 302
    page = client.get(address)
    assert "3 of 3 answered" in text_of(page)
    check = client.post(address, {"base_revision": "1", **FULL, "step": "check"})
    assert "Submit this assessment?" in text_of(check)
    form = {**hidden(check), "step": "sure"}
    sent = client.post(address, form)
    assert (sent.status_code, sent["Location"]) == (302, f"/cases/{case.handle}/")
    assert client.post(address, form).status_code == 302
    assert Assessment.objects.get().submitted_at is not None


def test_submission_names_what_is_missing(review: Review) -> None:
    _case, client, address = rubric(review)
    answer = client.post(
        address,
        {
            "base_revision": "0",
            "scores.value_added.score": "1",
            "scores.value_added.evidence": "Thin.",
            "step": "check",
        },
    )
    assert answer.status_code == 409
    assert 'href="#field-scores.value_added.comment"' in answer.content.decode()
    assert "has no score yet" in text_of(answer)


@pytest.mark.parametrize("odd", ["6", "0", "x", "1.5", "-1", "٣"])
def test_score_outside_the_scale_is_refused(review: Review, odd: str) -> None:
    _case, client, address = rubric(review)
    answer = client.post(f"{address}save/", {"base_revision": "0", "scores.value_added.score": odd})
    assert answer.status_code == 400
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [
        {"seen_version": "9" * 40},
        {"seen_version": "x", "seen_hash": "y"},
        {"idempotency_key": "z" * 500},
        {"words": "\x00"},
        {"words": "x" * 20_001},
        {"language": "tlh"},
        {"remove": "items.x"},
        {"add": "nothing"},
        {"step": "whatever"},
    ],
)
def test_odd_requests_are_answered(review: Review, odd: dict[str, str]) -> None:
    case = review.endorse(review.open())
    answer = as_person(review, "desk").post(f"/cases/{case.handle}/acts/acknowledge/", {**seen(case), **odd})
    assert answer.status_code in (200, 302, 400, 409)
