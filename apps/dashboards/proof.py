"""What the verifier says about the register, in words; and a copy that somebody brings, judged.

The judging itself is `apps/audit/verifier.py`, the same code that runs offline.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit import checkpoints, signing, verifier
from apps.audit.models import Head, Link, SignedCheckpoint
from apps.audit.reasons import Kind, Reason, refuse

LONGEST_COPY = 25 * 1024 * 1024  # bytes; a longer one is for the offline command
LONGEST_CHECKPOINTS = 2 * 1024 * 1024
FAULTS: dict[str, str | Promise] = {
    "unreadable": gettext_lazy("The row that should stand here cannot be read."),
    "order": gettext_lazy("Another row stands here: the order was changed, or a row stands here again."),
    "missing": gettext_lazy("A row is missing here: the next one that stands in the register comes later."),
    "prev_hash": gettext_lazy("This row does not follow from the row before it."),
    "hash": gettext_lazy(
        "The content of this row does not give its hash: it was changed after it was written."
    ),
    "payload": gettext_lazy("The event of this row is not in the format of the register."),
    "repeated": gettext_lazy("The event of this row stands in the register twice."),
    "checkpoint": gettext_lazy(
        "From here on the chain is not the one that a checkpoint saw: something was rewritten and hashed again."
    ),
    "checkpoints_differ": gettext_lazy(
        "Two checkpoints of this row name different hashes: the witnesses were shown two registers."
    ),
    "checkpoint_unsigned": gettext_lazy("A checkpoint of this row is not signed."),
    "checkpoint_key": gettext_lazy("A checkpoint of this row is signed with a key that is not the portal's."),
    "checkpoint_signature": gettext_lazy(
        "The signature of a checkpoint of this row does not fit what it says: it was changed, or "
        "somebody else made it."
    ),
    "truncated": gettext_lazy(
        "The register ends before this row, which a checkpoint has seen: the end was cut off."
    ),
    "snapshot_changed": gettext_lazy(
        "The frozen version that this row names is not what its fingerprint says."
    ),
    "snapshot_missing": gettext_lazy("The frozen version that this row names is not there."),
    "unchained": gettext_lazy("Events stand in the table that have no place in the chain."),
    "head": gettext_lazy("The chain does not end where the head of the register says."),
    "another": gettext_lazy("The copy holds together, but from this row on it is not this register."),
}


def words_of(code: str, fallback: str = "") -> str:
    """The sentence of a fault in the reader's language."""
    return str(FAULTS.get(code, fallback or code))


def head() -> tuple[int, str]:
    """How far the chain goes, and its hash there."""
    found = Head.objects.get(pk=1)
    return found.seq, bytes(found.hash).hex()


def head_fault(seq: int, own_hash: str) -> verifier.Fault | None:
    """The fault of a chain that ends elsewhere than the head row says."""
    at, its_hash = head()
    if (at, its_hash) == (seq, own_hash) or (at > seq and Link.objects.filter(seq=seq + 1).exists()):
        return None
    return verifier.Fault(min(at, seq) + 1 if at != seq else seq, "head", "the chain and its head differ")


# Checkpoints and witnesses ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint on the page: where, when, by which key, and whether the signature is that key's."""

    seq: int
    at: datetime
    key: str
    is_signed: bool


def checkpoint_rows(last: list[SignedCheckpoint]) -> list[CheckpointRow]:
    """The checkpoints of these rows, each signature computed again."""
    found = []
    for row in last:
        public = getattr(row, "public", None)
        key = signing.public_key(public) if public else None
        is_signed = key is not None and verifier.is_signed(checkpoints.of_row(row), key)
        found.append(CheckpointRow(row.seq, row.taken_at, row.key, is_signed))
    return found


# A copy that somebody brings -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What was found about a copy: intact or the first bad row, how far it goes, and whether it is this register."""

    rows: int
    head: str
    checkpoints: int
    fault_seq: int | None = None
    fault_code: str = ""
    fault_words: str = ""
    behind: int = 0
    checkpoint_seq: int | None = None

    @property
    def is_intact(self) -> bool:
        return not self.fault_code


def judge_copy(lines: Iterable[bytes], given: Iterable[verifier.Checkpoint] = ()) -> Verdict:
    """Verify an exported register against the checkpoints at hand and those given, then against this register.

    A copy may end earlier than the register does, but not before a checkpoint that is given with it; whatever it
    holds must be the same.
    """
    seen: dict[int, str] = {}
    given = list(given)
    kept, keys = [*given, *checkpoints.all_kept()], checkpoints.known_keys()
    report = verifier.verify(_remembered(_rows(lines), seen), kept, to_the_end=False, keys=keys)
    if report.fault is None:
        end = verifier.Checkpoint(report.last_seq, report.head)
        report.fault = verifier.verify([], given, after=end, keys=keys).fault
    if report.fault is None:
        report.fault = _fault_against_this_register(report, seen)
    at, _hash = head()
    return Verdict(
        rows=report.rows,
        head=report.head,
        checkpoints=report.checkpoints,
        fault_seq=report.fault.seq if report.fault else None,
        fault_code=report.fault.code if report.fault else "",
        fault_words=words_of(report.fault.code, report.fault.sentence) if report.fault else "",
        behind=max(0, at - report.last_seq),
        checkpoint_seq=report.last_checkpoint.seq if report.last_checkpoint else None,
    )


def checkpoints_in(content: bytes) -> list[verifier.Checkpoint]:
    """The checkpoints in a witness's file or saved mail; refused where there is none."""
    with tempfile.NamedTemporaryFile("wb", suffix=".txt") as file:
        file.write(content)
        file.flush()
        try:
            return verifier.checkpoints_of(Path(file.name))
        except (OSError, verifier.Unreadable):
            refuse(Kind.INVALID, Reason("copy.checkpoint_unreadable", field="checkpoint"))


def _rows(lines: Iterable[bytes]) -> Iterator[dict[str, Any] | None]:
    for line in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        yield row if isinstance(row, dict) else None


def _remembered(
    rows: Iterable[dict[str, Any] | None], seen: dict[int, str]
) -> Iterator[dict[str, Any] | None]:
    """Hand the rows on, and remember the hash at each place."""
    for row in rows:
        if row is not None and isinstance(row.get("seq"), int) and isinstance(row.get("hash"), str):
            seen[row["seq"]] = row["hash"]
        yield row


def _fault_against_this_register(report: verifier.Report, seen: dict[int, str]) -> verifier.Fault | None:
    """The first row in which an intact chain is not this register's: a chain that holds together parts from another
    at one row and never meets it again, so halving finds the place."""
    if not report.last_seq or _is_here(report.last_seq, seen):
        return None
    low, high = 0, report.last_seq  # the same up to `low`, another from `high`
    while high - low > 1:
        middle = (low + high) // 2
        if _is_here(middle, seen):
            low = middle
        else:
            high = middle
    return verifier.Fault(high, "another", "the copy is another register from here on")


def _is_here(seq: int, seen: dict[int, str]) -> bool:
    link = Link.objects.filter(seq=seq).values_list("hash", flat=True).first()
    return link is not None and bytes(link).hex() == seen.get(seq)


def bound_in_words(*, seq: int, checkpoint_seq: int | None) -> str:
    """How far a proof goes, honestly."""
    if checkpoint_seq is None:
        return _(
            "No checkpoint was at hand: a cut-off end, or a chain that was rewritten as a whole, "
            "is not proven against."
        )
    if checkpoint_seq >= seq:
        return _("The last row is one that a checkpoint has seen.")
    return _(
        "Rows after the last checkpoint (row %(seq)s) are chained, but an end that was cut off or "
        "rewritten after it "
        "is not proven against."
    ) % {"seq": f"{checkpoint_seq:,}"}
