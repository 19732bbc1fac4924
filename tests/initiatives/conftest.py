import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit import clock
from apps.initiatives import services
from apps.initiatives.models import Initiative
from tests.factories.offices import Organization, make_organization
from tests.initiatives.content import complete_case


@pytest.fixture
def statements() -> Any:
    """A context manager that gives the statements of its block; BEGIN, COMMIT and savepoints do not count."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        made: list[str] = []
        with CaptureQueriesContext(connection) as context:
            yield made
        made += [q["sql"] for q in context.captured_queries if not SAVEPOINT.match(q["sql"])]

    return counted


SAVEPOINT = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b")
MONDAY_MORNING = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
ANSWERS = {
    "kind": "package",
    "funds": "peacekeeping_mission",
    "data": "unclassified",
    "reach": "one_office",
}


@pytest.fixture
def at_monday() -> Iterator[datetime]:
    """The clock stands at Monday 6 July 2026, 09:00 UTC."""
    with clock.set_to(MONDAY_MORNING):
        yield MONDAY_MORNING


@pytest.fixture
def organization(db: None, at_monday: datetime) -> Organization:
    """The small Organization, with the roads, the parameters, the rates and no standards."""
    made = make_organization()
    call_command("load_routes", verbosity=0)
    call_command("load_rates", verbosity=0)
    return made


@pytest.fixture
def submitter(organization: Organization):
    return organization.people["submitter"]


@pytest.fixture
def initiative(organization: Organization, submitter) -> Initiative:
    """A draft that was just begun."""
    return services.start_draft(
        office=organization.office("UNMISS"),
        answers=ANSWERS,
        title="Fuel receipts",
        language="en",
        by=submitter,
    )


@pytest.fixture
def complete(initiative: Initiative, submitter) -> Initiative:
    """A draft that can be handed on."""
    services.save_draft(initiative_id=initiative.pk, changes=complete_case(), base_revision=0, by=submitter)
    return initiative
