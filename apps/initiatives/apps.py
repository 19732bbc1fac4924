from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    """Initiatives and their business cases: a subject of the review engine (seam 3)."""

    name = "apps.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        from apps.approvals.subjects import register_subject
        from apps.initiatives import reasons  # noqa: F401  (its sentences register themselves)
        from apps.initiatives.subject import SUBJECT

        register_subject(SUBJECT)
