"""The review by API: the same verbs, answers and refusals."""

import json
import uuid
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from apps.approvals.api.serializers import CaseRowSerializer
from apps.approvals.models import Case
from tests.factories.approvals import Review, decision_of


def client_of(review: Review, person: str) -> APIClient:
    client = APIClient()
    client.force_login(review.people[person])
    return client


def post(review: Review, person: str, case: Any, action: str, *, key: str = "", **body: Any) -> Any:
    case.refresh_from_db()
    seen = body.pop("seen", {"version_number": case.version_number, "version_hash": case.version_hash})
    confirmation = body.pop("confirmation", None)
    data = {"action": action, "seen": seen, "payload": body}
    if confirmation:
        data["confirmation"] = confirmation
    answer = client_of(review, person).post(
        f"/api/v1/cases/{case.handle}/moves/",
        data,
        format="json",
        headers={"Idempotency-Key": key or str(uuid.uuid4())},
    )
    case.refresh_from_db()
    return answer


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


def test_move_by_api_answers_the_new_stage(review: Review) -> None:
    case = review.open()
    answer = post(review, "submitter", case, "hand_on")
    assert (answer.status_code, answer.json()["stage"]) == (201, "endorsement")


def test_move_sent_twice_answers_the_first_again(review: Review) -> None:
    case = review.open()
    seen = {"version_number": 0, "version_hash": ""}
    first = post(review, "submitter", case, "hand_on", key="one", seen=seen)
    again = post(review, "submitter", case, "hand_on", key="one", seen=seen)
    assert (again.status_code, again.json()) == (200, first.json())


def test_move_without_a_key_is_refused_by_name(review: Review) -> None:
    case = review.open()
    answer = client_of(review, "submitter").post(
        f"/api/v1/cases/{case.handle}/moves/",
        {"action": "hand_on", "seen": {"version_number": 0, "version_hash": ""}},
        format="json",
    )
    assert (answer.status_code, answer.json()["reasons"][0]["field"]) == (400, "Idempotency-Key")


def test_move_by_a_wrong_person_says_who_can(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    answer = post(review, "submitter", case, "attest", confirmed=True)
    assert (answer.status_code, codes(answer)) == (403, ["case.not_your_seat"])
    assert answer.json()["reasons"][0]["who_can"] == ["Ict Person"]


def test_move_on_an_unseen_case_is_not_found(review: Review) -> None:
    case = review.open()
    assert post(review, "unifil-submitter", case, "hand_on").status_code == 404


def test_decision_needs_a_password_and_a_session(review: Review) -> None:
    case = review.to_decision()
    bare = post(review, "cito", case, "decide", **decision_of())
    wrong = post(review, "cito", case, "decide", **decision_of(), confirmation={"password": "guess"})
    right = post(review, "cito", case, "decide", **decision_of(), confirmation={"password": "password"})
    assert (bare.status_code, codes(bare)) == (403, ["confirmation.missing"])
    assert wrong.status_code == 403
    assert (right.status_code, right.json()["stage"]) == (201, "cooling_off")


def test_token_never_decides(review: Review) -> None:

    from apps.accounts.services import issue_token

    case = review.to_decision()
    service = review.people["cito"]
    service.is_service = True
    secret = issue_token(user=service, days=1, by=None, scopes=["read", "submit"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    answer = client.post(
        f"/api/v1/cases/{case.handle}/moves/",
        {
            "action": "decide",
            "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
            "payload": decision_of(),
            "confirmation": {"password": "password"},
        },
        format="json",
        headers={"Idempotency-Key": "t"},
    )
    assert (answer.status_code, codes(answer)) == (403, ["confirmation.token"])


def test_every_wrong_field_is_named_at_once(review: Review) -> None:
    case = review.to_decision()
    answer = post(
        review,
        "cito",
        case,
        "decide",
        outcome="maybe",
        amount_max="much",
        valid_until="soon",
        surprise="yes",
        confirmation={"password": "password"},
    )
    assert answer.status_code == 400
    fields = sorted(reason["field"] for reason in answer.json()["reasons"])
    assert fields == ["amount_max", "outcome", "reasons", "surprise", "valid_until"]


@pytest.mark.parametrize("text", ["nul \x00 inside", "bell \x07"])
def test_control_characters_are_refused_by_field(review: Review, text: str) -> None:
    case = review.open()
    answer = post(review, "submitter", case, "hand_on", words=text)
    assert (answer.status_code, answer.json()["reasons"][0]["field"]) == (400, "words")


def test_assessment_saved_by_parts_keeps_what_was_saved(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict")
    client = client_of(review, "value")
    address = f"/api/v1/cases/{case.handle}/assessments/value/"
    first = client.patch(
        address, {"base_revision": 0, "scores": {"value_added": {"score": 3}}}, format="json"
    )
    second = client.patch(
        address,
        {"base_revision": 1, "scores": {"value_added": {"evidence": "Baseline named."}}},
        format="json",
    )
    stale = client.patch(address, {"base_revision": 1, "scores": {}}, format="json")
    assert (first.status_code, second.status_code, stale.status_code) == (200, 200, 409)
    saved = client.get(address).json()["scores"]["value_added"]
    assert (saved["score"], saved["evidence"]) == (3, "Baseline named.")


def test_assessment_is_not_submitted_incomplete(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict")
    client_of(review, "value").patch(
        f"/api/v1/cases/{case.handle}/assessments/value/",
        {"base_revision": 0, "scores": {"value_added": {"score": 5, "evidence": "Pilot."}}},
        format="json",
    )
    answer = post(review, "value", case, "submit_assessment")
    assert (answer.status_code, codes(answer)) == (
        409,
        ["assessment.comment_missing", "assessment.score_missing", "assessment.answer_missing"],
    )


def test_another_persons_assessment_cannot_be_saved(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict")
    review.act(case, "value", "declare_no_conflict")
    answer = client_of(review, "align").patch(
        f"/api/v1/cases/{case.handle}/assessments/value/", {"base_revision": 0, "scores": {}}, format="json"
    )
    assert answer.status_code == 403


def test_queue_and_list_by_api(review: Review, django_assert_num_queries: Any) -> None:
    case = review.endorse(review.open())
    client = client_of(review, "desk")
    assert [row["handle"] for row in client.get("/api/v1/queue/").json()["rows"]] == [case.reference]
    assert [row["handle"] for row in client.get("/api/v1/cases/").json()["results"]] == [case.reference]
    assert client_of(review, "unifil-submitter").get("/api/v1/cases/").json()["results"] == []


def test_letter_is_not_found_before_it_takes_effect(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    assert client_of(review, "head").get(f"/api/v1/cases/{case.handle}/letter/").status_code == 404
    assert client_of(review, "cito").get(f"/api/v1/cases/{case.handle}/letter/").status_code == 200


def test_a_row_of_the_list_says_what_the_model_says(review: Review) -> None:
    """The list is made of columns; the shape that the schema promises is the serializer's."""
    review.endorse(review.open(value_usd="1234.50"))
    review.open()
    rows = client_of(review, "submitter").get("/api/v1/cases/").json()["results"]
    cases = Case.objects.order_by("-opened_at", "id").select_related("office", "route")
    assert rows == json.loads(JSONRenderer().render(CaseRowSerializer(cases, many=True).data))
