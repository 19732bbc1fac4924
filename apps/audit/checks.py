"""What must hold before the portal may run in production."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def clock_runs_live(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A clock that can be set has no place in production (seam 6)."""
    if getattr(settings, "ICTGOV_CLOCK_SETTABLE", False):
        return [Error("ICTGOV_CLOCK_SETTABLE is on: in production the clock runs live.", id="audit.E001")]
    return []
