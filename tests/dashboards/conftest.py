"""A portfolio with something at every stage, and people who see it, parts of it, or nothing of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from apps.accounts.models import User
from apps.accounts.navigation import forget_held
from apps.approvals.models import Case
from apps.audit import clock
from apps.offices.choices import Role
from tests.approvals.conftest import MONDAY_MORNING
from tests.factories.approvals import Review, decision_of, make_review, tick
from tests.factories.offices import appoint, make_person, make_post

CONDITION = {
    "kind": "before_go_live",
    "words": "Show a tested copy.",
    "owner_role": "ict_chief",
    "due_on": "2026-03-10",
    "evidence": "A report of the test.",
    "effect_if_missed": "Spending stops.",
    "verifier_role": "reviewer_standards",
}


@dataclass
class Portfolio:
    """Cases by what was done with them, the review they went through, and the instant of looking."""

    review: Review
    cases: dict[str, Case] = field(default_factory=dict)
    now: datetime | None = None

    @property
    def people(self) -> dict[str, User]:
        return self.review.people


def _fill(review: Review) -> Portfolio:
    """Ten cases of UNMISS on Monday 2 March 2026: one at every stage, some sent back, asked about and closed."""
    for key, role in (("secretary", Role.MC_SECRETARY), ("chair", Role.MC_CHAIR)):
        post = make_post(review.org.offices["UN-SECRETARIAT"], role)
        review.people[key] = appoint(post, make_person(f"{key} person".title()))
    made = Portfolio(review)
    made.cases["draft"] = review.open()
    made.cases["endorsement"] = review.open(value_usd="90000.00")
    review.act(made.cases["endorsement"], "submitter", "hand_on")
    made.cases["sent_back"] = review.open()
    review.act(made.cases["sent_back"], "submitter", "hand_on")
    review.act(made.cases["sent_back"], "ict", "send_back", words="Name the owner.")
    made.cases["intake"] = review.endorse(review.open(value_usd="250000.50"))
    made.cases["asked"] = review.endorse(review.open(office_kind="department"))
    review.act(made.cases["asked"], "desk", "acknowledge")
    review.act(
        made.cases["asked"],
        "desk",
        "request_clarification",
        items=[{"field": "problem.need", "question": "How many patrols?"}],
    )
    made.cases["assessments"] = review.complete(review.endorse(review.open(tier=3, value_usd="3000000.00")))
    made.cases["decision"] = review.to_decision()
    for name, outcome, values in (
        ("approved", "approved", {}),
        ("refused", "not_approved", {"override_reason": "The owner is missing."}),
        (
            "conditional",
            "approved_with_conditions",
            {"override_reason": "Only with a tested copy.", "conditions": [CONDITION]},
        ),
    ):
        case = review.to_decision()
        review.act(case, "cito", "decide", **decision_of(outcome, **values))
        made.cases[name] = case
    with clock.set_to(clock.now() + timedelta(minutes=20)):
        tick()
    for case in made.cases.values():
        case.refresh_from_db()
    return made


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[Portfolio]:
    """The portfolio, made once for the tests of a file; each test's own changes are undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.set_to(MONDAY_MORNING):
            made = _fill(make_review())
        with connection.cursor() as cursor:  # let the acts take their places in the register
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def portfolio(filled: Portfolio, db: None) -> Iterator[Portfolio]:
    """The portfolio, looked at twelve days later, when some of it is late."""
    with clock.set_to(MONDAY_MORNING + timedelta(days=12)):
        forget_held()
        yield replace(
            filled,
            now=clock.now(),
            cases={name: Case.objects.get(pk=case.pk) for name, case in filled.cases.items()},
        )
    forget_held()


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which a person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
