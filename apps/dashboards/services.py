"""What the roof writes: the jobs of verifying and exporting the register. No act of the review is among them."""

from __future__ import annotations

import time
import uuid

from django.db import connection, transaction

from apps.accounts.models import User
from apps.audit import checkpoints, clock, export, verifier
from apps.audit.reasons import Kind, Reason, refuse
from apps.dashboards import proof
from apps.dashboards.models import RegisterExport, Verification

ROWS_AT_ONCE = 2_000
SECONDS_AT_ONCE = 1.5
SNAPSHOTS_UP_TO = 20_000  # rows: in a longer register the command compares the frozen versions
__all__ = ["continue_verification", "record_export", "start_verification"]


def start_verification(*, whole: bool, by: User) -> Verification:
    """Begin to verify the register: as a whole, or what came after the last intact verification.

    Verifying in pieces goes on in `continue_verification`; this does none of it.
    """
    until, _hash = proof.head()
    begun = None
    if not whole:
        begun = Verification.objects.filter(finished_at__isnull=False, fault_code="").order_by("-seq").first()
    return Verification.objects.create(
        by=by,
        started_at=clock.now(),
        after_seq=begun.seq if begun else 0,
        seq=begun.seq if begun else 0,
        head=begun.head if begun else verifier.GENESIS,
        until_seq=until,
    )


def continue_verification(*, verification_id: uuid.UUID, by: User) -> Verification:
    """Verify the next rows for about a second and a half, and note how far it came; finished once it is at the end.

    Two who continue the same run at once do each row once. Refused where there is no such run.
    """
    began = time.monotonic()
    with transaction.atomic():
        run = Verification.objects.select_for_update().filter(pk=verification_id).first()
        if run is None:
            refuse(Kind.NOT_FOUND, Reason("verification.not_found"))
        kept, keys = checkpoints.all_kept(), checkpoints.known_keys()
        while not run.is_finished:
            _verify_next(run, kept, keys)
            if time.monotonic() - began >= SECONDS_AT_ONCE:
                break
        run.save()
    return run


def _verify_next(run: Verification, kept: list[verifier.Checkpoint], keys: verifier.Keys) -> None:
    rows = export.rows_after(run.seq, limit=ROWS_AT_ONCE)
    at_the_end = len(rows) < ROWS_AT_ONCE
    begun = verifier.Checkpoint(run.seq, run.head)
    report = verifier.verify(rows, kept, after=begun, to_the_end=at_the_end, keys=keys)
    run.rows += report.rows
    run.seq, run.head = report.last_seq, report.head
    run.checkpoints += report.checkpoints
    if report.last_checkpoint is not None:
        run.checkpoint_seq = report.last_checkpoint.seq
    fault = report.fault
    if fault is None and at_the_end:
        fault = _fault_at_the_end(run)
    if fault is not None:
        run.fault_seq, run.fault_code, run.fault_words = fault.seq, fault.code, fault.sentence
    if fault is not None or at_the_end:
        run.finished_at = clock.now()


def _fault_at_the_end(run: Verification) -> verifier.Fault | None:
    """What a whole register must also show: its head, no loose event, and its frozen versions as they were."""
    fault = proof.head_fault(run.seq, run.head)
    if fault is None and (loose := export.unchained()):
        fault = verifier.Fault(run.seq + 1, "unchained", f"{loose} events stand outside the chain")
    if (
        fault is not None
        or run.seq > SNAPSHOTS_UP_TO
        or not run.is_whole
        or not export.hands_over_snapshots()
    ):
        return fault
    report = verifier.verify_snapshots(
        verifier.Report(version_hashes=_version_hashes()), export.hashed_snapshots()
    )
    run.snapshots = report.snapshots
    return report.fault


def _version_hashes() -> dict[str, int]:
    """The frozen versions that the register names, each with the first row that names it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.version_hash, min(link.seq) FROM audit_event event"
            " JOIN audit_link link ON link.event_id = event.id"
            " WHERE event.version_hash ~ '^[0-9a-f]{64}$' GROUP BY 1"
        )
        return dict(cursor.fetchall())


def record_export(*, by: User) -> RegisterExport:
    """Note that somebody takes a copy of the register as it stands now; the copy goes up to `until_seq`."""
    until, own_hash = proof.head()
    return RegisterExport.objects.create(by=by, at=clock.now(), until_seq=until, head=own_hash)
