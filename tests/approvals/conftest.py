from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from apps.audit import clock
from tests.factories.approvals import Review, make_review

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def at_monday() -> Iterator[datetime]:
    """The clock stands at Monday 2 March 2026, 09:00 UTC."""
    with clock.set_to(MONDAY_MORNING):
        yield MONDAY_MORNING


@pytest.fixture
def review(db: None, at_monday: datetime) -> Review:
    return make_review()
