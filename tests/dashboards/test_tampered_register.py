"""A register that its owner changed under the guards: the page refuses it, and names the first bad row."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from apps.accounts.models import User
from apps.audit import checkpoints, clock, register
from apps.dashboards.models import Verification
from apps.offices.choices import OfficeKind, Role
from tests.factories.offices import appoint, make_office, make_person, make_post

SNAPSHOT = "UPDATE initiatives_businesscaseversion SET snapshot = snapshot || ' '"


@pytest.fixture
def auditor(
    transactional_db: None, signed_in: Callable[[User], Client], settings: Any, tmp_path: Path
) -> Client:
    """An auditor's browser, and a register of some rows with a checkpoint of the last one."""
    settings.ICTGOV_CHECKPOINTS = tmp_path
    office = make_office("UN-SECRETARIAT", OfficeKind.HEADQUARTERS)
    person = appoint(make_post(office, Role.AUDITOR), make_person("Auditor Person"))
    for number in range(12):
        with transaction.atomic():
            register.record(
                verb=f"try{number}", by=person, obj_kind="test", obj_id=uuid.uuid4(), occurred_at=clock.now()
            )
    checkpoints.make()
    return signed_in(person)


@pytest.mark.parametrize(
    ("sql", "bad", "code"),
    [
        ("UPDATE audit_event SET payload = replace(payload, 'try4', 'tryx')", "try4", "hash"),
        ("UPDATE audit_link SET recorded_at = recorded_at - interval '1 hour' WHERE seq = 4", 4, "hash"),
        ("DELETE FROM audit_link WHERE seq = 5", 5, "missing"),
        ("UPDATE audit_link SET seq = 99 WHERE seq = 3", 3, "missing"),
        ("DELETE FROM audit_link WHERE seq > 10", 11, "truncated"),
        ("UPDATE audit_head SET seq = seq + 1", "end", "head"),
        (
            "DELETE FROM audit_link; UPDATE audit_head SET seq = 0, hash = decode(repeat('00', 32), 'hex')",
            1,
            "truncated",
        ),
    ],
)
def test_tampered_register_is_refused_with_its_first_bad_row(
    auditor: Client, as_owner: Any, sql: str, bad: int | str, code: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq FROM audit_link l JOIN audit_event e ON e.id = l.event_id WHERE e.verb = 'try4'"
        )
        place = {"try4": cursor.fetchone()[0]}
        cursor.execute("SELECT max(seq) FROM audit_link")
        place["end"] = cursor.fetchone()[0] + 1
    with as_owner(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_link", "audit_head"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
    text = auditor.post("/register/verify/", follow=True).content.decode()
    seq = place.get(bad, bad) if isinstance(bad, str) else bad
    assert f"First bad row: {seq}<" in text
    run = Verification.objects.get()
    assert (run.is_intact, run.fault_seq, run.fault_code, run.seq) == (False, seq, code, int(seq) - 1)
    assert "first bad row:" in auditor.get("/register/").content.decode()
