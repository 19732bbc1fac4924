import json
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, Error, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from apps.audit import export, register, verification, verifier
from apps.audit.models import Commitment, Event, Head, Link

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def write(verb: str = "try", **changes: Any) -> uuid.UUID:
    given: dict[str, Any] = {
        "verb": verb,
        "by": None,
        "obj_kind": "case",
        "obj_id": uuid.UUID(int=7),
        "occurred_at": MOMENT,
    }
    return register.record(**(given | changes))


# What is written --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_event_holds_every_field_as_canonical_text() -> None:
    case_id = uuid.uuid4()
    event_id = write(
        case_id=case_id,
        capacity="cito",
        version_hash="ab" * 32,
        auth_method="password",
        step_up_at=MOMENT,
        policy_version="3",
        facts={"amount": Decimal("12.50"), "round": 1, "final": True, "none": None, "on": MOMENT},
    )
    event = Event.objects.get(pk=event_id)
    found = json.loads(event.payload)
    assert found.pop("clock_reading").startswith("live 20")
    assert found == {
        "v": 1,
        "id": str(event_id),
        "occurred_at": "2026-03-02T12:00:00.000000Z",
        "origin": "live",
        "verb": "try",
        "actor_id": None,
        "capacity": "cito",
        "on_behalf_of_id": None,
        "instrument_id": None,
        "object_kind": "case",
        "object_id": str(uuid.UUID(int=7)),
        "case_id": str(case_id),
        "version_hash": "ab" * 32,
        "auth_method": "password",
        "step_up_at": "2026-03-02T12:00:00.000000Z",
        "policy_version": "3",
        "facts": {
            "amount": "12.50",
            "round": 1,
            "final": True,
            "none": None,
            "on": "2026-03-02T12:00:00.000000Z",
        },
        "commitments": {},
    }
    assert (event.verb, event.case_id, event.occurred_at, event.origin) == ("try", case_id, MOMENT, "live")


@pytest.mark.django_db
def test_text_that_may_be_erased_enters_as_a_commitment() -> None:
    event = Event.objects.get(pk=write(commit={"reason": "Trop cher, e\u0301videmment"}))
    kept = Commitment.objects.get()
    assert "cher" not in event.payload
    committed = json.loads(event.payload)["commitments"]["reason"]
    assert committed == register.commitment(bytes(kept.salt), "Trop cher, \u00e9videmment")
    assert committed != register.commitment(bytes(32), "Trop cher, \u00e9videmment")


@pytest.mark.django_db
def test_recording_costs_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        write()
    with django_assert_num_queries(1):
        write(commit={"a": "x", "b": "y"})


@pytest.mark.django_db
@pytest.mark.parametrize("bad", [1.5, {"a": 1}, [1], "x" * 201, "nul\x00"])
def test_fact_that_is_no_plain_short_value_is_refused(bad: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        write(facts={"bad": bad})


@pytest.mark.django_db
def test_origin_is_that_of_the_block() -> None:
    with register.origin("demo"):
        first = write()
    second = write()
    assert [Event.objects.get(pk=pk).origin for pk in (first, second)] == ["demo", "live"]
    with pytest.raises(ValueError, match="origin"):
        write(origin="elsewhere")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        write()


# Its place in the chain -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_place_is_known_after_commit_only(chained: Callable[[], None]) -> None:
    event_id = write()
    assert register.event_of(event_id) is None
    chained()
    place = register.event_of(event_id)
    assert place is not None
    assert place.seq == 1
    assert place.prev_hash == verifier.GENESIS
    assert verification.verify_register().is_intact


@pytest.mark.django_db(transaction=True)
def test_nested_services_keep_the_order_of_acts() -> None:
    with transaction.atomic():
        write("first")
        with transaction.atomic():
            write("second")
            with transaction.atomic():
                write("third")
        write("fourth")
    assert list(Link.objects.values_list("seq", "event__verb")) == [
        (1, "first"),
        (2, "second"),
        (3, "third"),
        (4, "fourth"),
    ]


@pytest.mark.django_db(transaction=True)
def test_rollback_leaves_nothing_and_no_gap() -> None:
    class Stop(Exception):
        pass

    with transaction.atomic():
        write("kept")
        try:
            with transaction.atomic():
                write("inner")
                raise Stop
        except Stop:
            pass

    def fail() -> None:
        with transaction.atomic():
            write("outer", commit={"reason": "x"})
            raise Stop

    with pytest.raises(Stop):
        fail()
    with transaction.atomic():
        write("after")
    assert list(Link.objects.values_list("seq", "event__verb")) == [(1, "kept"), (2, "after")]
    assert Event.objects.count() == 2
    assert Commitment.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_no_gap() -> None:
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(50):
                with transaction.atomic():
                    write(f"w{number}", facts={"turn": turn})
                    write(f"w{number}b", facts={"turn": turn})
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = verification.verify_register()
    assert (report.is_intact, report.rows) == (True, 800)
    verbs = list(Link.objects.values_list("event__verb", flat=True))
    assert all(f"{one}b" == two for one, two in zip(verbs[::2], verbs[1::2], strict=True))


@pytest.mark.django_db(transaction=True)
def test_recorded_at_is_the_servers_clock_whatever_is_set() -> None:
    from apps.audit import clock

    with clock.set_to(MOMENT), transaction.atomic():
        event_id = write(occurred_at=clock.now())
    place = register.event_of(event_id)
    assert place is not None
    assert abs(place.recorded_at - clock.now()) < timedelta(seconds=20)
    event = Event.objects.get(pk=event_id)
    assert event.occurred_at == MOMENT
    assert json.loads(event.payload)["clock_reading"] == "set 2026-03-02T12:00:00.000000Z"


@pytest.mark.django_db(transaction=True)
def test_head_that_is_held_too_long_is_a_503_that_can_be_tried_again(client: Any) -> None:
    """The wait ends after 3 seconds; nothing is left of the act."""
    from apps.accounts.middleware import RefusalMiddleware

    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            write("slow")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            held.set()
            release.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        with pytest.raises(OperationalError) as caught, transaction.atomic():
            write("late")
    finally:
        release.set()
        thread.join()
    assert list(Link.objects.values_list("event__verb", flat=True)) == ["slow"]

    def never(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    answer = RefusalMiddleware(never).process_exception(RequestFactory().get("/"), caught.value)
    assert answer is not None
    assert answer.status_code == 503


# Who may do what --------------------------------------------------------------------------------------

EVENT = "INSERT INTO audit_event (id, payload) VALUES"
FORBIDDEN_TO_THE_PORTAL = [
    "UPDATE audit_event SET payload = payload",
    "UPDATE audit_event SET id = gen_random_uuid()",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "INSERT INTO audit_event (id, payload, verb) VALUES (gen_random_uuid(), '{}', 'x')",
    "UPDATE audit_link SET hash = prev_hash",
    "DELETE FROM audit_link",
    "TRUNCATE audit_link",
    "INSERT INTO audit_link SELECT 9, id, clock_timestamp(), sha256('x'), sha256('x') FROM audit_event LIMIT 1",
    "UPDATE audit_head SET seq = 0",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "INSERT INTO audit_head VALUES (2, 0, sha256('x'))",
    "SELECT seq FROM audit_head FOR UPDATE",
    "UPDATE audit_commitment SET salt = sha256('x')",
    "DELETE FROM audit_commitment",
    "TRUNCATE audit_commitment",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_event_chain",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_event_chain ON audit_event",
    "DROP TABLE audit_event CASCADE",
    "CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    "SELECT audit_chain()",
    "SET session_replication_role = replica",
    "SET ROLE ictgov_owner",
    "CREATE TABLE public.audit_shadow (id int)",
    "LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE",
]
FORBIDDEN_TO_THE_OWNER = [
    "UPDATE audit_event SET payload = payload || ' '",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "UPDATE audit_event SET verb = 'x'",
    "UPDATE audit_link SET hash = prev_hash",
    "DELETE FROM audit_link",
    "TRUNCATE audit_link",
    "INSERT INTO audit_link SELECT 9, id, clock_timestamp(), sha256('x'), sha256('x') FROM audit_event LIMIT 1",
    "UPDATE audit_head SET seq = 0",
    "DELETE FROM audit_head",
    "INSERT INTO audit_head VALUES (1, 0, sha256('x'))",
    "UPDATE audit_commitment SET salt = sha256('x')",
    "TRUNCATE audit_commitment",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN_TO_THE_PORTAL)
def test_portal_may_only_append(statement: str, chained: Callable[[], None]) -> None:
    write(commit={"reason": "x"})
    chained()
    before = list(export.rows())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "ictgov_app"
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            cursor.execute(statement)
    assert caught.value.__cause__.pgcode in {"42501", "428C9"}, caught.value  # type: ignore[union-attr]
    assert list(export.rows()) == before


@pytest.mark.django_db(transaction=True)
def test_owner_may_only_append(as_owner: Any) -> None:
    with transaction.atomic():
        write(commit={"reason": "x"})
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "ictgov_owner"
        for statement in FORBIDDEN_TO_THE_OWNER:
            with pytest.raises(Error) as caught:
                cursor.execute(statement)
            assert caught.value.__cause__.pgcode in {"42501", "428C9"}, statement  # type: ignore[union-attr]
    assert verification.verify_register().is_intact


@pytest.mark.django_db(transaction=True)
def test_owner_may_erase_a_salt_and_the_chain_stays_whole(as_owner: Any) -> None:
    with transaction.atomic():
        write(commit={"reason": "x"})
    with as_owner():
        Commitment.objects.all().delete()
    assert verification.verify_register().is_intact


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tamper", "bad"),
    [
        ("UPDATE audit_event SET payload = replace(payload, 'v3', 'vx')", 3),
        ("UPDATE audit_link SET recorded_at = recorded_at - interval '1 hour' WHERE seq = 4", 4),
        ("DELETE FROM audit_link WHERE seq = 2", 2),
        ("DELETE FROM audit_link WHERE seq = 5", 5),
        ("UPDATE audit_link SET seq = 9 WHERE seq = 1", 1),
    ],
)
def test_owner_who_lifts_the_guards_is_found_out(as_owner: Any, tamper: str, bad: int) -> None:
    for number in range(1, 6):
        with transaction.atomic():
            write(f"v{number}")
    with as_owner(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_link"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(tamper)
    report = verification.verify_register()
    assert report.fault is not None
    assert report.fault.seq == bad


@pytest.mark.django_db
def test_event_that_names_another_id_is_refused() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{EVENT} (gen_random_uuid(), %s)",
            [json.dumps({"v": 1, "id": str(uuid.uuid4()), "origin": "live"})],
        )


@pytest.mark.django_db
def test_models_write_nothing() -> None:
    with pytest.raises(TypeError):
        Event(id=uuid.uuid4(), payload="{}").save()
    with pytest.raises(TypeError):
        Event(id=uuid.uuid4(), payload="{}").delete()
    assert Head.objects.get().seq == 0


@pytest.mark.django_db
def test_no_foreign_key_leaves_the_register() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND (conrelid::regclass::text LIKE 'audit\\_%'"
            " OR confrelid::regclass::text LIKE 'audit\\_%')"
        )
        assert cursor.fetchall() == [("audit_link", "audit_event")]


@pytest.mark.django_db
def test_everything_is_owned_by_the_owner_and_always_guarded() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_userbyid(relowner) FROM pg_class"
            " WHERE relname LIKE 'audit\\_%' AND relkind = 'r'"
        )
        assert {owner for _table, owner in cursor.fetchall()} == {"ictgov_owner"}
        cursor.execute(
            "SELECT tgname, tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'audit\\_%'"
        )
        guards = cursor.fetchall()
        assert len(guards) == 15
        assert {state for _name, state in guards} == {"A"}
        cursor.execute("SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'audit_chain'")
        definer, config = cursor.fetchone()
        assert definer
        assert "search_path=pg_catalog, public, pg_temp" in config
