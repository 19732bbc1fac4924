"""The world of the proofs, made once for the tests of a file; what a test changes is undone after it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from apps.accounts.navigation import forget_held
from apps.audit import clock
from apps.dashboards.services import start_verification
from tests.security.proofs.world import MORNING, STATES, World, make_world

#: A file that needs fewer cases names them in `STATES_OF_THE_WORLD`.
LATER = MORNING + timedelta(minutes=10)


@pytest.fixture(scope="module")
def whole_world(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    """A case in each state before fourteen personas, in a transaction that is never committed."""
    states = getattr(request.module, "STATES_OF_THE_WORLD", STATES)
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.set_to(MORNING):
            made = make_world(states)
            start_verification(whole=True, by=made.people["auditor"])
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True, scope="module")
def _pages_are_drawn_as_in_production() -> Iterator[None]:
    """Django's tests copy the context of every template that is drawn; nothing here looks at it, and it costs much.
    Tests of other folders, which do look, come after in the same process."""
    from django.template.base import Template
    from django.test.utils import _TestState

    kept = Template._render
    Template._render = _TestState.saved_data.template_render
    yield
    Template._render = kept


@pytest.fixture
def world(whole_world: World, db: None) -> Iterator[World]:
    """The world ten minutes later (a decision can still be withdrawn), with nothing held from before."""
    cache.clear()
    forget_held()
    logging.disable(logging.CRITICAL)  # thousands of refusals are what is wanted here
    with clock.set_to(LATER):
        yield whole_world
    logging.disable(logging.NOTSET)
    forget_held()
    cache.clear()
