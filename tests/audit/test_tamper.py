"""The kinds of tampering, each at every position of a small log: found, and the first bad seq is named."""

import copy
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.audit import verifier
from apps.audit.verifier import Checkpoint

LENGTH = 12
Rows = list[dict[str, Any]]


def payload(seq: int, **changes: Any) -> str:
    event = {
        "v": 1,
        "id": f"00000000-0000-4000-8000-{seq:012d}",
        "occurred_at": f"2026-03-02T12:00:{seq:02d}.000000Z",
        "origin": "live",
        "verb": "decide",
        "actor_id": "11111111-1111-4111-8111-111111111111",
        "capacity": "cito",
        "on_behalf_of_id": None,
        "instrument_id": None,
        "object_kind": "case",
        "object_id": "c",
        "case_id": None,
        "version_hash": hashlib.sha256(f"snapshot {seq}".encode()).hexdigest() if seq % 3 == 0 else "",
        "auth_method": "password",
        "step_up_at": None,
        "clock_reading": "live",
        "policy_version": "1",
        "facts": {"outcome": "approved", "é": seq},
        "commitments": {},
    }
    return json.dumps(event | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hashed(rows: Rows, start: int = 0) -> Rows:
    """Hash the rows again from an index on, as one would who owns the database."""
    for index in range(start, len(rows)):
        row = rows[index]
        row["prev_hash"] = rows[index - 1]["hash"] if index else verifier.GENESIS
        row["hash"] = verifier.event_hash(row["prev_hash"], row["seq"], row["recorded_at"], row["payload"])
    return rows


def log(length: int = LENGTH) -> Rows:
    return hashed(
        [
            {
                "seq": seq,
                "recorded_at": f"2026-03-02T12:00:{seq:02d}.500000Z",
                "payload": payload(seq),
                "prev_hash": "",
                "hash": "",
            }
            for seq in range(1, length + 1)
        ]
    )


def change(rows: Rows, index: int, **changes: Any) -> None:
    event = json.loads(rows[index]["payload"]) | changes
    rows[index]["payload"] = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def edit_payload(rows: Rows, index: int) -> int:
    change(rows, index, facts={"outcome": "refused"})
    return index + 1


def edit_actor(rows: Rows, index: int) -> int:
    change(rows, index, actor_id="22222222-2222-4222-8222-222222222222")
    return index + 1


def edit_time(rows: Rows, index: int) -> int:
    change(rows, index, occurred_at="2026-03-01T12:00:00.000000Z")
    return index + 1


def edit_recorded_time(rows: Rows, index: int) -> int:
    rows[index]["recorded_at"] = "2026-03-01T12:00:00.000000Z"
    return index + 1


def edit_hash(rows: Rows, index: int) -> int:
    rows[index]["hash"] = "ab" * 32
    return index + 1


def edit_prev_hash(rows: Rows, index: int) -> int:
    rows[index]["prev_hash"] = "ab" * 32
    return index + 1


def swap_rows(rows: Rows, index: int) -> int:
    other = (index + 1) % len(rows)
    rows[index], rows[other] = rows[other], rows[index]
    return min(index, other) + 1


def swap_contents(rows: Rows, index: int) -> int:
    other = (index + 1) % len(rows)
    rows[index]["payload"], rows[other]["payload"] = rows[other]["payload"], rows[index]["payload"]
    return min(index, other) + 1


def delete(rows: Rows, index: int) -> int:
    del rows[index]
    return index + 1


def delete_and_renumber(rows: Rows, index: int) -> int:
    del rows[index]
    for seq, row in enumerate(rows, start=1):
        row["seq"] = seq
    return index + 1


def insert_forged(rows: Rows, index: int) -> int:
    forged = copy.deepcopy(rows[index]) | {"payload": payload(99_999)}
    rows.insert(index, forged)
    hashed(rows[: index + 1], index)
    forged["prev_hash"] = rows[index - 1]["hash"] if index else verifier.GENESIS
    forged["hash"] = verifier.event_hash(
        forged["prev_hash"], forged["seq"], forged["recorded_at"], forged["payload"]
    )
    return index + 2


def duplicate_seq(rows: Rows, index: int) -> int:
    rows.insert(index, copy.deepcopy(rows[index]))
    return index + 2


def make_unreadable(rows: Rows, index: int) -> int:
    rows[index] = {"seq": index + 1}
    return index + 1


def repeat_an_event(rows: Rows, index: int) -> int:
    other = (index + 1) % len(rows)
    rows[max(index, other)]["payload"] = rows[min(index, other)]["payload"]
    hashed(rows, max(index, other))
    return max(index, other) + 1


def write_otherwise(rows: Rows, index: int) -> int:
    """The same event, not canonical: a key twice, hashed again to the end."""
    rows[index]["payload"] = '{"verb":"x",' + rows[index]["payload"][1:]
    hashed(rows, index)
    return index + 1


WITHOUT_CHECKPOINT = [
    edit_payload,
    edit_actor,
    edit_time,
    edit_recorded_time,
    edit_hash,
    edit_prev_hash,
    swap_rows,
    swap_contents,
    delete,
    delete_and_renumber,
    insert_forged,
    duplicate_seq,
    make_unreadable,
    repeat_an_event,
    write_otherwise,
]


def last_row_only(tamper: Callable[[Rows, int], int], index: int) -> bool:
    """A cut-off end is a log that ended earlier: only a checkpoint sees it."""
    return tamper in (delete, delete_and_renumber) and index == LENGTH - 1


@pytest.mark.parametrize("index", range(LENGTH))
@pytest.mark.parametrize("tamper", WITHOUT_CHECKPOINT)
def test_tampering_is_found_at_every_position(tamper: Callable[[Rows, int], int], index: int) -> None:
    rows = log()
    kept = [Checkpoint(LENGTH, rows[-1]["hash"])] if last_row_only(tamper, index) else []
    bad = tamper(rows, index)
    report = verifier.verify(rows, kept)
    assert report.fault is not None
    assert report.fault.seq == bad


@pytest.mark.parametrize("index", range(LENGTH))
def test_rehashed_suffix_is_found_against_a_checkpoint(index: int) -> None:
    rows = log()
    kept = [Checkpoint(seq, rows[seq - 1]["hash"]) for seq in range(1, LENGTH + 1)]
    edit_payload(rows, index)
    hashed(rows, index)
    assert verifier.verify(rows).fault is None
    report = verifier.verify(rows, kept)
    assert report.fault is not None
    assert (report.fault.code, report.fault.seq) == ("checkpoint", index + 1)


def test_rehashed_suffix_is_bounded_by_the_checkpoints_around_it() -> None:
    rows = log()
    kept = [Checkpoint(4, rows[3]["hash"]), Checkpoint(9, rows[8]["hash"])]
    edit_payload(rows, 6)
    report = verifier.verify(hashed(rows, 6), kept)
    assert report.fault is not None
    assert report.fault.seq == 5
    assert "something from seq 5 to seq 9" in report.fault.sentence


def test_rehashed_whole_is_found_against_a_checkpoint() -> None:
    rows = log()
    kept = [Checkpoint(LENGTH, rows[-1]["hash"])]
    edit_payload(rows, 0)
    report = verifier.verify(hashed(rows), kept)
    assert report.fault is not None
    assert report.fault.seq == 1


@pytest.mark.parametrize("left", range(LENGTH))
def test_truncation_after_a_checkpoint_is_found(left: int) -> None:
    rows = log()
    kept = [Checkpoint(LENGTH, rows[-1]["hash"])]
    report = verifier.verify(rows[:left], kept)
    assert report.fault is not None
    assert (report.fault.code, report.fault.seq) == ("truncated", left + 1)


def test_truncation_of_what_no_checkpoint_saw_is_the_stated_bound() -> None:
    rows = log()
    report = verifier.verify(rows[:10], [Checkpoint(8, rows[7]["hash"], "2026-03-02T12:10:00Z")])
    assert report.fault is None
    assert report.bound == (
        "This covers up to seq 10; what came after the last checkpoint (seq 8, 2026-03-02T12:10:00Z) is "
        "not proven against truncation, nor against being rewritten to the end."
    )


def test_two_checkpoints_of_one_seq_that_differ_are_found() -> None:
    rows = log()
    report = verifier.verify(rows, [Checkpoint(5, rows[4]["hash"]), Checkpoint(5, "ab" * 32)])
    assert report.fault is not None
    assert report.fault.code == "checkpoints_differ"


def test_an_intact_log_is_intact() -> None:
    rows = log()
    report = verifier.verify(rows, [Checkpoint(6, rows[5]["hash"])])
    assert (report.is_intact, report.rows, report.checkpoints) == (True, LENGTH, 1)


# The program, as an auditor runs it


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier with nothing but Python: no packages, no environment."""
    return subprocess.run(
        [sys.executable, "-S", "-E", "-I", verifier.__file__, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def write(folder: Path, rows: Rows) -> Path:
    path = folder / "register.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def write_snapshots(folder: Path, rows: Rows) -> Path:
    where = folder / "snapshots"
    where.mkdir()
    for seq in range(3, len(rows) + 1, 3):
        text = f"snapshot {seq}"
        (where / f"{hashlib.sha256(text.encode()).hexdigest()}.json").write_text(text, encoding="utf-8")
    return where


def test_program_passes_an_intact_file(tmp_path: Path) -> None:
    rows = log()
    kept = tmp_path / "kept.jsonl"
    kept.write_text(json.dumps({"seq": 4, "head": rows[3]["hash"], "time": "t"}) + "\n")
    found = run(write(tmp_path, rows), "--checkpoint", kept, "--snapshots", write_snapshots(tmp_path, rows))
    assert found.returncode == 0, found.stderr
    assert "INTACT: 12 events" in found.stdout
    assert "1 checkpoints agree." in found.stdout
    assert "4 snapshots are what the register says." in found.stdout
    assert "what came after the last checkpoint (seq 4, t) is not proven" in found.stdout


def test_program_reads_a_checkpoint_mail(tmp_path: Path) -> None:
    rows = log()
    mail = tmp_path / "checkpoint.eml"
    mail.write_text(f"Subject: Register\n\nKeep this.\n\nseq 12\nhead {rows[-1]['hash']}\ntime t\n")
    assert run(write(tmp_path, rows[:-1]), "--checkpoint", mail).returncode == 1


def test_program_names_the_first_bad_seq(tmp_path: Path) -> None:
    rows = log()
    edit_payload(rows, 6)
    found = run(write(tmp_path, rows))
    assert found.returncode == 1
    assert "NOT INTACT, first bad seq: 7" in found.stdout


@pytest.mark.parametrize("seq", [3, 6, 9, 12])
def test_program_finds_a_changed_snapshot(tmp_path: Path, seq: int) -> None:
    rows = log()
    folder = write_snapshots(tmp_path, rows)
    name = hashlib.sha256(f"snapshot {seq}".encode()).hexdigest()
    (folder / f"{name}.json").write_text("another")
    found = run(write(tmp_path, rows), "--snapshots", folder)
    assert found.returncode == 1
    assert f"first bad seq: {seq}" in found.stdout


def test_program_finds_a_snapshot_that_was_exchanged_with_its_name(tmp_path: Path) -> None:
    rows = log()
    folder = write_snapshots(tmp_path, rows)
    (folder / f"{hashlib.sha256(b'snapshot 6').hexdigest()}.json").unlink()
    (folder / f"{hashlib.sha256(b'another').hexdigest()}.json").write_text("another")
    found = run(write(tmp_path, rows), "--snapshots", folder)
    assert found.returncode == 1
    assert "first bad seq: 6" in found.stdout


@pytest.mark.parametrize("content", [b"", b"no json\n", b'{"seq": 1}\n', b"[1]\n", b"\xff\xfe\n"])
def test_program_does_not_pass_what_it_cannot_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "register.jsonl"
    path.write_bytes(content)
    assert run(path).returncode == (0 if content == b"" else 1)
    kept = tmp_path / "kept"
    kept.write_bytes(content)
    assert run(path, "--checkpoint", kept).returncode == 2
    assert run(tmp_path / "absent").returncode == 2


@pytest.mark.parametrize("cut", range(LENGTH + 1))
def test_register_verified_in_pieces_is_verified_as_a_whole(cut: int) -> None:
    rows = log()
    kept = [Checkpoint(4, rows[3]["hash"]), Checkpoint(9, rows[8]["hash"])]
    first = verifier.verify(rows[:cut], kept, to_the_end=False)
    second = verifier.verify(rows[cut:], kept, after=Checkpoint(first.last_seq, first.head))
    assert (first.is_intact, second.is_intact) == (True, True)
    assert (first.rows + second.rows, second.last_seq, second.head) == (LENGTH, LENGTH, rows[-1]["hash"])
    assert first.checkpoints + second.checkpoints == 2


@pytest.mark.parametrize("index", range(1, LENGTH))
def test_fault_in_a_later_piece_is_named_by_its_own_place(index: int) -> None:
    rows = log()
    first = verifier.verify(rows[:1], to_the_end=False)
    bad = edit_payload(rows, index)
    second = verifier.verify(rows[1:], after=Checkpoint(first.last_seq, first.head))
    assert second.fault is not None
    assert second.fault.seq == bad
