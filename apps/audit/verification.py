"""Verifying the register where it is, by the same code that verifies an exported one."""

from collections.abc import Iterable

from apps.audit import checkpoints, export, verifier


def verify_register(kept: Iterable[verifier.Checkpoint] = ()) -> verifier.Report:
    """Verify the chain in the database against the checkpoint files, those given, and the frozen versions."""
    report = verifier.verify(export.rows(), [*checkpoints.all_kept(), *kept])
    loose = export.unchained() if report.fault is None else 0
    if loose:
        report.fault = verifier.Fault(
            report.last_seq + 1, "unchained", f"{loose} events stand in the table but not in the chain"
        )
    if not export.hands_over_snapshots():
        return report
    return verifier.verify_snapshots(report, export.hashed_snapshots())
