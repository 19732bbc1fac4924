"""Literal counts of statements for each list and page of the roof, at 1, 3 and 1,000 rows."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.accounts.navigation import forget_held
from apps.approvals.models import Case, Route, Turn
from apps.audit import clock, register
from tests.approvals.conftest import MONDAY_MORNING
from tests.factories.approvals import Review, make_review

SignIn = Callable[[User], Client]
STAGES = (
    ("intake", "oict_intake", "completeness"),
    ("assessments", "value", "assess"),
    ("decision", "decider", "decide"),
)


@pytest.fixture
def review(db: None, settings: Any, tmp_path: Path) -> Any:
    settings.ICTGOV_CHECKPOINTS = tmp_path / "checkpoints"
    with clock.set_to(MONDAY_MORNING):
        yield make_review()


def fill(review: Review, number: int) -> None:
    """So many submitted cases in three stages, each with an overdue turn of OICT, and an event each."""
    route = Route.objects.get(key="probe-road")
    office = review.org.office("UNMISS")
    cases, turns = [], []
    for index in range(number):
        stage, desk, step = STAGES[index % 3]
        case = Case(
            subject_kind="probe",
            subject_id=uuid.uuid4(),
            route=route,
            reference=f"OICT-2026-UNMISS-{index:04d}",
            stage=stage,
            version_number=1,
            version_hash=f"{index:064x}",
            office=office,
            tier=1,
            value_usd=1000 + index,
            title=f"Case {index}",
            submitted_at=MONDAY_MORNING - timedelta(minutes=index),
            opened_at=MONDAY_MORNING,
            stage_entered_at=MONDAY_MORNING,
        )
        cases.append(case)
        turns.append(
            Turn(
                case=case,
                round=1,
                visit=1,
                stage=stage,
                desk=desk,
                step=step,
                office=review.org.office("OICT"),
                capacity="reviewer",
                seats=["reviewer_value@oict"],
                side="oict",
                opened_at=MONDAY_MORNING,
                days=5,
                days_left=5,
                clock_from=MONDAY_MORNING,
                due_at=MONDAY_MORNING - timedelta(days=1),
            )
        )
        if index < 60:
            register.record(
                verb="case.open",
                by=review.people["submitter"],
                obj_kind="case",
                obj_id=case.pk,
                case_id=case.pk,
                occurred_at=clock.now(),
            )
    Case.objects.bulk_create(cases)
    Turn.objects.bulk_create(turns)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def statements(client: Client, address: str) -> int:
    """Statements of one request, the frame's held answers and everything else that a process keeps already known."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    counted = [
        query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))
    ]
    return len(counted)


@pytest.mark.parametrize("number", [1, 3, 1000])
@pytest.mark.parametrize(
    ("person", "address", "expected"),
    [
        ("member", "/dashboard/", 13),
        ("member", "/dashboard/cases/", 9),
        ("member", "/dashboard/cases/?state=overdue", 9),
        ("member", "/api/v1/dashboard/", 9),
        ("member", "/api/v1/dashboard/cases/", 8),
        ("auditor", "/register/", 11),  # with the recent checkpoints
        ("auditor", "/api/v1/register/events/", 7),
    ],
)
def test_statements_do_not_grow_with_rows(
    review: Review, signed_in: SignIn, number: int, person: str, address: str, expected: int
) -> None:
    forget_held()
    fill(review, number)
    assert statements(signed_in(review.people[person]), address) == expected
