"""No door decides without authority, and no act outlives the standing that it rested on."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.services import issue_token
from apps.approvals import services
from apps.approvals.models import Case, Decision, Move, Turn
from apps.approvals.services import Confirmation, Seen
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.offices.choices import Role
from apps.offices.services import create_post, end_holding
from tests.factories.approvals import Review, decision_of, tick
from tests.factories.offices import LONG_AGO, appoint, make_person, make_post


@pytest.fixture
def case(review: Review) -> Case:
    return review.to_decision()


def body_of(case: Case, **more: Any) -> dict[str, Any]:
    return {
        "action": "decide",
        "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
        "payload": decision_of(),
        **more,
    }


def send(api: APIClient, case: Case, body: Any, key: str = "") -> Any:
    return api.post(
        f"/api/v1/cases/{case.pk}/moves/", body, headers={"Idempotency-Key": key or str(uuid.uuid4())}
    )


PASSWORD = {"confirmation": {"password": "password"}}
EVERYBODY = ("submitter", "head", "ict", "finance", "field", "desk", "align", "lead", "chief", "member", "auditor",
             "admin", "officer", "unifil-head", "escap-ict")  # fmt: skip


def test_only_the_cito_decides_whoever_else_sends_it(review: Review, case: Case, doors: Any) -> None:
    for name in EVERYBODY:
        answer = send(doors(name).api, case, body_of(case, **PASSWORD))
        assert answer.status_code in (403, 404), (name, answer.content[:300])
        page = doors(name).pages.post(
            f"/cases/{case.handle}/acts/decide/",
            {**decision_of(), "seen_version": 1, "seen_hash": case.version_hash, "step": "sure",
             "password": "password"},
        )  # fmt: skip
        assert page.status_code in (403, 404), name
    assert not Decision.objects.exists()


def test_a_token_decides_nothing_even_beside_a_password(review: Review, case: Case) -> None:
    review.people["cito"].is_service = True
    review.people["cito"].save()
    token = issue_token(user=review.people["cito"], days=1, by=None, scopes=["read", "submit"])
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    answer = send(api, case, body_of(case, **PASSWORD))
    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == "confirmation.token"


def test_a_session_without_the_proof_of_its_form_is_refused(review: Review, case: Case) -> None:
    api = APIClient(enforce_csrf_checks=True)
    assert api.login(email=review.people["cito"].email, password="password")
    assert send(api, case, body_of(case, **PASSWORD)).status_code == 403
    pages = Client(enforce_csrf_checks=True)
    pages.force_login(review.people["cito"])
    for address in (
        f"/cases/{case.handle}/acts/decide/",
        "/instruments/draft/",
        "/notices/read/",
        "/sign-out/",
    ):
        assert pages.post(address, {}).status_code == 403, address


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head", "trace"])
def test_no_other_method_acts(review: Review, case: Case, doors: Any, method: str) -> None:
    moves = Move.objects.count()
    headers = {"X-HTTP-Method-Override": "POST", "Idempotency-Key": "k"}
    body = body_of(case, **PASSWORD, _method="POST")
    for door, address in (
        (doors("cito").api, f"/api/v1/cases/{case.pk}/moves/"),
        (doors("cito").pages, f"/cases/{case.handle}/acts/decide/"),
    ):
        if method in ("get", "head", "trace"):
            getattr(door, method)(address, headers=headers)
        else:
            import json

            getattr(door, method)(address, json.dumps(body), content_type="application/json", headers=headers)
    assert Move.objects.count() == moves


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"confirmation": {"password": "wrong"}},
        {"confirmation": {"password": ""}},
        {"confirmation": {"method": "password", "at": "2026-03-02T09:00:00Z"}},
        {"seen": {"version_number": 0, "version_hash": ""}, **PASSWORD},
        {"seen": {"version_number": 1, "version_hash": "0" * 64}, **PASSWORD},
        {"payload": {**decision_of(), "decided_by": str(uuid.uuid4())}, **PASSWORD},
        {"payload": {**decision_of(), "effective_at": "2020-01-01T00:00:00Z"}, **PASSWORD},
        {"payload": {**decision_of(), "round": 7, "instrument_id": str(uuid.uuid4())}, **PASSWORD},
        {"payload": {**decision_of(), "amount_max": "180000.01"}, **PASSWORD},
        {"payload": {**decision_of(), "amount_max": "NaN"}, **PASSWORD},
        {"payload": {**decision_of(), "amount_max": "-1"}, **PASSWORD},
        {"payload": {**decision_of(), "outcome": "registered"}, **PASSWORD},
        {"payload": {**decision_of(), "outcome": "withdrawn"}, **PASSWORD},
        {"desk": "alignment", **PASSWORD},
    ],
)
def test_the_cito_too_confirms_what_they_saw(review: Review, case: Case, doors: Any, more: Any) -> None:
    answer = send(doors("cito").api, case, body_of(case, **more))
    assert answer.status_code in (400, 403, 409), answer.content
    assert not Decision.objects.exists()


def test_a_confirmation_is_its_persons_and_its_versions_alone(review: Review, case: Case) -> None:
    from apps.accounts.services import confirm_password

    def decide(confirmation: Any) -> None:
        services.move_case(
            case_id=case.pk,
            action="decide",
            by=review.people["cito"],
            seen=Seen(case.version_number, case.version_hash),
            idempotency_key=str(uuid.uuid4()),
            payload=decision_of(),
            confirmation=confirmation,
        )

    others = confirm_password(review.people["officer"], "password", case.version_hash, factor="totp")
    with pytest.raises(Refused):
        decide(others)
    with pytest.raises(Refused):
        decide(confirm_password(review.people["cito"], "password", "0" * 64, factor="totp"))
    mine = confirm_password(review.people["cito"], "password", case.version_hash, factor="totp")
    with clock.set_to(clock.now() + timedelta(minutes=6)), pytest.raises(Refused):
        decide(mine)
    decide(mine)


def test_the_key_of_another_person_answers_nothing(review: Review, case: Case, doors: Any) -> None:
    assert send(doors("cito").api, case, body_of(case, **PASSWORD), key="mine").status_code == 201
    for name, status in (("officer", 403), ("lead", 403), ("unifil-head", 404)):
        answer = send(doors(name).api, case, body_of(case, **PASSWORD), key="mine")
        assert answer.status_code in (status, 409)
        assert "event" not in answer.json()


def test_a_key_is_not_used_for_another_act(review: Review, case: Case, doors: Any) -> None:
    other = review.open()
    api = doors("submitter").api
    seen = {"version_number": 0, "version_hash": ""}
    assert send(api, other, {"action": "hand_on", "seen": seen}, key="one").status_code == 201
    third = review.open()
    assert send(api, third, {"action": "hand_on", "seen": seen}, key="one").status_code == 409


def test_who_lost_the_post_a_moment_ago_decides_nothing(review: Review, case: Case, doors: Any) -> None:
    opened = doors("cito")
    holding = review.org.posts["cito"].holdings.get()
    with clock.set_to(clock.now() + timedelta(seconds=1)):
        end_holding(holding=holding, by=None)
    with clock.set_to(clock.now() + timedelta(seconds=2)):
        assert send(opened.api, case, body_of(case, **PASSWORD)).status_code in (403, 404)
    assert not Decision.objects.exists()


def test_who_is_no_longer_active_is_let_in_nowhere(review: Review, case: Case, doors: Any) -> None:
    opened = doors("cito")
    person = review.people["cito"]
    person.is_active = False
    person.save()
    assert send(opened.api, case, body_of(case, **PASSWORD)).status_code == 401
    assert opened.pages.get("/").status_code == 302
    assert not doors(None).pages.login(email=person.email, password="password")
    assert not Decision.objects.exists()


def test_another_officer_cannot_withdraw_a_decision(review: Review, case: Case, doors: Any) -> None:
    review.act(case, "cito", "decide", **decision_of())
    body = {**body_of(case), "action": "withdraw_decision", "payload": {"words": "No."}}
    for name in EVERYBODY:
        assert send(doors(name).api, case, body).status_code in (403, 404), name
    assert Decision.objects.get().withdrawn_at is None


def test_nobody_withdraws_a_decision_that_took_effect(review: Review, case: Case, doors: Any) -> None:
    review.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        body = {**body_of(case), "action": "withdraw_decision", "payload": {"words": "No."}}
        assert send(doors("cito").api, case, body).status_code == 409
        tick()
    case.refresh_from_db()
    assert case.outcome == "approved"


def test_no_act_moves_a_removed_draft(review: Review, doors: Any) -> None:
    draft = review.open()
    services.discard_case(case_id=draft.pk, by=review.people["submitter"])
    for name in ("submitter", "head", "auditor"):
        body = {"action": "hand_on", "seen": {"version_number": 0, "version_hash": ""}}
        assert send(doors(name).api, draft, body).status_code == 404, name


def test_answers_belong_to_the_questions_of_their_own_case(review: Review, doors: Any) -> None:
    cases = [review.endorse(review.open()), review.endorse(review.open())]
    for number, one in enumerate(cases, start=1):
        review.act(one, "desk", "acknowledge")
        questions = [{"field": "problem.need", "question": f"Why {k}?"} for k in range(number)]
        review.act(one, "desk", "request_clarification", items=questions)
    first = cases[0]
    with pytest.raises(Refused):
        review.act(first, "submitter", "answer_clarification", answers=[{"item": "2", "answer": "x"}])
    foreign = str(cases[1].clarifications.get().items.first().pk)
    with pytest.raises(Refused):
        review.act(first, "submitter", "answer_clarification", answers=[{"item": foreign, "answer": "x"}])
    assert first.clarifications.get().answered_at is None


def test_nobody_writes_the_assessment_of_a_desk_that_is_not_theirs(review: Review, doors: Any) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    body = {"base_revision": 0, "overall": "Mine now."}
    for name in ("value", "standards", "lead", "cito", "auditor", "submitter"):
        answer = doors(name).api.patch(f"/api/v1/cases/{case.pk}/assessments/alignment/", body)
        assert answer.status_code in (403, 404), name
    assert doors("align").api.patch(f"/api/v1/cases/{case.pk}/assessments/value/", body).status_code == 403
    review.assess(case, "standards")
    answer = doors("standards").api.patch(f"/api/v1/cases/{case.pk}/assessments/standards/", body)
    assert answer.status_code == 409


def test_a_turn_does_not_stay_with_who_left_the_post(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    post = review.org.posts["align"]
    with clock.set_to(clock.now() + timedelta(minutes=1)):
        end_holding(holding=post.holdings.get(), by=None)
        review.people["heir"] = appoint(post, make_person("Heir Person"), from_=clock.now())
        tick()
        turn = Turn.objects.get(case=case, desk="alignment", closed_at=None)
        assert turn.taken_by is None
        review.act(case, "heir", "declare_no_conflict", desk="alignment")


def test_a_turn_does_not_stay_with_who_is_no_longer_active(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    second = make_post(review.org.office("OICT"), Role.REVIEWER_ALIGNMENT, "ALIGN-2")
    review.people["second"] = appoint(second, make_person("Second Person"))
    person = review.people["align"]
    person.is_active = False
    person.save()
    tick()
    review.act(case, "second", "declare_no_conflict", desk="alignment")


def test_who_decided_keeps_the_decision_when_they_leave(review: Review, case: Case) -> None:
    review.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=1)):
        end_holding(holding=review.org.posts["cito"].holdings.get(), by=None)
        tick()
        with pytest.raises(Refused):
            review.act(case, "officer", "withdraw_decision", words="I would not.")
    assert Decision.objects.get().withdrawn_at is None


# Paragraph 18 stays within OICT -----------------------------------------------------------------------------------


def test_a_post_of_the_cito_outside_oict_has_no_authority(review: Review, case: Case, doors: Any) -> None:
    """However such a post came to be, it neither decides nor issues."""
    post = make_post(review.org.office("UNMISS"), Role.CITO, "UNMISS-CITO")
    review.people["false-cito"] = appoint(post, make_person("False Cito"))
    from apps.offices.permissions import issuing_post, reasons_against_exercising, who_can_exercise

    person = review.people["false-cito"]
    asked = {"function": "18", "office_id": case.office_id, "amount_usd": Decimal(1), "at": clock.now()}
    for lock in (False, True):
        assert not reasons_against_exercising(user=person, lock=lock, **asked).allowed
    assert issuing_post(person, clock.now()) is None
    assert person not in [who.user for who in who_can_exercise(**asked)]
    assert send(doors("false-cito").api, case, body_of(case, **PASSWORD)).status_code in (403, 404)
    terms = {
        "legal_basis": "x",
        "delegate_post": review.org.posts["officer"].code,
        "functions": ["18"],
        "scope": [{"office": "UNMISS"}],
        "valid_until": "2026-12-31T00:00:00Z",
    }
    assert doors("false-cito").api.post("/api/v1/instruments/", terms).status_code == 403


def test_no_post_of_the_cito_is_made_outside_oict(review: Review) -> None:
    for role in (Role.CITO, Role.ASSIGNED_OFFICER):
        with pytest.raises(Refused):
            create_post(
                by=review.people["admin"],
                office=review.org.office("UNMISS"),
                role=role,
                code="X",
                titles={"en": "X"},
            )


def test_appointments_do_not_reach_back(review: Review) -> None:
    from apps.offices.services import assign_post

    post = make_post(review.org.office("UNMISS"), Role.SUBMITTER, "UNMISS-S2")
    with pytest.raises(Refused):
        assign_post(post=post, user=make_person("Late Person"), from_=LONG_AGO, by=review.people["admin"])


def test_an_amount_that_is_unknown_is_below_no_ceiling(review: Review, case: Case) -> None:
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=Decimal("500000"))
    Case.objects.filter(pk=case.pk).update(value_usd=None)
    with pytest.raises(Refused):
        review.act(case, "officer", "decide", **decision_of())


def test_confirmation_names_its_method(review: Review, case: Case) -> None:
    """A made-up method is no confirmation."""
    import inspect

    known = inspect.signature(Confirmation).parameters
    terms = {"method": "token", "at": clock.now(), "snapshot_hash": case.version_hash}
    if "user_id" in known:
        terms["user_id"] = review.people["cito"].pk
    with pytest.raises(Refused):
        review.act(case, "cito", "decide", confirmation=Confirmation(**terms), **decision_of())
