"""Checkpoints: how far the chain went and where its head was, signed, and kept outside the database (seam 7).

Without them a cut-off end, or a chain rewritten by somebody who owns the database, cannot be seen. A checkpoint is
signed and written down in one transaction, with its mails; the folders get it after that, and again until they have it.
"""

from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from apps.audit import clock, signing, witnesses
from apps.audit.canonical import canonical_json, instant_text
from apps.audit.models import CheckpointKey, Head, Link, SignedCheckpoint
from apps.audit.signals import checkpoint_made
from apps.audit.verifier import Checkpoint, PublicKey, Unreadable, checkpoints_of

EVERY = timedelta(minutes=10)
EVENTS = 500
ONE_MAKES = 7_310_661_767  # the key of the advisory lock


class RegisterParted(Exception):
    """The chain does not pass through a checkpoint that a witness holds: nothing is signed over it."""


def folder() -> Path:
    """Where the portal's own checkpoint files are (settings.ICTGOV_CHECKPOINTS)."""
    return witnesses.folders()[0]


def files() -> list[Path]:
    """The checkpoint files there, oldest first."""
    return witnesses.files_of(folder())


def all_kept() -> list[Checkpoint]:
    """Every checkpoint in the folders that can be read, and in the portal's own rows."""
    found: list[Checkpoint] = []
    for where in witnesses.folders():
        for path in witnesses.files_of(where):
            try:
                found += checkpoints_of(path)
            except (OSError, Unreadable):
                continue  # the folder is shown as behind or unreachable
    found += [of_row(row) for row in SignedCheckpoint.objects.all()]
    return sorted(dict.fromkeys(found), key=lambda one: one.seq)


def lines() -> list[str]:
    """Every checkpoint that is kept, one a line, as the verifier takes them."""
    return [canonical_json(_plain(one)) + "\n" for one in all_kept()]


def _plain(one: Checkpoint) -> dict[str, int | str]:
    plain: dict[str, int | str] = {"seq": one.seq, "head": one.head, "time": one.time}
    return plain | ({"key": one.key, "signature": one.signature} if one.signature else {})


def of_row(row: SignedCheckpoint) -> Checkpoint:
    """The checkpoint of a row."""
    return Checkpoint(row.seq, row.head, row.time, row.key, row.signature, witness="the portal's database")


def latest(last: list[SignedCheckpoint] | None = None) -> Checkpoint | None:
    """The last checkpoint that is known; None if there is none. `last` are the recent rows, where they are at hand."""
    return max(_last_ones(last), key=lambda one: (one.seq, bool(one.signature)), default=None)


def known_keys() -> dict[str, PublicKey] | None:
    """The public keys with which checkpoints were signed, by their ids; None if none was yet."""
    found = {key.id: signing.public_key(key.public) for key in CheckpointKey.objects.all()}
    return found or None


def parted_at(last: list[SignedCheckpoint] | None = None) -> int | None:
    """The seq of a last checkpoint that somebody holds and this chain does not pass through: the register was cut
    off, rewritten, or restored from a backup. None if there is none."""
    seen = _last_ones(last)
    links = Link.objects.filter(seq__in={one.seq for one in seen}).values_list("seq", "hash") if seen else []
    here = {seq: bytes(own).hex() for seq, own in links}
    return min((one.seq for one in seen if here.get(one.seq) != one.head), default=None)


def make_if_due() -> Checkpoint | None:
    """Make a checkpoint if something was recorded since the last one and that is 10 minutes old, or if 500
    events were, and bring every folder up to date. Returns it, or None. Two who ask at once make one.

    Refuses (RegisterParted) where the chain is not the one that a witness saw, and (signing.NoSigningKey) where
    there is no key to sign with; the folders are brought up to date in any case.
    """
    return _make(only_if_due=True)


def make() -> Checkpoint | None:
    """Make a checkpoint now; None if nothing was recorded since the last one. Refuses as `make_if_due` does."""
    return _make(only_if_due=False)


def _make(*, only_if_due: bool) -> Checkpoint | None:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_MAKES])
            checkpoint = _sign_next(only_if_due=only_if_due)
    finally:
        witnesses.deliver()
    return checkpoint


def _sign_next(*, only_if_due: bool) -> Checkpoint | None:
    rows = witnesses.recent()
    last, parted = latest(rows), parted_at(rows)
    if parted is not None:
        raise RegisterParted(
            f"the register is not the one that the checkpoint of seq {parted} saw: verify it before it goes on"
        )
    head = Head.objects.get(pk=1)
    if head.seq == 0 or (last is not None and last.signature and head.seq <= last.seq):
        return None
    now = clock.now()
    if only_if_due and last is not None and last.signature and head.seq - last.seq < EVENTS:
        taken_at = datetime.fromisoformat(last.time)
        if timedelta() <= now - taken_at < EVERY:
            return None
    checkpoint = signing.signed(Checkpoint(head.seq, bytes(head.hash).hex(), instant_text(now)))
    CheckpointKey.objects.get_or_create(
        pk=checkpoint.key,
        defaults={"public": signing.own_key().public.encoded.hex(), "first_used_at": now},
    )
    SignedCheckpoint.objects.create(
        seq=checkpoint.seq,
        head=checkpoint.head,
        time=checkpoint.time,
        taken_at=now,
        key=checkpoint.key,
        signature=checkpoint.signature,
    )
    checkpoint_made.send(sender=Checkpoint, checkpoint=checkpoint, at=now)
    return checkpoint


def _last_ones(last: list[SignedCheckpoint] | None) -> list[Checkpoint]:
    """The last checkpoint of each folder that can be read, and the last row."""
    found = []
    for where in witnesses.folders():
        try:
            found.append(witnesses.last_of(where))
        except (OSError, ValueError):
            continue
    row = SignedCheckpoint.objects.last() if last is None else next(iter(last), None)
    found.append(of_row(row) if row else None)
    return [one for one in found if one is not None]
