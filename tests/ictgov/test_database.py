"""The portal's database role owns nothing, and each test gets its own rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction


def _one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_portal_role_owns_nothing(db: None) -> None:
    assert _one("SELECT current_user::text") == "ictgov_app"
    assert _one("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'ictgov_app'") == 0
    assert (
        _one("SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        is False
    )


def test_owner_owns_every_table(db: None) -> None:
    assert _one(
        "SELECT array_agg(DISTINCT pg_get_userbyid(relowner)::text) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind = 'r'"
    ) == ["ictgov_owner"]


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE accounts_user CASCADE",
        "ALTER TABLE accounts_user DISABLE TRIGGER ALL",
        "CREATE TABLE public.mine (id int)",
        "DROP TABLE accounts_user CASCADE",
        "SET ROLE ictgov_owner",
        "SET session_replication_role = replica",
    ],
)
def test_portal_role_may_not(db: None, statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        _one(statement)


def test_extensions_are_there(db: None) -> None:
    assert _one(
        "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'"
    ) == [
        "btree_gist",
        "pg_trgm",
        "unaccent",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_transactional_test_starts_with_a_fresh_clone(time: str) -> None:
    assert _one("SELECT count(*) FROM django_session") == 0
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', '2026-07-01T00:00:00Z')")
    assert _one("SELECT count(*) FROM django_session") == 1


def test_broker_answers(redis_url: str) -> None:
    import redis

    client = redis.Redis.from_url(redis_url)
    assert client.ping() is True
    client.close()


def test_database_is_fit(db: None) -> None:
    from django.core.management import call_command

    call_command("check", databases=["default"])


@pytest.mark.django_db(transaction=True)
def test_check_names_a_role_that_may_too_much(as_owner: Callable[[], Any]) -> None:
    from ictgov.checks import database_is_fit

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")  # the tests' owner is a superuser, as no portal's role may be
        assert [found.id for found in database_is_fit(databases=["default"])] == ["ictgov.E004"]
