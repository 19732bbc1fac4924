"""What the journeys stand on: the real offices, the people of the demonstration, and a portal that runs."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from tests.conftest import renew_database
from tests.journeys.portal import Portal

WINDOW_MINUTES = 1
ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"


def load_people(*, with_cases: bool = False) -> None:
    """Offices, calendars, roads, rates, standards, and the people of the demonstration with their instruments."""
    from django.core.management import call_command
    from django.test.utils import override_settings

    from apps.initiatives.demo import play
    from apps.initiatives.management.commands.load_demo import REFERENCE

    for command in REFERENCE:
        call_command(command, verbosity=0, stdout=StringIO())
    with override_settings(PASSWORD_HASHERS=[ARGON2], ICTGOV_CLOCK_SETTABLE=True):
        play.load(with_cases=with_cases)
    enrol_who_decides()


def enrol_who_decides() -> None:
    """An authenticator app for everybody who decides or administers: outside a demonstration nothing else opens."""
    from apps.accounts.factors import needs_factor
    from apps.accounts.models import User
    from tests.factories.offices import enrol

    for person in User.objects.filter(is_active=True, is_service=False):
        if needs_factor(person):
            enrol(person)


def shorten_the_window() -> None:
    """Let decisions take effect a minute after they are taken: a parameter from yesterday on, set as any other."""
    from apps.approvals.services import set_parameter
    from apps.audit import clock

    yesterday = (clock.now() - timedelta(days=1)).date()
    set_parameter(
        key="decision.cooling_off_minutes",
        value=WINDOW_MINUTES,
        valid_from=yesterday,
        source="Journeys",
        by=None,
    )


@pytest.fixture(scope="package")
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of its own with people and offices, committed; the tests of this folder share it."""
    with django_db_blocker.unblock():
        renew_database()
        load_people()
        shorten_the_window()
        yield
        renew_database()


@pytest.fixture(scope="module")
def portal(people: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Web, worker, beat and broker on that database, for one story: the next may start its own."""
    running = Portal(tmp_path_factory.mktemp("portal"))
    try:
        running.start()
        yield running
    finally:
        running.stop()
