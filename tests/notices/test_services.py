from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from apps.accounts.models import User
from apps.audit import clock
from apps.notices import queries, services
from apps.notices.models import Notice, Outbox, Timer

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def reader() -> User:
    return User.objects.create_user(email="amina@example.org", password="x", full_name="Amina", language="fr")


def test_set_timer_twice_moves_the_one_that_waits() -> None:
    thing = uuid4()
    services.set_timer(kind="t", object_id=thing, due_at=MOMENT, due_version=1)
    services.set_timer(kind="t", object_id=thing, due_at=MOMENT + timedelta(days=1), due_version=1)
    services.set_timer(kind="t", object_id=thing, due_at=MOMENT, due_version=2)
    assert sorted(Timer.objects.values_list("due_version", "due_at")) == [
        (1, MOMENT + timedelta(days=1)),
        (2, MOMENT),
    ]


def test_set_timer_leaves_one_that_has_fired() -> None:
    thing = uuid4()
    services.set_timer(kind="t", object_id=thing, due_at=MOMENT)
    Timer.objects.update(fired_at=MOMENT)
    services.set_timer(kind="t", object_id=thing, due_at=MOMENT + timedelta(days=1))
    assert Timer.objects.get().due_at == MOMENT


def test_set_timer_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="aware"):
        services.set_timer(kind="t", object_id=uuid4(), due_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_cancel_timers_takes_the_kinds_named() -> None:
    thing = uuid4()
    services.set_timers(object_id=thing, due={"a": MOMENT, "b": MOMENT})
    assert services.cancel_timers(object_id=thing, kinds=["a"]) == 1
    assert list(Timer.objects.filter(cancelled_at=None).values_list("kind", flat=True)) == ["b"]


def test_post_says_a_thing_once_to_a_person(reader: User) -> None:
    for _again in range(3):
        services.post(recipients=[reader, reader], code="x", params={"at": 1}, dedupe_key="turn:1:50")
    assert Notice.objects.count() == 1
    assert Outbox.objects.count() == 1


def test_post_leaves_out_the_inactive_and_services(reader: User) -> None:
    reader.is_active = False
    reader.save()
    services.post(recipients=[reader], code="x", params={}, dedupe_key="k")
    assert Notice.objects.count() == 0


def test_post_before_its_time_is_neither_shown_nor_due(reader: User) -> None:
    with clock.set_to(MOMENT):
        services.post(
            recipients=[reader], code="x", params={}, dedupe_key="k", not_before=MOMENT + timedelta(days=2)
        )
        assert queries.inbox(reader).count() == 0
        assert Outbox.objects.get().next_at == MOMENT + timedelta(days=2)
    with clock.set_to(MOMENT + timedelta(days=2)):
        assert queries.inbox(reader).count() == 1


def test_post_costs_two_statements(reader: User, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        services.post(recipients=[reader], code="x", params={}, dedupe_key="k", at=MOMENT)
