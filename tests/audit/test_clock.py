import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from apps.audit import clock

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_set_clock_stands_until_the_block_ends() -> None:
    with clock.set_to(MOMENT):
        assert clock.now() == MOMENT
        assert clock.reading() == "set 2026-03-02T12:00:00.000000Z"
        clock.advance(timedelta(days=1))
        with clock.set_to(MOMENT.astimezone(timezone(timedelta(hours=3)))):
            assert clock.now() == MOMENT
        assert clock.now() == MOMENT + timedelta(days=1)
    assert not clock.is_set()
    assert clock.reading().startswith("live ")


def test_clock_is_not_set_where_it_may_not_be(settings: Any) -> None:
    settings.ICTGOV_CLOCK_SETTABLE = False
    with pytest.raises(ImproperlyConfigured), clock.set_to(MOMENT):
        pass
    with pytest.raises(ImproperlyConfigured):
        clock.advance(timedelta(days=1))


def test_clock_is_set_to_aware_instants() -> None:
    with pytest.raises(ValueError, match="aware"), clock.set_to(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


@pytest.mark.django_db
def test_inside_a_transaction_it_is_the_servers_clock(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        one = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        assert one < cursor.fetchone()[0] < clock.now()
    assert one.utcoffset() == timedelta()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_costs_nothing_and_agrees(django_assert_num_queries: Any) -> None:
    with transaction.atomic():
        server = clock.now()
    with django_assert_num_queries(0):
        estimate = clock.now()
    assert server < estimate < server + timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_moment_after_a_lock_is_later_than_the_lock() -> None:
    from apps.audit.models import Head  # any row to wait for
    from apps.notices.models import TickRun

    assert Head.objects.count() == 1
    row = TickRun.objects.create(started_at=MOMENT)
    seen: list[datetime] = []

    def wait_for_it() -> None:
        with transaction.atomic():
            TickRun.objects.select_for_update().get(pk=row.pk)
            seen.append(clock.now())
        connection.close()

    with transaction.atomic():
        TickRun.objects.select_for_update().get(pk=row.pk)
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        thread.join(0.3)
        let_go = clock.now()
    thread.join()
    assert seen[0] > let_go


def test_settable_clock_is_an_error_of_deployment(settings: Any) -> None:
    settings.ICTGOV_CLOCK_SETTABLE = True
    found = [message.id for message in run_checks(include_deployment_checks=True, tags=["security"])]
    assert "audit.E001" in found
