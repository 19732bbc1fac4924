"""The viewer: what a person's posts let them do and see in cases, worked out once a request.

Never read after the lock of an act: there the engine makes a new one (seam 12).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from apps.offices.choices import Role
from apps.offices.models import Office
from apps.offices.queries import PostHeld, Standing, day_of, standing_of

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
#: The seat of assessors whom OICT invites from other offices, at the desks of its own initiatives (review.md 7).
INVITED = f"{Role.INVITED_ASSESSOR}@any"
COMMITTEE = (Role.MC_MEMBER, Role.MC_SECRETARY, Role.MC_CHAIR)


_SERVED = """
SELECT asked.months, near.user_id, near.office_id
FROM (
    SELECT (value #>> '{}')::integer AS months FROM approvals_parameter
    WHERE key = 'separation.months_served' AND valid_from <= %(day)s ORDER BY valid_from DESC LIMIT 1
) asked
LEFT JOIN LATERAL offices_served_near(
    %(users)s::uuid[], %(at)s::timestamptz - make_interval(days => asked.months * 365 / 12), %(at)s, %(day)s
) near ON true
"""


@dataclass(frozen=True)
class Service:
    """Where people served within the last `months`: by person, the offices that are too near to them. Without a period
    in force (None) nobody's list leaves anything out, and no act passes.
    """

    months: int | None
    near: dict[uuid.UUID, frozenset[uuid.UUID]]

    def offices(self, user_id: uuid.UUID | None) -> list[uuid.UUID]:
        return sorted(self.near.get(user_id, ())) if user_id is not None else []


@dataclass(frozen=True)
class Viewer:
    """A person before the cases at an instant. `seats` are `role@office id`, or `role@oict` for posts inside OICT.

    All that they may use is here, what they hold and what they stand in at; `own` is the first alone, and
    `stands_for` has one viewer for each absent person: who (`user_id`, `name`), until when, on which seats.
    """

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
    name: str = ""
    until: datetime | None = None
    absences: tuple[uuid.UUID, ...] = ()
    own: Viewer | None = None
    stands_for: tuple[Viewer, ...] = ()

    def has(self, role: str) -> bool:
        return role in self.roles

    @property
    def assesses(self) -> bool:
        """Whether they sit at a desk of reviewers, as OICT's own or invited."""
        return self.reviews or INVITED in self.seats

    @property
    def own_seats(self) -> frozenset[str]:
        return self.seats if self.own is None else self.own.seats

    @property
    def own_posts(self) -> tuple[uuid.UUID, ...]:
        return self.posts if self.own is None else self.own.posts

    def parts(self) -> tuple[Viewer, ...]:
        """The person themselves, then each for whom they stand in."""
        return (self if self.own is None else self.own, *self.stands_for)

    def behalf_at(self, seats: Any, taken_by: uuid.UUID | None = None) -> Viewer | None:
        """On whose behalf they would act on these seats; None for their own. Who took the turn comes first."""
        wanted = set(seats)
        found = [one for one in self.stands_for if one.seats & wanted]
        taker = next((one for one in found if one.user_id == taken_by), None) if taken_by else None
        if taker is not None:
            return taker
        return None if self.own_seats & wanted else next(iter(found), None)

    def has_taken(self, turn: Any) -> bool:
        """Whether the turn was taken by this person, or by one for whom they stand in there."""
        if turn.taken_by_id is None:
            return False
        if turn.taken_by_id == self.user_id:
            return True
        behalf = self.behalf_at(turn.seats, turn.taken_by_id)
        return behalf is not None and behalf.user_id == turn.taken_by_id

    @cached_property
    def service(self) -> Service:
        """For the person and each for whom they stand in: the offices whose cases they neither review nor decide,
        because they served there or near there lately (review.md 7). One statement, asked when first needed.
        """
        people = [one.user_id for one in self.parts() if one.user_id is not None]
        with connection.cursor() as cursor:
            cursor.execute(_SERVED, {"users": people, "at": self.at, "day": day_of(self.at)})
            rows = cursor.fetchall()
        near = {person: frozenset(office for _m, one, office in rows if one == person) for person in people}
        return Service(rows[0][0] if rows else None, near)


def months_before(at: datetime, months: int) -> datetime:
    """The instant since which service counts; the query of the queue counts alike."""
    return at - timedelta(days=months * 365 // 12)


def viewer_from(user: User, standing: Standing) -> Viewer:
    """Make the viewer of a standing: one more statement, and only for those who serve other offices."""
    if not user.is_active:
        return Viewer(user_id=user.pk, is_active=False, at=standing.at, roles=frozenset(), seats=frozenset())
    serving = [p.office_id for p in standing.posts if p.role in SERVING]
    served: dict[uuid.UUID, list[uuid.UUID]] = {}
    if serving:
        rows = Office.objects.filter(serviced_by__in=sorted(set(serving))).values_list("serviced_by", "pk")
        for server, office_id in rows:
            if server is not None:
                served.setdefault(server, []).append(office_id)
    everything = _viewer(user.pk, standing, standing.posts, served)
    absent: dict[uuid.UUID, list[PostHeld]] = {}
    for post in standing.posts:
        if post.stands_for is not None:
            absent.setdefault(post.stands_for, []).append(post)
    if not absent:
        return everything
    return replace(
        everything,
        posts=tuple(p.post_id for p in standing.posts),
        own=_viewer(user.pk, standing, [p for p in standing.posts if p.is_own], served),
        stands_for=tuple(
            replace(
                _viewer(person, standing, posts, served),
                name=posts[0].stands_for_name,
                until=min(p.until for p in posts if p.until is not None),
                absences=tuple(p.absence_id for p in posts if p.absence_id is not None),
            )
            for person, posts in absent.items()
        ),
    )


def _viewer(
    user_id: uuid.UUID, standing: Standing, posts: Any, served: dict[uuid.UUID, list[uuid.UUID]]
) -> Viewer:
    """What these posts let a person do and see."""
    part = Standing(user_id=user_id, at=standing.at, posts=tuple(posts), below=standing.below)
    seats = set()
    for post in part.posts:
        seats.add(f"{post.role}@{post.office_id}")
        if post.within_oict:
            seats.add(f"{post.role}@oict")
        elif post.role == Role.INVITED_ASSESSOR:
            seats.add(INVITED)
    own = set(part.office_ids(Role.SUBMITTER, with_below=False)) if part.post_ids(Role.SUBMITTER) else set()
    if part.post_ids(*OFFICE_LEADERS):
        own.update(part.office_ids(*OFFICE_LEADERS))
    for post in part.posts:
        if post.role in SERVING:
            own.update(served.get(post.office_id, ()))
    roles = part.roles
    within = frozenset(post.role for post in part.posts if post.within_oict)
    return Viewer(
        user_id=user_id,
        is_active=True,
        at=standing.at,
        roles=roles,
        seats=frozenset(seats),
        posts=tuple(part.post_ids()),
        own_offices=tuple(sorted(own)),
        mission_offices=tuple(part.office_ids(Role.FIELD_ICT_OFFICER))
        if part.post_ids(Role.FIELD_ICT_OFFICER)
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
