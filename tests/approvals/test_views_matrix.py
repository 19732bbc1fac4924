"""Every act by every role in every state, sent straight to the page's door, against the table by hand."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from apps.approvals.models import Case
from apps.audit.reasons import Refused
from tests.approvals.oracle import PEOPLE, STATES, VERBS, expected, in_state, payload_of
from tests.approvals.rich import make_rich_review
from tests.factories.approvals import Review

STATUS = {"done": 302, "not_found": 404, "not_allowed": 403, "conflict": 409, "not_ready": 409}


@pytest.fixture
def review(db: None, at_monday: Any) -> Review:
    return make_rich_review()


def flat(payload: dict[str, Any]) -> dict[str, str]:
    """A payload as a form sends it."""
    sent: dict[str, str] = {}
    for name, value in payload.items():
        if isinstance(value, list):
            for position, row in enumerate(value):
                sent |= {f"{name}.{position}.{key}": text for key, text in row.items()}
        elif value is not False:
            sent[name] = "on" if value is True else str(value)
    return sent


def send(client: Client, case: Case, verb: str, **more: str) -> Any:
    return client.post(
        f"/cases/{case.handle}/acts/{verb}/",
        {
            **flat(payload_of(verb)),
            "seen_version": case.version_number,
            "seen_hash": case.version_hash,
            "step": "sure",
            "password": "password",
            **more,
        },
    )


def clients_of(review: Review) -> dict[str, Client]:
    found = {}
    for person in PEOPLE:
        found[person] = Client()
        found[person].force_login(review.people[person])
    return found


def verbs_of(state: str) -> list[str]:
    """The acts that are open or stopped in this state, and one of those that are not (pages share that answer)."""
    row = STATES[state]
    closed = next(verb for verb in VERBS if verb not in row.can and verb not in row.stopped)
    return [verb for verb in VERBS if verb in row.can or verb in row.stopped or verb == closed]


@pytest.mark.parametrize("state", STATES)
def test_engine_answers_every_act_by_every_role_as_the_table(review: Review, state: str) -> None:
    case = in_state(review, state)
    wrong = []
    for verb in VERBS:
        for person in PEOPLE:
            with transaction.atomic():
                try:
                    review.act(case, person, verb, **payload_of(verb))
                    answer = "done"
                except Refused as refused:
                    answer = str(refused.kind)
                transaction.set_rollback(True)
            if answer != expected(state, verb, person):
                wrong.append(f"{verb} by {person}: {answer}, expected {expected(state, verb, person)}")
    assert wrong == []


@pytest.mark.parametrize("state", STATES)
def test_page_answers_every_open_act_by_every_role_as_the_table(review: Review, state: str) -> None:
    case = in_state(review, state)
    clients = clients_of(review)
    wrong = []
    for verb in verbs_of(state):
        for person in PEOPLE:
            with transaction.atomic():
                status = send(clients[person], case, verb).status_code
                transaction.set_rollback(True)
            if status != STATUS[expected(state, verb, person)]:
                wrong.append(f"{verb} by {person}: {status}, expected {expected(state, verb, person)}")
    assert wrong == []


@pytest.mark.parametrize("state", STATES)
def test_pages_of_acts_open_to_those_who_can_and_tell_others_why(review: Review, state: str) -> None:
    """What the page offers is what the door accepts: the composing page is open exactly where the act is."""
    case = in_state(review, state)
    wrong = []
    for person, client in clients_of(review).items():
        if person not in (*STATES[state].sees, "admin", "unifil-head"):
            continue  # to all others the case is as little there as to these two
        page = client.get(f"/cases/{case.handle}/")
        sees = person in STATES[state].sees
        card = state in ("closed", "reconsidering")  # what is approved stays so while it is reconsidered
        if page.status_code != (200 if sees or card else 404):
            wrong.append(f"the case for {person}: {page.status_code}")
        for verb in verbs_of(state):
            status = client.get(f"/cases/{case.handle}/acts/{verb}/").status_code
            answer = expected(state, verb, person)
            fits = {
                "done": status in (200, 302),
                "not_ready": status in (200, 302),
                "not_found": status == 404,
            }.get(answer, status in (403, 409))
            if not fits:
                wrong.append(f"the page of {verb} for {person}: {status}, expected {answer}")
    assert wrong == []
