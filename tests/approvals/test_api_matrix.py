"""Every open act by every role in every state, sent to the API's door, against the table by hand."""

import uuid
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from apps.approvals.models import Case
from tests.approvals.oracle import PEOPLE, STATES, expected, in_state, payload_of
from tests.approvals.rich import make_rich_review
from tests.approvals.test_views_matrix import verbs_of
from tests.factories.approvals import Review

STATUS = {"done": 201, "not_found": 404, "not_allowed": 403, "conflict": 409, "not_ready": 409}


@pytest.fixture
def review(db: None, at_monday: Any) -> Review:
    return make_rich_review()


def send(client: APIClient, case: Case, verb: str) -> Any:
    return client.post(
        f"/api/v1/cases/{case.handle}/moves/",
        {
            "action": verb,
            "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
            "payload": payload_of(verb),
            "confirmation": {"password": "password"},
        },
        format="json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )


@pytest.mark.parametrize("state", STATES)
def test_api_answers_every_open_act_by_every_role_as_the_table(review: Review, state: str) -> None:
    case = in_state(review, state)
    wrong = []
    for person in PEOPLE:
        client = APIClient()
        client.force_login(review.people[person])
        for verb in verbs_of(state):
            with transaction.atomic():
                answer = send(client, case, verb)
                transaction.set_rollback(True)
            wanted = STATUS[expected(state, verb, person)]
            if answer.status_code != wanted:
                wrong.append(f"{verb} by {person}: {answer.status_code}, expected {wanted}")
            elif wanted != 201 and not answer.json()["reasons"][0]["sentence"]:
                wrong.append(f"{verb} by {person}: a refusal without a sentence")
    assert wrong == []


@pytest.mark.parametrize("state", STATES)
def test_api_offers_what_it_accepts(review: Review, state: str) -> None:
    """The acts that the API says are possible are those of the table, and no others."""
    case = in_state(review, state)
    wrong = []
    for person in PEOPLE:
        client = APIClient()
        client.force_login(review.people[person])
        answer = client.get(f"/api/v1/cases/{case.handle}/")
        if person not in STATES[state].sees:
            if answer.status_code != 404:
                wrong.append(f"{person}: {answer.status_code}")
            continue
        offered = {row["action"] for row in answer.json()["actions"] if row["is_possible"]}
        able = {verb for verb in STATES[state].can if expected(state, verb, person) in ("done", "not_ready")}
        if offered != able:
            wrong.append(f"{person}: offered {sorted(offered)}, able {sorted(able)}")
    assert wrong == []
