"""Witnesses: each gets every checkpoint, one that cannot be reached is tried again, and nothing is signed over a
chain that one of them saw otherwise."""

import json
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, ProgrammingError, connection, transaction

from apps.audit import checkpoints, clock, register, signing, verification, verifier
from apps.audit import witnesses as folders
from apps.audit.checks import checkpoints_reach_two_witnesses
from apps.audit.models import CheckpointKey, SignedCheckpoint
from apps.notices.delivery import drain_outbox
from apps.notices.witnesses import witnesses
from ictgov import health, schedule

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OFFICE = "audit@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Any) -> tuple[Path, Path]:
    settings.ICTGOV_CHECKPOINT_KEY_FILE = str(tmp_path / "checkpoint.key")
    settings.ICTGOV_CHECKPOINTS = tmp_path / "one"
    settings.ICTGOV_CHECKPOINT_COPIES = [str(tmp_path / "two")]
    settings.ICTGOV_CHECKPOINT_MAILS = [OFFICE]
    return tmp_path / "one", tmp_path / "two"


def act(chained: Callable[[], None], number: int = 1) -> None:
    for _each in range(number):
        register.record(verb="try", by=None, obj_kind="case", obj_id=uuid.uuid4(), occurred_at=MOMENT)
    chained()


def states(now: datetime) -> dict[str, tuple[int | None, str]]:
    return {one.name.rpartition("/")[2]: (one.seq, one.state) for one in witnesses(now)}


def ready() -> dict[str, Any]:
    """What /readyz says (the answer itself gives the test's connection back)."""
    return health._register(clock.now())


def test_every_witness_gets_every_checkpoint_with_its_signature(
    chained: Any, places: tuple[Path, Path], tmp_path: Path
) -> None:
    with clock.set_to(MOMENT):
        for _each in range(3):
            act(chained)
            checkpoints.make()
        drain_outbox()
        assert states(clock.now()) == {"one": (3, "holds"), "two": (3, "holds"), OFFICE: (3, "holds")}
    keys = {signing.own_key().public.id: signing.own_key().public}
    for place in places:
        kept = verifier.checkpoints_of(place / "checkpoints-2026-03-02.jsonl")
        assert [one.seq for one in kept] == [1, 2, 3]
        assert all(verifier.is_signed(one, keys[one.key]) for one in kept)
        assert verifier.keys_of(place / "public-keys.txt").keys() == keys.keys()
    saved = tmp_path / "saved.eml"
    mailed = []
    for message in mail.outbox:  # all three were due at one instant, so they go out in any order
        saved.write_bytes(message.message().as_bytes())
        mailed += verifier.checkpoints_of(saved)
    assert sorted(mailed, key=lambda one: one.seq) == kept
    by_mail = kept[2:]
    report = verification.verify_register(by_mail, keys=keys)
    assert (report.is_intact, report.signed) == (True, 3)


def test_folder_that_cannot_be_reached_is_behind_and_is_tried_again(
    chained: Any, places: tuple[Path, Path]
) -> None:
    """A file stands where the folder should be, as where a disk is not there."""
    _one, two = places
    two.write_text("no folder")
    with clock.set_to(MOMENT):
        act(chained)
        run = schedule.tick()
        assert (run.checkpoint_seq, run.error) == (1, "")
        assert states(clock.now()) == {
            "one": (1, "holds"),
            "two": (None, "unreachable"),
            OFFICE: (1, "holds"),
        }
        told = ready()
        assert (told["witnesses"], told["witnesses_behind"]) == (3, 1)
        act(chained)
        clock.advance(timedelta(minutes=11))
        schedule.tick()
        two.unlink()
        clock.advance(timedelta(seconds=30))
        schedule.tick()
        assert states(clock.now())["two"] == (2, "holds")
        assert ready()["witnesses_behind"] == 0
    assert [one.seq for one in verifier.checkpoints_of(two / "checkpoints-2026-03-02.jsonl")] == [1, 2]


def test_mail_that_does_not_go_out_is_behind_after_two_minutes(chained: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.audit.test_witnesses.Down"
    with clock.set_to(MOMENT):
        act(chained)
        schedule.tick()
        assert states(clock.now())[OFFICE] == (None, "waits")
        clock.advance(timedelta(minutes=2, seconds=1))
        assert states(clock.now())[OFFICE] == (None, "behind")
        assert ready()["witnesses_behind"] == 1
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        schedule.tick()
        assert states(clock.now())[OFFICE] == (1, "holds")


class Down:
    """A mail server that is not there."""

    def __init__(self, **given: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError

    def close(self) -> None:
        pass


def test_line_that_was_torn_off_is_written_whole(chained: Any, places: tuple[Path, Path]) -> None:
    act(chained)
    checkpoints.make()
    path = next(places[1].glob("*.jsonl"))
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    assert folders.last_of(places[1]) == verifier.checkpoints_of(places[0] / path.name)[0]
    act(chained)
    checkpoints.make()
    found = [one.seq for file in sorted(places[1].glob("*.jsonl")) for one in verifier.checkpoints_of(file)]
    assert found == [1, 2]


def test_nothing_is_signed_over_a_restored_backup(chained: Any, places: tuple[Path, Path]) -> None:
    """The witness has row 5; the register that came back ends at 2, and then goes on otherwise."""
    with clock.set_to(MOMENT):
        act(chained, 2)
        checkpoints.make()
        line = json.loads((places[1] / "checkpoints-2026-03-02.jsonl").read_text())
        later = signing.signed(verifier.Checkpoint(5, "ab" * 32, "2026-03-02T12:05:00.000000Z"))
        line |= {"seq": later.seq, "head": later.head, "time": later.time, "signature": later.signature}
        with (places[1] / "checkpoints-2026-03-02.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        assert checkpoints.parted_at() == 5
        for _each in range(4):
            act(chained)
            with pytest.raises(checkpoints.RegisterParted, match="seq 5"):
                checkpoints.make()
        assert SignedCheckpoint.objects.count() == 1
        assert states(clock.now())["two"] == (5, "differs")
        assert ready()["register_parted"] is True
        clock.advance(timedelta(minutes=11))
        assert "RegisterParted" in schedule.tick().error
    report = verification.verify_register()
    assert report.fault is not None
    assert (report.fault.code, report.fault.seq) == ("checkpoint", 3)


def test_key_that_is_replaced_verifies_for_ever(chained: Any, settings: Any, tmp_path: Path) -> None:
    act(chained)
    checkpoints.make()
    settings.ICTGOV_CHECKPOINT_KEY_FILE = str(tmp_path / "new.key")
    act(chained)
    made = checkpoints.make()
    assert made is not None
    assert made.key == signing.own_key().public.id
    assert CheckpointKey.objects.count() == 2
    report = verification.verify_register()
    assert (report.is_intact, report.signed) == (True, 2)
    alone = verification.verify_register(keys={made.key: signing.own_key().public})
    assert alone.fault is not None
    assert (alone.fault.code, alone.fault.seq) == ("checkpoint_key", 1)


def test_checkpoints_of_before_are_followed_by_a_signed_one_of_the_same_row(
    chained: Any, places: tuple[Path, Path]
) -> None:
    with clock.set_to(MOMENT):
        act(chained)
        place = register.event_of(register_last())
        assert place is not None
        places[0].mkdir()
        old = {"seq": 1, "head": place.hash, "time": "2026-03-02T11:59:59.000000Z"}
        (places[0] / "checkpoints-2026-03-02.jsonl").write_text(json.dumps(old) + "\n")
        made = checkpoints.make_if_due()
    assert made is not None
    assert made.seq == 1
    report = verification.verify_register()
    assert (report.is_intact, report.signed) == (True, 1)


def register_last() -> uuid.UUID:
    from apps.audit.models import Link

    link = Link.objects.order_by("-seq").first()
    assert link is not None
    return link.event_id


def test_without_a_key_nothing_is_signed_and_the_tick_says_why(chained: Any, settings: Any) -> None:
    settings.PRODUCTION = True
    act(chained)
    run = schedule.tick()
    assert "NoSigningKey" in run.error
    assert SignedCheckpoint.objects.count() == 0


def test_portal_may_add_checkpoints_and_change_none(chained: Any, as_owner: Any) -> None:
    act(chained)
    checkpoints.make()
    for sql in (
        "UPDATE audit_signedcheckpoint SET head = repeat('ab', 32)",
        "DELETE FROM audit_signedcheckpoint",
        "TRUNCATE audit_signedcheckpoint",
        "UPDATE audit_checkpointkey SET public = repeat('ab', 32)",
        "DELETE FROM audit_checkpointkey",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckpointKey.objects.create(id="0" * 16, public="ab" * 32, first_used_at=MOMENT)


@pytest.mark.django_db(transaction=True)
def test_owner_is_stopped_and_a_row_that_was_changed_nevertheless_is_found(as_owner: Any) -> None:
    with transaction.atomic():
        register.record(verb="try", by=None, obj_kind="case", obj_id=uuid.uuid4(), occurred_at=MOMENT)
    checkpoints.make()
    with as_owner(), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="append-only"):
            cursor.execute("UPDATE audit_signedcheckpoint SET head = repeat('ab', 32)")
        cursor.execute("ALTER TABLE audit_signedcheckpoint DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_signedcheckpoint SET head = repeat('ab', 32)")
    report = verification.verify_register()
    assert report.fault is not None
    assert report.fault.code == "checkpoint_signature"


@pytest.mark.django_db(transaction=True)
def test_two_who_make_one_at_once_make_one() -> None:
    with transaction.atomic():
        register.record(verb="try", by=None, obj_kind="case", obj_id=uuid.uuid4(), occurred_at=MOMENT)
    made: list[object] = []

    def make() -> None:
        made.append(checkpoints.make())
        connection.close()

    threads = [threading.Thread(target=make) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in made) == 1
    assert len(checkpoints.all_kept()) == SignedCheckpoint.objects.count() == 1


def test_production_asks_for_two_places(settings: Any) -> None:
    assert checkpoints_reach_two_witnesses(None) == []
    settings.ICTGOV_CHECKPOINT_MAILS = []
    assert checkpoints_reach_two_witnesses(None) == []
    settings.ICTGOV_CHECKPOINT_COPIES = []
    assert [error.id for error in checkpoints_reach_two_witnesses(None)] == ["audit.E002"]
