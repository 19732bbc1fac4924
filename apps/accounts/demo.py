"""The people of the demonstration: shown on the sign-in page, one click each, and only in a demonstration."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from apps.accounts.models import User

#: Everybody of a demonstration signs in, and confirms decisions, with this one; it is known to all.
PASSWORD = "first-look-at-the-road"  # noqa: S105


@dataclass(frozen=True)
class DemoPerson:
    """One person whom a visitor of the demonstration can be."""

    id: UUID
    full_name: str
    role: str
    email: str
    language: str


def people() -> list[DemoPerson]:
    """Return the people of the demonstration in the order in which they were made; none anywhere else."""
    if not settings.ICTGOV_DEMO:
        return []
    found = (
        User.objects.filter(is_active=True, is_service=False)
        .exclude(demo_role="")
        .order_by("date_joined", "email")
    )
    return [DemoPerson(user.pk, user.full_name, user.demo_role, user.email, user.language) for user in found]


def person(user_id: UUID) -> User | None:
    """Return a person of the demonstration, or None; never anyone else."""
    if not settings.ICTGOV_DEMO:
        return None
    return User.objects.filter(pk=user_id, is_active=True, is_service=False).exclude(demo_role="").first()
