"""Which standards a business case answers to on a day."""

from datetime import date

from django.db.models import Q, QuerySet

from apps.standards.choices import StandardStatus
from apps.standards.models import Standard


def in_force(on: date) -> QuerySet[Standard]:
    """The standards in force on the day, by code; one statement."""
    return (
        Standard.objects.filter(valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .exclude(status=StandardStatus.RETIRED)
        .order_by("code")
    )
