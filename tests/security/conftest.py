from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from apps.audit import clock
from tests.approvals.rich import make_rich_review
from tests.factories.approvals import Review

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def at_monday() -> Iterator[datetime]:
    """The clock stands at Monday 2 March 2026, 09:00 UTC."""
    with clock.set_to(MONDAY_MORNING):
        yield MONDAY_MORNING


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> Iterator[None]:
    """What is counted of wrong passwords and many requests begins at nothing."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def review(db: None, at_monday: datetime) -> Review:
    return make_rich_review()


class Doors:
    """The ways in of one person: pages and API."""

    def __init__(self, user: Any) -> None:
        self.pages = Client(raise_request_exception=False)
        self.api = APIClient(raise_request_exception=False)
        if user is not None:
            self.pages.force_login(user)
            self.api.force_login(user)


@pytest.fixture
def doors(review: Review) -> Any:
    """Open the ways in of a person of the review by their key."""
    return lambda name: Doors(review.people[name] if name else None)
