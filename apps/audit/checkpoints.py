"""Checkpoints: how far the chain went and where its head was, kept outside the database (seam 7).

Without them a cut-off end, or a chain rewritten by somebody who owns the database, cannot be seen.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.audit import clock
from apps.audit.canonical import canonical_json, instant_text
from apps.audit.models import Head
from apps.audit.signals import checkpoint_made
from apps.audit.verifier import Checkpoint, checkpoints_of

EVERY = timedelta(minutes=10)
EVENTS = 500


def folder() -> Path:
    """Where the checkpoint files are (settings.ICTGOV_CHECKPOINTS)."""
    return Path(settings.ICTGOV_CHECKPOINTS)


def files() -> list[Path]:
    """The checkpoint files, oldest first."""
    return sorted(folder().glob("checkpoints-*.jsonl"))


def all_kept() -> list[Checkpoint]:
    """Every checkpoint in the files."""
    return [checkpoint for path in files() for checkpoint in checkpoints_of(path)]


def latest() -> Checkpoint | None:
    """The last checkpoint in the files; None if there is none."""
    for path in reversed(files()):
        lines = path.read_text(encoding="utf-8").splitlines()
        if lines:
            row = json.loads(lines[-1])
            return Checkpoint(row["seq"], row["head"], row["time"])
    return None


def make_if_due() -> Checkpoint | None:
    """Make a checkpoint if something was recorded since the last one and that is 10 minutes old, or if 500
    events were. Returns it, or None. Two who ask at once make one."""
    return _make(only_if_due=True)


def make() -> Checkpoint | None:
    """Make a checkpoint now; None if nothing was recorded since the last one."""
    return _make(only_if_due=False)


def _make(*, only_if_due: bool) -> Checkpoint | None:
    with _alone(), transaction.atomic():
        last = latest()
        head = Head.objects.get(pk=1)
        if last is not None and head.seq <= last.seq:
            return None
        if head.seq == 0:
            return None
        now = clock.now()
        if only_if_due and last is not None and head.seq - last.seq < EVENTS:
            taken_at = datetime.fromisoformat(last.time)
            if timedelta() <= now - taken_at < EVERY:
                return None
        checkpoint = Checkpoint(head.seq, bytes(head.hash).hex(), instant_text(now))
        checkpoint_made.send(sender=Checkpoint, checkpoint=checkpoint, at=now)
        _append(checkpoint)
    return checkpoint


def _append(checkpoint: Checkpoint) -> None:
    path = folder() / f"checkpoints-{checkpoint.time[:10]}.jsonl"
    line = canonical_json({"seq": checkpoint.seq, "head": checkpoint.head, "time": checkpoint.time}) + "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone() -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
