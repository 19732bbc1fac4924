"""Verifying the register where it is, by the same code that verifies an exported one."""

from collections.abc import Iterable, Mapping

from apps.audit import checkpoints, export, verifier


def verify_register(
    kept: Iterable[verifier.Checkpoint] = (), *, keys: Mapping[str, verifier.PublicKey] | None = None
) -> verifier.Report:
    """Verify the chain in the database against the checkpoint files, those given, and the frozen versions; the
    signatures by the keys given, else by those that the portal knows."""
    keys = keys or checkpoints.known_keys()
    report = verifier.verify(export.rows(), [*checkpoints.all_kept(), *kept], keys=keys)
    loose = export.unchained() if report.fault is None else 0
    if loose:
        report.fault = verifier.Fault(
            report.last_seq + 1, "unchained", f"{loose} events stand in the table but not in the chain"
        )
    if not export.hands_over_snapshots():
        return report
    return verifier.verify_snapshots(report, export.hashed_snapshots())
