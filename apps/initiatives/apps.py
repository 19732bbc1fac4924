from collections.abc import Iterator

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def frozen_versions() -> Iterator[tuple[str, str]]:
    """Hand the register's verifier each frozen version: the hash that its row names, and its text."""
    from apps.initiatives.models import BusinessCaseVersion

    return BusinessCaseVersion.objects.values_list("sha256", "snapshot").iterator()


class InitiativesConfig(AppConfig):
    """Initiatives and their business cases: a subject of the review engine (seam 3)."""

    name = "apps.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        from apps.accounts.navigation import Entry, register_entry
        from apps.approvals.subjects import register_subject
        from apps.audit.export import register_snapshots
        from apps.initiatives import reasons  # noqa: F401  (its sentences register themselves)
        from apps.initiatives.subject import SUBJECT

        prefixes = ("/initiatives/",)
        register_entry(
            Entry("initiatives", _("Initiatives"), "initiatives:initiative-list", order=20, prefixes=prefixes)
        )
        register_subject(SUBJECT)
        register_entry(
            Entry(
                "initiatives",
                _("Initiatives"),
                "initiatives:initiative-list",
                order=20,
                prefixes=("/initiatives/", "/standards/"),
            )
        )
        register_snapshots("initiatives", frozen_versions)
