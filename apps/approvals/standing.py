"""The viewer: what a person's posts let them do and see in cases, worked out once a request.

Never read after the lock of an act: there the engine makes a new one (seam 12).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.offices.choices import Role
from apps.offices.models import Office
from apps.offices.queries import Standing, standing_of

if TYPE_CHECKING:
    from apps.accounts.models import User

#: Roles of an office that see the cases of their office and of the offices below it.
OFFICE_LEADERS = (Role.HEAD_OF_OFFICE, Role.ICT_CHIEF, Role.CERTIFYING_OFFICER)
#: Roles that carry the office's service to the small offices which it services (review.md 3).
SERVING = (Role.ICT_CHIEF, Role.CERTIFYING_OFFICER)
#: Roles of OICT that handle cases, and see in full whatever has been submitted.
HANDLERS = (
    Role.DESK_OFFICER,
    Role.SECTION_CHIEF,
    Role.DUTY_OFFICER,
    Role.CITO,
    Role.ASSIGNED_OFFICER,
)
#: Roles that read a summary first, and the whole case once they have declared that they have no conflict.
REVIEWERS = (
    Role.REVIEWER_ALIGNMENT,
    Role.REVIEWER_STANDARDS,
    Role.REVIEWER_VALUE,
    Role.REVIEWER_SECURITY,
    Role.LEAD_REVIEWER,
)
COMMITTEE = (Role.MC_MEMBER, Role.MC_SECRETARY, Role.MC_CHAIR)


@dataclass(frozen=True)
class Viewer:
    """A person before the cases at an instant. `seats` are `role@office id`, or `role@oict` for posts inside OICT."""

    user_id: uuid.UUID | None
    is_active: bool
    at: datetime
    roles: frozenset[str]
    seats: frozenset[str]
    posts: tuple[uuid.UUID, ...] = ()
    own_offices: tuple[uuid.UUID, ...] = ()
    mission_offices: tuple[uuid.UUID, ...] = ()
    sees_everything: bool = False
    sees_submitted: bool = False
    reviews: bool = False

    def has(self, role: str) -> bool:
        return role in self.roles


def viewer_from(user: User, standing: Standing) -> Viewer:
    """Make the viewer of a standing: one more statement, and only for those who serve other offices."""
    if not user.is_active:
        return Viewer(user_id=user.pk, is_active=False, at=standing.at, roles=frozenset(), seats=frozenset())
    seats = set()
    for post in standing.posts:
        seats.add(f"{post.role}@{post.office_id}")
        if post.within_oict:
            seats.add(f"{post.role}@oict")
    own = (
        set(standing.office_ids(Role.SUBMITTER, with_below=False))
        if standing.post_ids(Role.SUBMITTER)
        else set()
    )
    if standing.post_ids(*OFFICE_LEADERS):
        own.update(standing.office_ids(*OFFICE_LEADERS))
    serving = standing.office_ids(*SERVING, with_below=False) if standing.post_ids(*SERVING) else []
    if serving:
        served = Office.objects.filter(serviced_by__in=serving).values_list("pk", flat=True)
        for office_id in served:
            own.add(office_id)
    roles = standing.roles
    within = frozenset(post.role for post in standing.posts if post.within_oict)
    return Viewer(
        user_id=user.pk,
        is_active=True,
        at=standing.at,
        roles=roles,
        seats=frozenset(seats),
        posts=tuple(standing.post_ids()),
        own_offices=tuple(sorted(own)),
        mission_offices=tuple(standing.office_ids(Role.FIELD_ICT_OFFICER))
        if standing.post_ids(Role.FIELD_ICT_OFFICER)
        else (),
        sees_everything=Role.AUDITOR in roles,
        sees_submitted=bool(within & set(HANDLERS)) or bool(roles & set(COMMITTEE)),
        reviews=bool(within & set(REVIEWERS)),
    )


def viewer_of(user: User, at: datetime) -> Viewer:
    """Work the viewer out afresh, as the engine does after the lock."""
    return viewer_from(user, standing_of(user, at))


def may_read_messages(user: User, at: datetime, standing: Standing | None) -> Q:
    """The condition on notices and mails for the inbox and the post (`notices.queries.register_sight`)."""
    from apps.approvals.permissions import messages_filter

    return messages_filter(viewer_from(user, standing if standing is not None else standing_of(user, at)))
