"""What must hold before the portal may run in production."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from apps.audit import signing


@register(Tags.security, deploy=True)
def clock_runs_live(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A clock that can be set has no place in production (seam 6)."""
    if getattr(settings, "ICTGOV_CLOCK_SETTABLE", False):
        return [Error("ICTGOV_CLOCK_SETTABLE is on: in production the clock runs live.", id="audit.E001")]
    return []


@register(Tags.security, deploy=True)
def checkpoints_reach_two_witnesses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One witness can be lost, or can be the one who tampers: two who hold different heads show a fork (seam 7)."""
    places = [
        settings.ICTGOV_CHECKPOINTS,
        *settings.ICTGOV_CHECKPOINT_COPIES,
        *settings.ICTGOV_CHECKPOINT_MAILS,
    ]
    if len({str(place) for place in places}) < 2:
        return [
            Error(
                "The register's checkpoints go to fewer than two places outside the database.",
                hint="Set ICTGOV_CHECKPOINT_MAILS to the address of the audit office, or "
                "ICTGOV_CHECKPOINT_COPIES to a folder on another machine.",
                id="audit.E002",
            )
        ]
    return []


@register(Tags.security)
def signing_key_is_one(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A key that is given is one. The worker alone needs it, and does not start in production without it."""
    if not settings.ICTGOV_CHECKPOINT_KEY and not (
        settings.PRODUCTION and settings.ICTGOV_CHECKPOINT_KEY_FILE
    ):
        return []
    try:
        signing.own_key()
    except signing.NoSigningKey as error:
        return [Error(str(error), id="audit.E003")]
    return []
