"""The witnesses that hold files: folders outside the database, each brought up to date until it has every
checkpoint. Those that hold mails are in `notices`, which sends them."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db.models import OuterRef, Subquery

from apps.audit.canonical import canonical_json
from apps.audit.models import CheckpointKey, SignedCheckpoint
from apps.audit.verifier import Checkpoint

logger = structlog.get_logger(__name__)

LATE_AFTER = timedelta(minutes=2)
KEYS_FILE = "public-keys.txt"
LOOKED_AT = 50  # the last checkpoints; a witness that has none of them is behind


@dataclass(frozen=True)
class Witness:
    """How a witness stands: the last checkpoint that it has, and a state: `holds` (all), `waits` (for one of the last
    two minutes), `behind`, `unreachable`, or `differs` (it has one that the portal did not make, or made otherwise).
    """

    kind: str
    name: str
    seq: int | None
    state: str

    @property
    def is_well(self) -> bool:
        """Whether nothing needs to be looked after."""
        return self.state in ("holds", "waits")


def folders() -> list[Path]:
    """Where checkpoint files are kept (settings.ICTGOV_CHECKPOINTS and ICTGOV_CHECKPOINT_COPIES)."""
    return [Path(settings.ICTGOV_CHECKPOINTS), *map(Path, settings.ICTGOV_CHECKPOINT_COPIES)]


def files_of(folder: Path) -> list[Path]:
    """The checkpoint files of a folder, oldest first."""
    return sorted(folder.glob("checkpoints-*.jsonl"))


def last_of(folder: Path) -> Checkpoint | None:
    """The last checkpoint of a folder; None if it has none. A line that was torn off is passed over."""
    for path in reversed(files_of(folder)):
        for line in reversed(path.read_text(encoding="utf-8").splitlines()):
            try:
                row = json.loads(line)
                return Checkpoint(
                    row["seq"], row["head"], row["time"], row.get("key", ""), row.get("signature", "")
                )
            except (ValueError, KeyError, TypeError):
                continue
    return None


def recent() -> list[SignedCheckpoint]:
    """The last checkpoints that were signed, the newest first, each with its `public` key: what pages ask of."""
    public = CheckpointKey.objects.filter(pk=OuterRef("key")).values("public")
    return list(SignedCheckpoint.objects.order_by("-seq").annotate(public=Subquery(public))[:LOOKED_AT])


def state_of(held: int | None, last: list[SignedCheckpoint], now: datetime) -> str:
    """What it means that a witness has the checkpoints up to a seq; `last` are the recent ones."""
    missing = [row.taken_at for row in last if row.seq > (held or 0)]
    if not missing:
        return "holds"
    return "waits" if timedelta() <= now - min(missing) <= LATE_AFTER else "behind"


def folder_witnesses(last: list[SignedCheckpoint], now: datetime) -> list[Witness]:
    """The folders, and how each stands; `last` are the recent checkpoints."""
    return [_standing(folder, last, now) for folder in folders()]


def _standing(folder: Path, last: list[SignedCheckpoint], now: datetime) -> Witness:
    try:
        found = last_of(folder)
        reached = folder.is_dir() or not last
    except (OSError, ValueError):
        found, reached = None, False
    if not reached:
        return Witness("folder", str(folder), None, "unreachable")
    if found is not None and found.signature and found.seq >= (last[-1].seq if last else 0):
        own = {row.seq: row.head for row in last}
        if own.get(found.seq) != found.head:
            return Witness("folder", str(folder), found.seq, "differs")
    held = found.seq if found else None
    return Witness("folder", str(folder), held, state_of(held, last, now))


def deliver() -> int:
    """Write every checkpoint that a folder lacks into it; returns how many folders could not be reached. They are
    tried again with the next tick."""
    failed = 0
    for folder in folders():
        try:
            _bring_up_to_date(folder)
        except (OSError, ValueError) as error:
            failed += 1
            logger.warning("witness_unreachable", folder=str(folder), error=type(error).__name__)
    return failed


def _bring_up_to_date(folder: Path) -> None:
    if not SignedCheckpoint.objects.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        last = last_of(folder)
        held = (last.seq if last.signature else last.seq - 1) if last else 0
        by_day: dict[str, list[str]] = {}
        for row in SignedCheckpoint.objects.filter(seq__gt=held):
            line = {name: getattr(row, name) for name in ("seq", "head", "time", "key", "signature")}
            by_day.setdefault(row.time[:10], []).append(canonical_json(line) + "\n")
        for day, lines in by_day.items():
            _append(folder / f"checkpoints-{day}.jsonl", "".join(lines))
        known = (folder / KEYS_FILE).read_text() if (folder / KEYS_FILE).exists() else ""
        new = [line for line in key_lines() if line not in known]
        if new:
            _append(folder / KEYS_FILE, "".join(new))


def key_lines() -> list[str]:
    """The public keys of the checkpoints, one a line, as the verifier takes them."""
    return [
        f"{key.public}  # {key.id}, first used {key.first_used_at:%Y-%m-%d}\n"
        for key in CheckpointKey.objects.all()
    ]


def _append(path: Path, text: str) -> None:
    """Append whole lines; what a crash left of a line goes first."""
    with path.open("ab+") as file:
        file.seek(0)
        content = file.read()
        if not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
