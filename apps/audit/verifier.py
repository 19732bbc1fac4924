"""The verifier of the register: needs Python alone, neither the portal nor a database.

    python verifier.py register.jsonl [--checkpoint FILE ...] [--key FILE ...] [--snapshots DIR]

`register.jsonl` is what `manage.py export_register` writes: one JSON object a line, in order, with `seq`,
`recorded_at`, `prev_hash`, `hash` and `payload` (the canonical JSON text of the event). Format version 1:

    hash = SHA-256( 0x01 || "ictgov.register.event\\n" || prev_hash || seq "\\n" recorded_at "\\n" payload )

with prev_hash as 32 bytes (32 zero bytes before seq 1) and the rest as UTF-8. A checkpoint FILE holds lines
of {"seq", "head", "time", "key", "signature"}, or is a checkpoint mail as it was received; give one for each
witness. A key FILE holds public keys, 64 hexadecimal digits a line; with it every checkpoint from the first
signed one on must be signed by one of them (Ed25519, RFC 8032) over

    0x01 || "ictgov.register.checkpoint\n" || seq "\n" head "\n" time "\n" key

where key is the first 16 digits of the SHA-256 of the public key. DIR holds one file for each frozen version,
named by its SHA-256.

Exit status: 0 intact, 1 tampered with (the first bad seq is named), 2 something could not be read.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import hashlib
import json
import re
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

PREFIX = b"\x01ictgov.register.event\n"
GENESIS = "00" * 32
COLUMNS = frozenset({"seq", "recorded_at", "prev_hash", "hash", "payload"})
_FIELDS = """v id occurred_at origin verb actor_id capacity on_behalf_of_id instrument_id object_kind object_id
    case_id version_hash auth_method step_up_at clock_reading policy_version facts commitments"""
FIELDS = frozenset(_FIELDS.split())
SHA256 = re.compile(r"[0-9a-f]{64}")
_writing = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_canonical = _writing.encode


@dataclass(frozen=True)
class Checkpoint:
    """What a witness kept: the head of the chain at a seq, when, and who signed that; `witness` says whence."""

    seq: int
    head: str
    time: str = ""
    key: str = ""
    signature: str = ""
    witness: str = field(default="", compare=False)

    @property
    def message(self) -> bytes:
        """What is signed."""
        text = f"{self.seq}\n{self.head}\n{self.time}\n{self.key}"
        return b"\x01ictgov.register.checkpoint\n" + text.encode()


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
    signed: int = 0
    keys_given: bool = False
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
        kept = self.last_checkpoint
        if kept is None:
            sort = "signed checkpoint" if self.keys_given and self.checkpoints else "checkpoint"
            without = f"no {sort} was given, so a cut-off end, or a chain that was rewritten as a whole"
            return f"{covers}; {without}, is not proven against."
        if kept.seq >= self.last_seq:
            return f"{covers}, as the last checkpoint; what came after is not proven against truncation."
        after = f"what came after the last checkpoint (seq {kept.seq}{kept.time and f', {kept.time}'})"
        return f"{covers}; {after} is not proven against truncation, nor against being rewritten to the end."


class Unreadable(Exception):
    """A file that cannot be read at all."""


# Ed25519 (RFC 8032, 5.1): points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, PRIME) % PRIME
_ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
Point = tuple[int, int, int, int]
Keys: TypeAlias = "Mapping[str, PublicKey] | None"
NEUTRAL: Point = (0, 1, 1, 0)


def added(one: Point, other: Point) -> Point:
    """The sum of two points; complete, so that it doubles as well."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % PRIME, (y1 + x1) * (y2 + x2) % PRIME
    c, d = 2 * t1 * t2 * _D % PRIME, 2 * z1 * z2 % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def point_of(encoded: bytes) -> Point | None:
    """The point of 32 bytes; None where they encode none, or not in the one canonical way."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if len(encoded) != 32 or y >= PRIME:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * _ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    x = PRIME - x if x & 1 != sign else x
    return x, y, 1, x * y % PRIME


def bytes_of(point: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(point[2], -1, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_of_small_order(point: Point) -> bool:
    """Whether eight times the point is nothing: such a point says nothing about who signed."""
    for _each in range(3):
        point = added(point, point)
    return point[0] == 0 and point[1] == point[2]


def windows_of(point: Point) -> list[list[Point]]:
    """Its multiples by 0 to 15, times each power of 16: once a point, then 64 additions give any multiple."""
    found = []
    for _each in range(64):
        row = [NEUTRAL]
        for _step in range(15):
            row.append(added(row[-1], point))
        found.append(row)
        point = added(row[-1], point)
    return found


def times(windows: list[list[Point]], scalar: int) -> Point:
    """The point of the windows, so many times."""
    total = NEUTRAL
    for row in windows:
        if scalar & 15:
            total = added(total, row[scalar & 15])
        scalar >>= 4
    return total


BASE = windows_of(point_of((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little")) or NEUTRAL)


class PublicKey:
    """A key that verifies; ValueError where the bytes are none, or one with which anybody could sign."""

    def __init__(self, encoded: bytes) -> None:
        point = point_of(encoded)
        if point is None or is_of_small_order(point):
            raise ValueError("not a public key of Ed25519")
        self.encoded = encoded
        self.id = hashlib.sha256(encoded).hexdigest()[:16]
        self._negative = windows_of((PRIME - point[0], point[1], 1, PRIME - point[3]))

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over this message: strictly, so that one signature has one form."""
        scalar = int.from_bytes(signature[32:], "little")
        if len(signature) != 64 or scalar >= ORDER:
            return False
        digest = hashlib.sha512(signature[:32] + self.encoded + message).digest()
        challenge = int.from_bytes(digest, "little") % ORDER
        commitment = added(times(BASE, scalar), times(self._negative, challenge))
        return bytes_of(commitment) == signature[:32] and not is_of_small_order(commitment)


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
    keys: Keys = None,
) -> Report:
    """Walk the rows in order and stop at the first that does not fit; None is an unreadable row.

    `after` is the place up to which the chain is already verified; the rows then follow it. With
    `to_the_end=False` more rows follow, so that their absence here is no truncation. With `keys` the checkpoints
    must be signed by one of them.
    """
    begun = after or Checkpoint(0, GENESIS)
    report = Report(last_seq=begun.seq, head=begun.head, keys_given=keys is not None)
    kept: dict[int, list[Checkpoint]] = {}
    for checkpoint in dict.fromkeys(checkpoints):
        kept.setdefault(checkpoint.seq, []).append(checkpoint)
    signed_from = min((seq for seq, found in kept.items() if any(one.signature for one in found)), default=0)
    ids: set[str] = set()
    expected, prev = report.last_seq + 1, report.head
    for row in rows:
        there = kept.get(expected, [])
        report.fault = (
            _fault_of_row(row, expected, prev)
            or _fault_of_payload(row, expected, ids, report)
            or _fault_of_signatures(there, keys, signed_from)
            or _fault_at_checkpoint(row, expected, there, report)
        )
        if report.fault is not None:
            return report
        assert row is not None  # noqa: S101  (an unreadable row is a fault)
        prev = row["hash"]
        report.rows, report.last_seq, report.head = report.rows + 1, expected, prev
        if there:
            signed = [one for one in there if keys is not None and one.signature]
            report.checkpoints += 1
            report.signed += bool(signed)
            if signed or keys is None:
                report.last_checkpoint = (signed or there)[0]
        expected += 1
    if to_the_end:
        report.fault = _fault_beyond(kept, expected, keys, signed_from)
    return report


def _fault_beyond(
    kept: dict[int, list[Checkpoint]], expected: int, keys: Keys, signed_from: int
) -> Fault | None:
    """What checkpoints of rows that are not there say: the end was cut off, or they are nobody's."""
    forged: Fault | None = None
    last = 0
    for seq in sorted(seq for seq in kept if seq >= expected):
        for checkpoint in kept[seq]:
            fault = _fault_of_signatures([checkpoint], keys, signed_from)
            forged, last = forged or fault, last if fault else seq
    if not last:
        return forged
    said = f"the register ends at seq {expected - 1}, but a checkpoint knows seq {last}"
    cut = f"seq {expected} and what follows was cut off, or an older backup was restored"
    return Fault(expected, "truncated", f"{said}: {cut}")


def _fault_of_signatures(found: list[Checkpoint], keys: Keys, signed_from: int) -> Fault | None:
    if keys is None:
        return None
    for checkpoint in found:
        seq, whence = checkpoint.seq, f" ({checkpoint.witness})" if checkpoint.witness else ""
        if not checkpoint.signature and seq <= signed_from:
            continue  # from before checkpoints were signed
        if not checkpoint.signature:
            return Fault(seq, "checkpoint_unsigned", f"the checkpoint of seq {seq}{whence} is not signed")
        if checkpoint.key not in keys:
            said = f"the checkpoint of seq {seq}{whence} is signed with a key that was not given"
            return Fault(seq, "checkpoint_key", said)
        if not is_signed(checkpoint, keys[checkpoint.key]):
            said = f"the signature of the checkpoint of seq {seq}{whence} does not fit what it says"
            return Fault(seq, "checkpoint_signature", f"{said}: it was changed, or somebody else made it")
    return None


def is_signed(checkpoint: Checkpoint, key: PublicKey) -> bool:
    """Whether the checkpoint bears this key's signature."""
    try:
        return key.verifies(checkpoint.message, bytes.fromhex(checkpoint.signature))
    except (ValueError, UnicodeEncodeError):
        return False


def _fault_of_row(row: dict[str, Any] | None, expected: int, prev: str) -> Fault | None:
    if (
        row is None
        or not row.keys() >= COLUMNS
        or type(row["seq"]) is not int
        or not all(type(row[name]) is str for name in COLUMNS - {"seq"})
    ):
        return Fault(expected, "unreadable", f"the row where seq {expected} should stand cannot be read")
    seq = row["seq"]
    if seq < expected:
        return Fault(expected, "order", f"where seq {expected} should stand, seq {seq} stands again")
    if seq > expected:
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


def _fault_of_payload(row: Any, seq: int, ids: set[str], report: Report) -> Fault | None:
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


def _fault_at_checkpoint(row: Any, seq: int, found: list[Checkpoint], report: Report) -> Fault | None:
    if len({checkpoint.head for checkpoint in found}) > 1:
        said = ", ".join(f"{one.witness or 'one'} holds {one.head[:16]}…" for one in found)
        agree = ", ".join(one.witness or "one" for one in found if one.head == row["hash"]) or "none of them"
        what = f"two checkpoints of seq {seq} name different heads ({said})"
        return Fault(seq, "checkpoints_differ", f"{what}; this register agrees with {agree}")
    if not found or found[0].head == row["hash"]:
        return None
    since = report.last_checkpoint.seq + 1 if report.last_checkpoint else 1
    where = f"seq {seq}" if since == seq else f"something from seq {since} to seq {seq}"
    said = f"the chain is not the one that the checkpoint of seq {seq} saw"
    return Fault(since, "checkpoint", f"{said}: {where} was rewritten and hashed again")


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
        said = f"the snapshot {name}, which {f'seq {seq}' if seq else 'no event'} names, is not what its name says"
        faults.append(Fault(seq, "snapshot_changed", said))
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
    text = _text_of(path)
    found = []
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            row = json.loads(line)
            at, key, signature = (str(row.get(name, "")) for name in ("time", "key", "signature"))
            found.append(Checkpoint(int(row["seq"]), str(row["head"]), at, key, signature, path.name))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"{path}: not a checkpoint: {line[:80]}") from error
    if not found:
        for part in re.split(r"^(?=seq \d+\s*$)", text, flags=re.MULTILINE)[1:]:
            said = dict(re.findall(r"^(seq|head|time|key|signature) (\S+)\s*$", part, re.MULTILINE))
            head, at, key, signature = (said.get(name, "") for name in ("head", "time", "key", "signature"))
            found.append(Checkpoint(int(said["seq"]), head, at, key, signature, path.name))
        if not found:
            raise Unreadable(f"{path}: no checkpoint in this file")
    if not all(SHA256.fullmatch(checkpoint.head) for checkpoint in found):
        raise Unreadable(f"{path}: a head that is not a hash")
    return found


def _text_of(path: Path) -> str:
    """The text of a file; of a mail that was packed for its way, the text that was sent."""
    content = path.read_bytes()
    if re.search(rb"^content-transfer-encoding:\s*(quoted-printable|base64)", content, re.I | re.M):
        if body := email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",)):
            return str(body.get_content())
    return content.decode("utf-8", errors="replace")


def keys_of(path: Path) -> dict[str, PublicKey]:
    """The public keys in a file, by their ids; what follows a # is not read."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    words = [line.partition("#")[0].strip() for line in lines]
    try:
        found = [PublicKey(bytes.fromhex(word)) for word in words if word]
    except ValueError as error:
        raise Unreadable(f"{path}: {error}") from error
    if not found:
        raise Unreadable(f"{path}: no public key in this file")
    return {key.id: key for key in found}


def snapshots_of(folder: Path) -> Iterator[tuple[str, str | None]]:
    """The files of a folder as (name without ending, SHA-256 of the content)."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            yield path.name.split(".")[0], hashlib.sha256(path.read_bytes()).hexdigest()


def lines_of(report: Report) -> list[str]:
    """The report as a person reads it."""
    if report.fault is not None:
        where = f"first bad seq: {report.fault.seq}" if report.fault.seq else "no event names it"
        before = f"Everything before that holds ({report.rows} events)."
        return [f"NOT INTACT, {where}", f"{report.fault.sentence}.", before]
    lines = [f"INTACT: {report.rows} events, head {report.head}"]
    if report.checkpoints:
        lines.append(f"{report.checkpoints} checkpoints agree.")
        unproven = "Who made them is not proven: no public key was given (--key)."
        proven = f"{report.signed} of them are signed with a key that was given."
        lines.append(proven if report.keys_given else unproven)
    if report.snapshots is not None:
        lines.append(f"{report.snapshots} snapshots are what the register says.")
    lines.append(report.bound)
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Verify a file and say what was found."""
    parser = argparse.ArgumentParser(description="Verify an exported register.")
    parser.add_argument("register", type=Path, help="the file that export_register wrote")
    for name, words in (("--checkpoint", "kept by a witness"), ("--key", "public keys of the portal")):
        parser.add_argument(name, type=Path, action="append", default=[], metavar="FILE", help=words)
    parser.add_argument("--snapshots", type=Path, metavar="DIR", help="the folder that export_register wrote")
    given = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        checkpoints = [checkpoint for path in given.checkpoint for checkpoint in checkpoints_of(path)]
        keys = {key.id: key for path in given.key for key in keys_of(path).values()} if given.key else None
        report = verify(rows_of(given.register), checkpoints, keys=keys)
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
