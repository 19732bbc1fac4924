from collections.abc import Iterator

from django.apps import AppConfig


def frozen_versions() -> Iterator[tuple[str, str]]:
    """Hand the register's verifier each frozen version: the hash that its row names, and its text."""
    from apps.initiatives.models import BusinessCaseVersion

    return BusinessCaseVersion.objects.values_list("sha256", "snapshot").iterator()


class InitiativesConfig(AppConfig):
    """Initiatives and their business cases: a subject of the review engine (seam 3)."""

    name = "apps.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        from apps.approvals.subjects import register_subject
        from apps.audit.export import register_snapshots
        from apps.initiatives import reasons  # noqa: F401  (its sentences register themselves)
        from apps.initiatives.subject import SUBJECT

        register_subject(SUBJECT)
        register_snapshots("initiatives", frozen_versions)
