import json
import uuid
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from apps.audit import checkpoints, clock, export, register, verifier
from apps.audit.canonical import sha256_hex
from apps.notices.delivery import drain_outbox
from apps.notices.models import Outbox

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.ICTGOV_CHECKPOINTS = tmp_path / "checkpoints"
    settings.ICTGOV_CHECKPOINT_MAILS = ["witness@example.org"]


def write(events: int, chained: Any, **changes: Any) -> None:
    for _each in range(events):
        register.record(
            verb="try", by=None, obj_kind="case", obj_id=uuid.uuid4(), occurred_at=MOMENT, **changes
        )
    chained()


def test_checkpoint_is_made_after_ten_minutes_or_500_events(chained: Any) -> None:
    with clock.set_to(MOMENT):
        assert checkpoints.make_if_due() is None
        write(1, chained)
        assert checkpoints.make_if_due() is not None
        write(1, chained)
        clock.advance(timedelta(minutes=9, seconds=59))
        assert checkpoints.make_if_due() is None
        clock.advance(timedelta(seconds=1))
        made = checkpoints.make_if_due()
        assert made is not None
        assert made.seq == 2
        clock.advance(timedelta(hours=1))
        assert checkpoints.make_if_due() is None
        write(499, chained)
        clock.advance(timedelta(seconds=-59 * 60))
        assert checkpoints.make_if_due() is None
        write(1, chained)
        assert checkpoints.make_if_due() is not None
    assert [kept.seq for kept in checkpoints.all_kept()] == [1, 2, 502]


def test_checkpoint_is_mailed_to_the_witnesses_and_the_mail_verifies(chained: Any, tmp_path: Path) -> None:
    write(3, chained)
    with clock.set_to(MOMENT):
        made = checkpoints.make()
        assert Outbox.objects.count() == 1
        drain_outbox()
    saved = tmp_path / "saved.eml"
    saved.write_bytes(mail.outbox[0].message().as_bytes())
    assert verifier.checkpoints_of(saved) == [made]
    assert mail.outbox[0].to == ["witness@example.org"]


def test_commands_export_verify_and_name_the_first_bad_row(
    chained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"schema":"short-1"}'
    monkeypatch.setattr(export, "_sources", {"test": lambda: [(sha256_hex(text), text)]})
    write(4, chained)
    write(1, chained, version_hash=sha256_hex(text))
    out = StringIO()
    call_command("checkpoint_register", stdout=out)
    assert out.getvalue().startswith("seq 5\n")
    call_command("checkpoint_register", stdout=out)
    call_command("verify_register", stdout=out)
    assert "INTACT: 5 events" in out.getvalue()

    path = tmp_path / "register.jsonl"
    call_command("export_register", str(path), "--snapshots", str(tmp_path / "snapshots"), stdout=out)
    kept = str(checkpoints.files()[0])
    assert verifier.main([str(path), "--checkpoint", kept, "--snapshots", str(tmp_path / "snapshots")]) == 0
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]))
    assert verifier.main([str(path), "--checkpoint", kept]) == 1


def test_verify_finds_a_snapshot_row_that_was_changed(chained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = sha256_hex("as it was")
    monkeypatch.setattr(export, "_sources", {"test": lambda: [(name, "as it is now")]})
    write(2, chained)
    write(1, chained, version_hash=name)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_register", stdout=out)
    assert "first bad seq: 3" in out.getvalue()


def test_verify_with_an_unreadable_checkpoint_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("verify_register", "--checkpoint", str(tmp_path / "absent"))
    assert caught.value.returncode == 2


def test_export_is_read_back_as_it_was(chained: Any, tmp_path: Path) -> None:
    write(5, chained, commit={"reason": "raison « élevée »"})
    path = tmp_path / "register.jsonl"
    call_command("export_register", str(path), stdout=StringIO())
    assert list(verifier.rows_of(path)) == [json.loads(json.dumps(row)) for row in export.rows(batch=2)]
