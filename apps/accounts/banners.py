"""Lines above every page that are about the portal itself."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts.navigation import Banner


def no_second_factor() -> Banner | None:
    """Say that nobody needs a second factor here: so it is in a demonstration, and nowhere else."""
    if settings.ICTGOV_SECOND_FACTOR_REQUIRED:
        return None
    return Banner(
        "no_second_factor",
        "info",
        _(
            "This is a demonstration: everybody signs in without a second factor. Elsewhere deciders need one."
        ),
    )


def settable_clock() -> Banner | None:
    """Say that the clock can be set: what is decided here proves nothing about real time."""
    if not settings.ICTGOV_CLOCK_SETTABLE:
        return None
    return Banner(
        "settable_clock",
        "hold",
        _("The clock of this portal can be set. Use it for demonstrations and tests only."),
    )
