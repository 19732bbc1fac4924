"""May this person write this business case? The one place of this app where people and offices meet."""

from __future__ import annotations

from uuid import UUID

from apps.audit.reasons import Reason
from apps.offices.choices import Role
from apps.offices.models import Office
from apps.offices.queries import Standing, holders


def reasons_against_writing(standing: Standing, office: Office) -> list[Reason]:
    """Only a submitter of the very office writes its business cases."""
    if may_write(standing, office.pk):
        return []
    who = tuple(user.full_name for user in holders(Role.SUBMITTER, office, standing.at))
    return [Reason("not_submitter", {"office": office.name}, who_can=who)]


def may_write(standing: Standing, office_id: UUID) -> bool:
    """Whether the person holds a submitter's post at this office."""
    return standing.holds_at(Role.SUBMITTER, office_id)
