"""The verifier of the register: needs Python alone, neither the portal nor a database.

    python verifier.py register.jsonl [--checkpoint FILE ...] [--snapshots DIR]

`register.jsonl` is what `manage.py export_register` writes: one JSON object a line, in order, with `seq`,
`recorded_at`, `prev_hash`, `hash` and `payload` (the canonical JSON text of the event). Format version 1:

    hash = SHA-256( 0x01 || "ictgov.register.event\\n" || prev_hash || seq "\\n" recorded_at "\\n" payload )

with prev_hash as 32 bytes (32 zero bytes before seq 1) and the rest as UTF-8. A checkpoint FILE holds lines
of {"seq", "head", "time"}, or is a checkpoint mail as it was received. DIR holds one file for each frozen
version, named by its SHA-256.

Exit status: 0 intact, 1 tampered with (the first bad seq is named), 2 something could not be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PREFIX = b"\x01ictgov.register.event\n"
GENESIS = "00" * 32
COLUMNS = frozenset({"seq", "recorded_at", "prev_hash", "hash", "payload"})
FIELDS = frozenset(
    {
        "v",
        "id",
        "occurred_at",
        "origin",
        "verb",
        "actor_id",
        "capacity",
        "on_behalf_of_id",
        "instrument_id",
        "object_kind",
        "object_id",
        "case_id",
        "version_hash",
        "auth_method",
        "step_up_at",
        "clock_reading",
        "policy_version",
        "facts",
        "commitments",
    }
)
SHA256 = re.compile(r"[0-9a-f]{64}")
_canonical = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


@dataclass(frozen=True)
class Checkpoint:
    """What a witness kept: the head of the chain at a seq, and when."""

    seq: int
    head: str
    time: str = ""


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: where (`seq`), a code, and a sentence."""

    seq: int
    code: str
    sentence: str


@dataclass
class Report:
    """What was found. `fault` is None if everything holds."""

    rows: int = 0
    last_seq: int = 0
    head: str = GENESIS
    checkpoints: int = 0
    last_checkpoint: Checkpoint | None = None
    snapshots: int | None = None
    fault: Fault | None = None
    version_hashes: dict[str, int] = field(default_factory=dict)

    @property
    def is_intact(self) -> bool:
        """Whether nothing wrong was found."""
        return self.fault is None

    @property
    def bound(self) -> str:
        """How far the proof goes."""
        covers = f"This covers up to seq {self.last_seq}"
        if self.last_checkpoint is None:
            return (
                f"{covers}; no checkpoint was given, so a cut-off end, or a chain that was rewritten as a "
                "whole, is not proven against."
            )
        kept = self.last_checkpoint
        if kept.seq >= self.last_seq:
            return f"{covers}, as the last checkpoint; what came after is not proven against truncation."
        at = f", {kept.time}" if kept.time else ""
        return (
            f"{covers}; what came after the last checkpoint (seq {kept.seq}{at}) is "
            "not proven against truncation, nor against being rewritten to the end."
        )


class Unreadable(Exception):
    """A file that cannot be read at all."""


def event_hash(prev_hash: str, seq: int, recorded_at: str, payload: str) -> str:
    """The hash of an event at its place in the chain."""
    text = f"{seq}\n{recorded_at}\n{payload}".encode()
    return hashlib.sha256(PREFIX + bytes.fromhex(prev_hash) + text).hexdigest()


def verify(
    rows: Iterable[dict[str, Any] | None],
    checkpoints: Iterable[Checkpoint] = (),
    *,
    after: Checkpoint | None = None,
    to_the_end: bool = True,
) -> Report:
    """Walk the rows in order and stop at the first that does not fit; None is an unreadable row.

    `after` is the place up to which the chain is already verified; the rows then follow it. With
    `to_the_end=False` more rows follow, so that their absence here is no truncation.
    """
    report = Report() if after is None else Report(last_seq=after.seq, head=after.head)
    kept: dict[int, Checkpoint] = {}
    for checkpoint in checkpoints:
        other = kept.setdefault(checkpoint.seq, checkpoint)
        if other.head != checkpoint.head:
            report.fault = Fault(
                checkpoint.seq,
                "checkpoints_differ",
                f"two checkpoints of seq {checkpoint.seq} name different heads",
            )
            return report
    ids: set[str] = set()
    expected, prev = report.last_seq + 1, report.head
    for row in rows:
        report.fault = (
            _fault_of_row(row, expected, prev)
            or _fault_of_payload(row, expected, ids, report)
            or _fault_at_checkpoint(row, expected, kept.get(expected), report)
        )
        if report.fault is not None:
            return report
        assert row is not None  # noqa: S101  (an unreadable row is a fault)
        prev = row["hash"]
        report.rows, report.last_seq, report.head = report.rows + 1, expected, prev
        if expected in kept:
            report.checkpoints += 1
            report.last_checkpoint = kept[expected]
        expected += 1
    beyond = [seq for seq in kept if seq >= expected]
    if to_the_end and beyond:
        report.fault = Fault(
            expected,
            "truncated",
            f"the register ends at seq {expected - 1}, but a checkpoint knows seq {max(beyond)}: "
            f"seq {expected} and what follows was cut off",
        )
    return report


def _fault_of_row(row: dict[str, Any] | None, expected: int, prev: str) -> Fault | None:
    if (
        row is None
        or not row.keys() >= COLUMNS
        or type(row["seq"]) is not int
        or not all(type(row[name]) is str for name in COLUMNS - {"seq"})
    ):
        return Fault(expected, "unreadable", f"the row where seq {expected} should stand cannot be read")
    seq = row["seq"]
    if seq != expected:
        if seq < expected:
            return Fault(expected, "order", f"where seq {expected} should stand, seq {seq} stands again")
        return Fault(expected, "missing", f"where seq {expected} should stand, seq {seq} stands")
    if row["prev_hash"] != prev:
        return Fault(seq, "prev_hash", f"seq {seq} does not follow from the row before it")
    try:
        found = event_hash(prev, seq, row["recorded_at"], row["payload"])
    except (ValueError, UnicodeEncodeError):
        return Fault(seq, "unreadable", f"seq {seq} cannot be read")
    if found != row["hash"]:
        return Fault(seq, "hash", f"the content of seq {seq} does not give its hash")
    return None


def _fault_of_payload(row: dict[str, Any] | None, seq: int, ids: set[str], report: Report) -> Fault | None:
    assert row is not None  # noqa: S101  (checked before)
    payload = row["payload"]
    try:
        event = json.loads(payload)
        canonical = _canonical(event) == payload and unicodedata.is_normalized("NFC", payload)
    except (ValueError, RecursionError):
        return Fault(seq, "payload", f"the event of seq {seq} cannot be read")
    if not canonical or not isinstance(event, dict) or event.keys() != FIELDS or event["v"] != 1:
        return Fault(seq, "payload", f"the event of seq {seq} is not in format version 1")
    if event["id"] in ids:
        return Fault(seq, "repeated", f"the event of seq {seq} stands in the register twice")
    ids.add(event["id"])
    version = event["version_hash"]
    if version and SHA256.fullmatch(version):
        report.version_hashes.setdefault(version, seq)
    return None


def _fault_at_checkpoint(
    row: dict[str, Any] | None, seq: int, checkpoint: Checkpoint | None, report: Report
) -> Fault | None:
    assert row is not None  # noqa: S101  (checked before)
    if checkpoint is None or checkpoint.head == row["hash"]:
        return None
    since = report.last_checkpoint.seq + 1 if report.last_checkpoint else 1
    where = f"seq {seq}" if since == seq else f"something from seq {since} to seq {seq}"
    return Fault(
        since,
        "checkpoint",
        f"the chain is not the one that the checkpoint of seq {seq} saw: "
        f"{where} was rewritten and hashed again",
    )


def verify_snapshots(report: Report, snapshots: Iterable[tuple[str, str | None]]) -> Report:
    """Compare frozen versions, as (name, SHA-256 of the content), with the hashes that the register names."""
    if report.fault is not None:
        return report
    report.snapshots = 0
    present: set[str] = set()
    faults: list[Fault] = []
    for name, found in snapshots:
        report.snapshots += 1
        if name == found:
            present.add(name)
            continue
        seq = report.version_hashes.get(name, 0)
        named = f"which seq {seq} names" if seq else "which no event names"
        faults.append(
            Fault(seq, "snapshot_changed", f"the snapshot {name}, {named}, is not what its name says")
        )
    faults += [
        Fault(seq, "snapshot_missing", f"seq {seq} names the snapshot {name}, which is not there")
        for name, seq in report.version_hashes.items()
        if name not in present and all(fault.seq != seq for fault in faults)
    ]
    report.fault = min(faults, key=lambda fault: (fault.seq == 0, fault.seq), default=None)
    return report


def rows_of(path: Path) -> Iterator[dict[str, Any] | None]:
    """The rows of an exported register; None for a line that is no JSON object."""
    with path.open("rb") as lines:
        for line in lines:
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            yield row if isinstance(row, dict) else None


def checkpoints_of(path: Path) -> list[Checkpoint]:
    """The checkpoints in a file of lines, or in a saved mail."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = []
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            row = json.loads(line)
            found.append(Checkpoint(int(row["seq"]), str(row["head"]), str(row.get("time", ""))))
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{path}: not a checkpoint: {line[:80]}") from error
    if not found:
        seqs = re.findall(r"^seq (\d+)\s*$", text, re.MULTILINE)
        heads = re.findall(r"^head ([0-9a-f]{64})\s*$", text, re.MULTILINE)
        times = re.findall(r"^time (\S+)\s*$", text, re.MULTILINE)
        if not seqs or len(seqs) != len(heads):
            raise Unreadable(f"{path}: no checkpoint in this file")
        times += [""] * (len(seqs) - len(times))
        found = [Checkpoint(int(seq), head, at) for seq, head, at in zip(seqs, heads, times, strict=False)]
    for checkpoint in found:
        if not SHA256.fullmatch(checkpoint.head):
            raise Unreadable(f"{path}: not a hash: {checkpoint.head[:80]}")
    return found


def snapshots_of(folder: Path) -> Iterator[tuple[str, str | None]]:
    """The files of a folder as (name without ending, SHA-256 of the content)."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            yield path.name.split(".")[0], hashlib.sha256(path.read_bytes()).hexdigest()


def lines_of(report: Report) -> list[str]:
    """The report as a person reads it."""
    if report.fault is not None:
        where = f"first bad seq: {report.fault.seq}" if report.fault.seq else "no event names it"
        return [
            f"NOT INTACT, {where}",
            f"{report.fault.sentence}.",
            f"Everything before that holds ({report.rows} events).",
        ]
    lines = [f"INTACT: {report.rows} events, head {report.head}"]
    if report.checkpoints:
        lines.append(f"{report.checkpoints} checkpoints agree.")
    if report.snapshots is not None:
        lines.append(f"{report.snapshots} snapshots are what the register says.")
    lines.append(report.bound)
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Verify a file and say what was found."""
    parser = argparse.ArgumentParser(description="Verify an exported register.")
    parser.add_argument("register", type=Path, help="the file that export_register wrote")
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], metavar="FILE", help="kept by a witness"
    )
    parser.add_argument("--snapshots", type=Path, metavar="DIR", help="the folder that export_register wrote")
    given = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        checkpoints = [checkpoint for path in given.checkpoint for checkpoint in checkpoints_of(path)]
        report = verify(rows_of(given.register), checkpoints)
        if given.snapshots is not None:
            report = verify_snapshots(report, snapshots_of(given.snapshots))
    except (OSError, Unreadable) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    for line in lines_of(report):
        print(line)
    print(f"({time.monotonic() - start:.1f} s)")
    return 0 if report.is_intact else 1


if __name__ == "__main__":
    sys.exit(main())
