"""Tampering that only signed checkpoints at two witnesses show: replaced, forged, forked, restored, cut off.

With `test_tamper.py` these are the kinds of the plan. Bytes of attachments are not among them yet: the portal keeps no
attachments, and a snapshot that was changed stands for what a version names by its hash.
"""

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.audit import verifier
from apps.audit.signing import SigningKey
from apps.audit.verifier import Checkpoint

from .test_tamper import (
    LENGTH,
    WITHOUT_CHECKPOINT,
    Rows,
    edit_payload,
    hashed,
    last_row_only,
    log,
    payload,
    run,
    write,
    write_snapshots,
)

KEY = SigningKey(hashlib.sha256(b"the portal").digest())
OTHER = SigningKey(hashlib.sha256(b"somebody else").digest())
KEYS = {KEY.public.id: KEY.public}
LONG = 1000
POSITIONS = range(1, LENGTH + 1)


def signed(rows: Rows, seq: int, *, key: SigningKey = KEY, witness: str = "", **changes: str) -> Checkpoint:
    """The checkpoint of a row, signed."""
    said = {"head": rows[seq - 1]["hash"], "time": f"2026-03-02T12:00:{seq % 60:02d}.900000Z"} | changes
    made = Checkpoint(seq, key=key.public.id, witness=witness, **said)
    return dataclasses.replace(made, signature=key.sign(made.message).hex())


def found(rows: Rows, *kept: Checkpoint) -> tuple[str, int]:
    report = verifier.verify(rows, kept, keys=KEYS)
    assert report.fault is not None
    return report.fault.code, report.fault.seq


def test_signed_checkpoints_of_two_witnesses_agree_with_an_intact_log() -> None:
    rows = log()
    kept = [signed(rows, seq, witness=name) for seq in POSITIONS for name in ("folder", "mail")]
    report = verifier.verify(rows, kept, keys=KEYS)
    assert (report.fault, report.checkpoints, report.signed) == (None, LENGTH, LENGTH)
    assert (
        report.bound
        == "This covers up to seq 12, as the last checkpoint; what came after is not proven against truncation."
    )


@pytest.mark.parametrize("seq", POSITIONS)
@pytest.mark.parametrize("part", ["head", "time", "signature", "seq"])
def test_replaced_checkpoint_is_found(seq: int, part: str) -> None:
    """Somebody who rewrote the register writes the witness's file anew, and has no key."""
    rows = log()
    kept = signed(rows, seq)
    edit_payload(rows, seq - 1)
    hashed(rows, seq - 1)
    replaced = {
        "head": dataclasses.replace(kept, head=rows[seq - 1]["hash"]),
        "time": dataclasses.replace(kept, head=rows[seq - 1]["hash"], time="2026-03-02T13:00:00.000000Z"),
        "signature": dataclasses.replace(kept, head=rows[seq - 1]["hash"], signature="ab" * 64),
        "seq": dataclasses.replace(kept, seq=seq % LENGTH + 1, head=rows[seq % LENGTH]["hash"]),
    }[part]
    assert found(rows, replaced) == ("checkpoint_signature", replaced.seq)
    assert verifier.verify(rows, [replaced]).fault is None, "without the key nobody can tell"


@pytest.mark.parametrize("seq", POSITIONS)
def test_checkpoint_signed_with_another_key_is_found(seq: int) -> None:
    rows = log()
    edit_payload(rows, 0)
    hashed(rows)
    assert found(rows, signed(rows, seq, key=OTHER)) == ("checkpoint_key", seq)
    passed_off = dataclasses.replace(signed(rows, seq, key=OTHER), key=KEY.public.id)
    assert found(rows, passed_off) == ("checkpoint_signature", seq)


@pytest.mark.parametrize("seq", POSITIONS)
def test_checkpoint_whose_signature_was_taken_off_is_found(seq: int) -> None:
    rows = log()
    bare = Checkpoint(seq, rows[seq - 1]["hash"])
    assert found(rows, bare) == ("checkpoint_unsigned", seq)
    earlier = [] if seq == 1 else [signed(rows, 1)]
    assert found(rows, bare, *earlier) == ("checkpoint_unsigned", seq)


def test_unsigned_checkpoints_from_before_signing_are_compared_and_prove_no_end() -> None:
    rows = log()
    old = [Checkpoint(seq, rows[seq - 1]["hash"]) for seq in (2, 4)]
    report = verifier.verify(rows, [*old, signed(rows, 8)], keys=KEYS)
    assert (report.fault, report.checkpoints, report.signed) == (None, 3, 1)
    assert "the last checkpoint (seq 8, " in report.bound
    assert found(rows, Checkpoint(2, "ab" * 32), signed(rows, 8)) == ("checkpoint", 1)


@pytest.mark.parametrize("seq", POSITIONS)
def test_fork_shown_to_two_witnesses_is_found_and_says_whom_this_register_agrees_with(seq: int) -> None:
    """Both bear the portal's own signature: it told two stories."""
    one, other = log(), log()
    edit_payload(other, seq - 1)
    hashed(other, seq - 1)
    for last in range(seq, LENGTH + 1):
        kept = [signed(one, last, witness="audit office"), signed(other, last, witness="another site")]
        for rows, agrees in ((one, "audit office"), (other, "another site")):
            for order in (kept, kept[::-1]):
                report = verifier.verify(rows, order, keys=KEYS)
                assert report.fault is not None
                assert (report.fault.code, report.fault.seq) == ("checkpoints_differ", last)
                assert report.fault.sentence.endswith(f"this register agrees with {agrees}")
        assert verifier.verify(one, kept[:1], keys=KEYS).is_intact, "one witness alone cannot tell"
        assert verifier.verify(other, kept[1:], keys=KEYS).is_intact


@pytest.mark.parametrize("seq", POSITIONS)
def test_fork_between_checkpoints_of_different_rows_is_found(seq: int) -> None:
    one, other = log(), log()
    edit_payload(other, seq - 1)
    hashed(other, seq - 1)
    for rows, kept in ((one, signed(other, LENGTH)), (other, signed(one, LENGTH))):
        before = [signed(one, last) for last in range(1, seq)]
        assert found(rows, *before, kept) == ("checkpoint", seq)


@pytest.mark.parametrize("left", range(LENGTH))
def test_old_backup_that_was_restored_is_found(left: int) -> None:
    rows = log()
    kept = [signed(rows, seq) for seq in POSITIONS]
    assert found(rows[:left], *kept) == ("truncated", left + 1)


@pytest.mark.parametrize("left", range(LENGTH))
def test_old_backup_that_went_on_with_other_acts_is_found(left: int) -> None:
    rows = log()
    kept = [signed(rows, seq) for seq in POSITIONS]
    restored = log()
    for row in restored[left:]:
        row["payload"] = payload(row["seq"] + 100)
    hashed(restored, left)
    assert found(restored, *kept) == ("checkpoint", left + 1)
    assert found([*restored, *log(LENGTH + 3)[LENGTH:]], *kept) == ("checkpoint", left + 1)


@pytest.mark.parametrize("last", POSITIONS)
def test_end_cut_off_before_a_checkpoint_is_found_and_after_it_is_the_stated_bound(last: int) -> None:
    rows = log()
    kept = signed(rows, last)
    for left in range(LENGTH + 1):
        report = verifier.verify(rows[:left], [kept], keys=KEYS)
        if left < last:
            assert report.fault is not None
            assert (report.fault.code, report.fault.seq) == ("truncated", left + 1)
        else:
            assert report.fault is None
            assert "not proven against truncation" in report.bound
            assert left == last or f"the last checkpoint (seq {last}, {kept.time})" in report.bound


@pytest.mark.parametrize("seq", POSITIONS)
def test_forged_checkpoint_of_a_row_that_never_was_is_no_truncation(seq: int) -> None:
    rows = log()
    forged = signed(log(LENGTH + seq), LENGTH + seq, key=OTHER)
    assert found(rows, forged) == ("checkpoint_key", LENGTH + seq)
    assert found(rows, forged, signed(log(LENGTH + 20), LENGTH + 20)) == ("truncated", LENGTH + 1)


@pytest.mark.parametrize("seq", [3, 6, 9, 12])
def test_snapshot_row_that_was_changed_is_found(seq: int) -> None:
    rows = log()
    report = verifier.verify(rows, [signed(rows, LENGTH)], keys=KEYS)
    names = {number: hashlib.sha256(f"snapshot {number}".encode()).hexdigest() for number in (3, 6, 9, 12)}
    kept = [(name, "ab" * 32 if number == seq else name) for number, name in names.items()]
    fault = verifier.verify_snapshots(report, kept).fault
    assert fault is not None
    assert (fault.code, fault.seq) == ("snapshot_changed", seq)


# A thousand rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tamper", WITHOUT_CHECKPOINT)
def test_tampering_is_found_at_every_position_of_a_long_log(tamper: Callable[[Rows, int], int]) -> None:
    """Every position, looked at through a window of the log: what stands before it is verified already, and verifying
    in pieces is verifying as a whole (test_tamper.py)."""
    began = time.monotonic()
    whole = long_log()
    wrong = []
    for place in range(LONG):
        start = max(0, min(place - 1, LONG - LENGTH))
        index = place - start
        if last_row_only(tamper, index):
            continue  # a log that ended earlier: only a checkpoint sees it
        rows = [dict(row) for row in whole[start : start + LENGTH]]
        bad = tamper(rows, index)
        if tamper.__name__ == "delete_and_renumber":
            for row in rows:
                row["seq"] += start
        before = Checkpoint(start, whole[start - 1]["hash"]) if start else None
        report = verifier.verify(rows, after=before, to_the_end=False)
        if report.fault is None or report.fault.seq != start + bad:
            wrong.append((place, report.fault))
    assert wrong == []
    assert time.monotonic() - began < 20


def long_log() -> Rows:
    """A thousand rows, made once."""
    if not _long:
        _long.extend(log(LONG))
    return _long


_long: Rows = []


def test_long_log_that_was_rewritten_is_found_from_any_position() -> None:
    whole = long_log()
    kept = [signed(whole, seq) for seq in range(50, LONG + 1, 50)]
    for place in range(0, LONG, 40):
        rows = [dict(row) for row in whole]
        edit_payload(rows, place)
        hashed(rows, place)
        assert found(rows, *kept) == ("checkpoint", place // 50 * 50 + 1)


# The program, as an auditor runs it ------------------------------------------------------------------------------


def file_of(path: Path, *kept: Checkpoint) -> Path:
    names = ("seq", "head", "time", "key", "signature")
    lines = [json.dumps({name: getattr(one, name) for name in names}) for one in kept]
    path.write_text("\n".join(lines) + "\n")
    return path


def mail_of(path: Path, one: Checkpoint, *, packed: bool = False) -> Path:
    from django.core.mail import EmailMessage

    text = f"Keep this.\n\nseq {one.seq}\nhead {one.head}\ntime {one.time}\nkey {one.key}\nsignature {one.signature}\n"
    message = EmailMessage("Register", text, "p@example.org", ["w@example.org"]).message()
    if packed:
        del message["Content-Transfer-Encoding"]
        import email.encoders

        email.encoders.encode_quopri(message)
    path.write_bytes(message.as_bytes())
    return path


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "public-keys.txt"
    path.write_text(f"# kept by the audit office\n{KEY.public.encoded.hex()}  # since 2026\n")
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_program_takes_two_witnesses_and_the_public_key(tmp_path: Path, public: Path, packed: bool) -> None:
    rows = log()
    folder = file_of(tmp_path / "folder.jsonl", signed(rows, 4), signed(rows, 8))
    mail = mail_of(tmp_path / "mail.eml", signed(rows, 8), packed=packed)
    shown = run(
        write(tmp_path, rows), "--checkpoint", folder, "--checkpoint", mail, "--key", public,
        "--snapshots", write_snapshots(tmp_path, rows),
    )  # fmt: skip
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "2 checkpoints agree.\n2 of them are signed with a key that was given." in shown.stdout
    assert "what came after the last checkpoint (seq 8, " in shown.stdout
    without = run(write(tmp_path, rows), "--checkpoint", folder)
    assert "Who made them is not proven: no public key was given (--key)." in without.stdout


def test_program_names_the_witnesses_of_a_fork(tmp_path: Path, public: Path) -> None:
    one, other = log(), log()
    edit_payload(other, 6)
    hashed(other, 6)
    folder = file_of(tmp_path / "folder.jsonl", signed(one, 4), signed(one, 8))
    mail = mail_of(tmp_path / "mail.eml", signed(other, 8))
    shown = run(write(tmp_path, one), "--checkpoint", folder, "--checkpoint", mail, "--key", public)
    assert shown.returncode == 1
    assert "NOT INTACT, first bad seq: 8" in shown.stdout
    assert (
        f"folder.jsonl holds {one[7]['hash'][:16]}…, mail.eml holds {other[7]['hash'][:16]}…" in shown.stdout
    )
    assert "this register agrees with folder.jsonl." in shown.stdout


def test_program_refuses_what_another_key_signed(tmp_path: Path, public: Path) -> None:
    rows = log()
    path = file_of(tmp_path / "forged.jsonl", signed(rows, 5, key=OTHER))
    shown = run(write(tmp_path, rows), "--checkpoint", path, "--key", public)
    assert (shown.returncode, "first bad seq: 5" in shown.stdout) == (1, True)
    assert "(forged.jsonl) is signed with a key that was not given" in shown.stdout


@pytest.mark.parametrize("content", ["", "# nothing\n", "no key\n", "ab\n", "00" * 32 + "\n"])
def test_program_does_not_take_what_is_no_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(content)
    shown = run(write(tmp_path, log()), "--key", path)
    assert (shown.returncode, "cannot be read" in shown.stderr) == (2, True)
