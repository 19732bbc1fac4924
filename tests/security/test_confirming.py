"""Confirming a decision: by passkey bound to what was shown, by a code once, by password beside a second factor."""

import json
import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.services import issue_token
from apps.approvals.models import Case, Decision
from apps.audit import clock
from tests.factories.approvals import Review, decision_of
from tests.factories.signing_in import Passkey, code_of, sign_in


@pytest.fixture
def case(review: Review) -> Case:
    return review.to_decision()


@pytest.fixture
def key(review: Review) -> Passkey:
    return Passkey().enrol(review.people["cito"])


def address_of(case: Case) -> str:
    return f"/cases/{case.handle}/acts/decide/"


def form_of(case: Case, **more: Any) -> dict[str, Any]:
    seen = {"seen_version": case.version_number, "seen_hash": case.version_hash}
    return {**decision_of(), **seen, "idempotency_key": str(uuid.uuid4()), **more}


def challenge(client: Client, case: Case) -> dict[str, Any]:
    """What the page on which the decision is confirmed asks a passkey to sign."""
    page = client.post(address_of(case), form_of(case)).content.decode()
    found = re.search(r'data-passkey-options="([^"]+)"', page)
    assert found is not None
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


def decide(client: Client, case: Case, **more: Any) -> Any:
    return client.post(address_of(case), form_of(case, step="sure", **more))


def test_a_passkey_confirms_what_was_on_the_screen(
    review: Review, case: Case, key: Passkey, doors: Any
) -> None:
    client = doors("cito").pages
    answer = decide(client, case, credential=key.sign(challenge(client, case)))
    assert answer.status_code == 302
    decision = Decision.objects.get()
    assert (decision.confirmation_method, decision.version_hash) == ("passkey", case.version_hash)


def test_the_challenge_is_made_of_the_fingerprint(
    review: Review, case: Case, key: Passkey, doors: Any
) -> None:
    """An answer to the challenge of one version confirms no other, even where the form says that it was shown."""
    client = doors("cito").pages
    other = review.to_decision()
    assert other.version_hash != case.version_hash
    signed = key.sign(challenge(client, other))
    assert decide(client, case, credential=signed).status_code == 403
    assert not Decision.objects.exists()


def test_an_answer_counts_once(review: Review, case: Case, key: Passkey, doors: Any) -> None:
    client = doors("cito").pages
    signed = key.sign(challenge(client, case))
    assert decide(client, case, credential=signed, outcome="nonsense").status_code in (400, 403, 409)
    assert decide(client, case, credential=signed).status_code == 403
    assert not Decision.objects.exists()


def test_an_answer_is_at_most_five_minutes_old(review: Review, case: Case, key: Passkey, doors: Any) -> None:
    client = doors("cito").pages
    signed = key.sign(challenge(client, case))
    with clock.set_to(clock.now() + timedelta(minutes=5, seconds=1)):
        answer = decide(client, case, credential=signed)
        assert answer.status_code == 403
        assert "older than 5 minutes" in answer.content.decode()
        fresh = key.sign(challenge(client, case))
        assert decide(client, case, credential=fresh).status_code == 302


@pytest.mark.parametrize("wrong", ["another", "not verified", "of another site", "nonsense", "{}", "[]"])
def test_another_answer_confirms_nothing(
    review: Review, case: Case, key: Passkey, doors: Any, wrong: str
) -> None:
    client = doors("cito").pages
    asked = challenge(client, case)
    answers = {
        "another": Passkey(credential_id=key.credential_id).sign(asked),
        "not verified": key.sign(asked, verified=False),
        "of another site": Passkey(
            origin="https://evil.example", key=key.key, credential_id=key.credential_id
        ).sign(asked),
    }
    answer = decide(client, case, credential=answers.get(wrong, wrong))
    assert answer.status_code == 403
    assert "nothing was confirmed" in answer.content.decode()
    assert not Decision.objects.exists()


def test_another_persons_passkey_confirms_nothing(
    review: Review, case: Case, key: Passkey, doors: Any
) -> None:
    client = doors("cito").pages
    theirs = Passkey().enrol(review.people["lead"])
    assert decide(client, case, credential=theirs.sign(challenge(client, case))).status_code == 403


def test_a_code_confirms_once(review: Review, case: Case) -> None:
    client, person = Client(), review.people["cito"]
    sign_in(client, person)
    page = client.post(address_of(case), form_of(case)).content.decode()
    assert 'name="code"' in page
    code = code_of(person)
    assert decide(client, case, code="000000").status_code == 403
    assert decide(client, case, code=code).status_code == 302
    assert Decision.objects.get().confirmation_method == "totp"
    other = review.to_decision()
    assert decide(client, other, code=code).status_code == 403


def test_a_password_confirms_in_a_session_that_has_shown_the_second_factor_only(
    review: Review, case: Case
) -> None:
    """However a session without it came to be: page and API refuse, and say what is missing."""
    person = review.people["cito"]
    pages, api = Client(), APIClient()
    for client in (pages, api):
        client.force_login(person)
        session = client.session
        session["factor_shown"], session["factor_needed"] = "", False
        session.save()
    answer = decide(pages, case, password="password")
    assert answer.status_code == 403
    assert "signs in with a second factor" in answer.content.decode()
    body = {
        "action": "decide",
        "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
        "payload": decision_of(),
        "confirmation": {"password": "password"},
    }
    sent = api.post(f"/api/v1/cases/{case.pk}/moves/", body, headers={"Idempotency-Key": "k"})
    assert sent.status_code == 403
    assert sent.json()["reasons"][0]["code"] == "accounts.second_factor_missing"
    assert not Decision.objects.exists()


def test_who_decides_without_a_factor_reaches_no_door(review: Review, case: Case) -> None:
    """Page, API with a session, API with a token."""
    person = review.people["cito"]
    person.authenticator_set.all().delete()
    pages, api = Client(), APIClient()
    sign_in(pages, person)
    api.cookies = pages.cookies
    assert pages.get(address_of(case))["Location"] == "/second-factor/"
    assert decide(pages, case, password="password")["Location"] == "/second-factor/"
    body = {"action": "decide", "seen": {"version_number": 1, "version_hash": case.version_hash},
            "payload": decision_of(), "confirmation": {"password": "password"}}  # fmt: skip
    address = f"/api/v1/cases/{case.pk}/moves/"
    refused = api.post(address, body, headers={"Idempotency-Key": "k"})
    assert refused.status_code == 403
    assert refused.json()["reasons"][0]["code"] == "accounts.second_factor_missing"
    person.is_service = True
    person.save()
    for scopes in (["read"], ["read", "submit"], ["read", "submit", "admin"]):
        service = APIClient()
        service.credentials(
            HTTP_AUTHORIZATION=f"Token {issue_token(user=person, days=1, by=None, scopes=scopes)}"
        )
        assert service.post(address, body, headers={"Idempotency-Key": "k"}).status_code == 403
    assert not Decision.objects.exists()
