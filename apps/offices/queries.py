"""Questions about the Organization at an instant: who holds which post, what stands below what, which
calendar counts.

Nothing here writes. Instants are aware; the tree of an instant is the tree of its day (UTC).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from apps.offices.choices import Role
from apps.offices.models import Absence, CalendarVersion, Office, Post, PostHolding
from apps.offices.working_time import WorkCalendar

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class PostHeld:
    """A post that a person holds at an instant, or stands in at for its absent holder (`stands_for`, `until`),
    with what rules ask about it.
    """

    holding_id: UUID
    post_id: UUID
    post_code: str
    role: str
    office_id: UUID
    office_code: str
    office_kind: str
    within_oict: bool
    stands_for: UUID | None = None
    stands_for_name: str = ""
    until: datetime | None = None
    absence_id: UUID | None = None

    @property
    def is_own(self) -> bool:
        """Whether the person holds the post, and does not only stand in for who does."""
        return self.stands_for is None


class Reach(Mapping[UUID, tuple[UUID, ...]]):
    """For each office of a standing, itself and all below it; asked of the database when first needed."""

    def __init__(self, roots: Iterable[UUID], on: date) -> None:
        self._roots, self._on = sorted(set(roots)), on
        self._found: dict[UUID, tuple[UUID, ...]] | None = None

    def _all(self) -> dict[UUID, tuple[UUID, ...]]:
        if self._found is None:
            self._found = below(self._roots, self._on)
        return self._found

    def __getitem__(self, root: UUID) -> tuple[UUID, ...]:
        return self._all()[root]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._roots)

    def __len__(self) -> int:
        return len(self._roots)


@dataclass(frozen=True)
class Standing:
    """What a person is at an instant: posts, roles, and the offices that each role reaches. Made once a
    request.

    Never read after the lock of a decision: there `permissions` asks the database again.
    """

    user_id: UUID | None
    at: datetime
    posts: tuple[PostHeld, ...] = ()
    below: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(p.role for p in self.posts)

    @property
    def is_oict(self) -> bool:
        """Whether a post in OICT (or a section of it) is held; an administrator's or auditor's post gives
        no such standing.
        """
        return any(p.within_oict and p.role not in (Role.ADMINISTRATOR, Role.AUDITOR) for p in self.posts)

    def has(self, role: str, office_id: UUID | None = None) -> bool:
        """Whether the role is held; with an office, whether it is held there or at an office above it."""
        return any(
            p.role == role and (office_id is None or office_id in self.below.get(p.office_id, ()))
            for p in self.posts
        )

    def holds_at(self, role: str, office_id: UUID) -> bool:
        """Whether the role is held at this very office."""
        return any(p.role == role and p.office_id == office_id for p in self.posts)

    def behalf(self, role: str, office_id: UUID) -> PostHeld | None:
        """The post by which this person acts in the role at this very office only for its absent holder; None
        where they hold the role there themselves, or not at all.
        """
        there = [p for p in self.posts if p.role == role and p.office_id == office_id]
        return None if any(p.is_own for p in there) else next(iter(there), None)

    def office_ids(self, *roles: str, with_below: bool = True) -> list[UUID]:
        """The offices that these roles reach (all roles held, when none is named), in a stable order."""
        reached: set[UUID] = set()
        for p in self.posts:
            if not roles or p.role in roles:
                reached.update(self.below.get(p.office_id, (p.office_id,)) if with_below else (p.office_id,))
        return sorted(reached)

    def post_ids(self, *roles: str) -> list[UUID]:
        return [p.post_id for p in self.posts if not roles or p.role in roles]


_POSTS_HELD = """
WITH RECURSIVE oict(id) AS (
    SELECT id FROM offices_office WHERE kind = 'oict'
    UNION
    SELECT pl.office_id FROM offices_officeplacement pl JOIN oict ON pl.parent_id = oict.id
    WHERE pl.during @> %(day)s
)
SELECT h.id, p.id, p.code, p.role, o.id, o.code, o.kind, o.id IN (SELECT id FROM oict),
       NULL::uuid, '', NULL::timestamptz, NULL::uuid
FROM offices_postholding h
JOIN accounts_user u ON u.id = h.user_id
JOIN offices_post p ON p.id = h.post_id
JOIN offices_office o ON o.id = p.office_id
WHERE h.user_id = %(user)s AND u.is_active AND h.during @> %(at)s
UNION ALL
SELECT h.id, p.id, p.code, p.role, o.id, o.code, o.kind, o.id IN (SELECT id FROM oict),
       away.id, away.full_name, upper(a.during), a.id
FROM offices_absence a
JOIN offices_postholding h ON h.post_id = a.post_id AND h.user_id = a.holder_id AND h.during @> %(at)s
JOIN accounts_user away ON away.id = a.holder_id AND away.is_active
JOIN accounts_user u ON u.id = a.stand_in_id AND u.is_active
JOIN offices_post p ON p.id = h.post_id
JOIN offices_office o ON o.id = p.office_id
WHERE a.stand_in_id = %(user)s AND NOT a.called_off AND a.during @> %(at)s
ORDER BY 3, 11 NULLS FIRST
"""

_BELOW = """
WITH RECURSIVE tree(root, id) AS (
    SELECT t.id, t.id FROM unnest(%(roots)s::uuid[]) AS t(id)
    UNION
    SELECT tree.root, pl.office_id
    FROM tree JOIN offices_officeplacement pl ON pl.parent_id = tree.id AND pl.during @> %(day)s
)
SELECT root, id FROM tree
"""

_ABOVE = """
WITH RECURSIVE tree(id, depth) AS (
    SELECT %(office)s::uuid, 0
    UNION ALL
    SELECT pl.parent_id, tree.depth + 1
    FROM tree JOIN offices_officeplacement pl ON pl.office_id = tree.id AND pl.during @> %(day)s
    WHERE tree.depth < 30
)
SELECT id FROM tree WHERE depth > 0 ORDER BY depth
"""


_CALENDAR = """
SELECT v.id, s.time_zone
FROM offices_office o
JOIN offices_dutystation s ON s.id = o.duty_station_id
JOIN offices_calendarversion v ON v.calendar_id = s.calendar_id
WHERE o.id = %(office)s AND v.valid_from <= %(day)s AND v.confirmed_at IS NOT NULL
ORDER BY v.valid_from DESC, v.number DESC
LIMIT 1
"""


def day_of(at: datetime) -> date:
    """The day whose tree judges an act at this instant."""
    return at.astimezone(UTC).date()


def posts_of(user: User, at: datetime) -> list[PostHeld]:
    """The posts that this person holds or stands in at, at the instant; none for one who is inactive or not
    signed in.
    """
    if not _counts(user):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_POSTS_HELD, {"user": user.pk, "at": at, "day": day_of(at)})
        return [PostHeld(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class StoodFor:
    """The absent person on whose behalf an act is done, as the register names them."""

    pk: UUID


def person_stood_for(post: PostHeld | None) -> StoodFor | None:
    """The absent holder of a post that another stands in at; None for one's own."""
    return None if post is None or post.stands_for is None else StoodFor(post.stands_for)


def roles_of(user: User, at: datetime) -> set[tuple[str, UUID]]:
    return {(p.role, p.office_id) for p in posts_of(user, at)}


def standing_of(user: User, at: datetime) -> Standing:
    """Everything that rules ask about a person at an instant, in at most two statements (one for a person
    without a post).
    """
    posts = posts_of(user, at)
    return Standing(
        user_id=user.pk if posts else getattr(user, "pk", None),
        at=at,
        posts=tuple(posts),
        below=Reach((p.office_id for p in posts), day_of(at)),
    )


def below(office_ids: Iterable[UUID], on: date) -> dict[UUID, tuple[UUID, ...]]:
    """For each of these offices, itself and all below it on this day (one statement)."""
    roots = list(office_ids)
    if not roots:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"roots": roots, "day": on})
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for root, office in cursor.fetchall():
            found[root].append(office)
    return {root: tuple(offices) for root, offices in found.items()}


def ancestors(office_id: UUID, on: date) -> list[UUID]:
    """The offices above this one on this day, the nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"office": office_id, "day": on})
        return [row[0] for row in cursor.fetchall()]


def descendants(office_id: UUID, on: date) -> list[UUID]:
    """The offices below this one on this day, without itself."""
    return [o for o in below([office_id], on).get(office_id, ()) if o != office_id]


def office_ids_for(user: User, roles: Iterable[str], at: datetime, with_below: bool = True) -> list[UUID]:
    """The ids of the offices that these roles of this person reach, to be passed to the database as an
    array.
    """
    return standing_of(user, at).office_ids(*roles, with_below=with_below)


def holder_of(post: Post, at: datetime) -> User | None:
    """Who holds the post at the instant; nobody where it is vacant or the holder's account is not active."""
    holding = (
        PostHolding.objects.select_related("user")
        .filter(post=post, during__contains=at, user__is_active=True)
        .first()
    )
    return holding.user if holding else None


def holders(role: str, office: Office | UUID | None, at: datetime) -> list[User]:
    """The active people who hold this role at this very office (anywhere, when no office is named), by
    post; then those who stand in for one of them.
    """
    rows = PostHolding.objects.select_related("user").filter(
        post__role=role, during__contains=at, user__is_active=True
    )
    if office is not None:
        rows = rows.filter(post__office=office)
    away = Absence.objects.stood_in(at).filter(post__role=role).select_related("stand_in")
    if office is not None:
        away = away.filter(post__office=office)
    found = [row.user for row in rows.order_by("post__code")]
    found += [row.stand_in for row in away.order_by("post__code") if row.stand_in is not None]
    return list(dict.fromkeys(found))


def is_within_oict(office_id: UUID, on: date) -> bool:
    """Whether the office is OICT or stands below it on this day."""
    chain = [office_id, *ancestors(office_id, on)]
    return Office.objects.filter(pk__in=chain, kind="oict").exists()


def is_held(function: str, paragraph: int | None, office_id: UUID, at: datetime) -> bool:
    """Whether the function is held for an office at an instant: by the report itself, or under an instrument."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM offices_paragraphholding"
            " WHERE paragraph = %(paragraph)s AND office_id = %(office)s AND during @> %(day)s)"
            " OR EXISTS (SELECT 1 FROM offices_instrumentcoverage WHERE function_id = %(function)s"
            " AND office_id = %(office)s AND during @> %(at)s AND accepted AND NOT suspended AND NOT revoked)",
            {
                "function": function,
                "paragraph": paragraph,
                "office": office_id,
                "at": at,
                "day": day_of(at),
            },
        )
        return bool(cursor.fetchone()[0])


def calendar_for(office: Office, on: date) -> WorkCalendar:
    """The working calendar that counts for an office on a day: the latest confirmed version in force then,
    in its own zone.

    One statement; the content of a version never changes, so it is kept for the life of the process by the
    version's id.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CALENDAR, {"office": office.pk, "day": on})
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"no working calendar is in force for {office.code} on {on}")
    return _work_calendar(row[0], row[1])


_CALENDARS = """
SELECT DISTINCT ON (o.id) o.id, v.id, s.time_zone, s.names
FROM offices_office o
JOIN offices_dutystation s ON s.id = o.duty_station_id
JOIN offices_calendarversion v ON v.calendar_id = s.calendar_id
WHERE o.id = ANY(%(offices)s::uuid[]) AND v.valid_from <= %(day)s AND v.confirmed_at IS NOT NULL
ORDER BY o.id, v.valid_from DESC, v.number DESC
"""


@dataclass(frozen=True)
class Station:
    """Where an office works: the names of its duty station, and the calendar that counts there."""

    names: Mapping[str, str]
    calendar: WorkCalendar


def stations_for(office_ids: Iterable[UUID], on: date) -> dict[UUID, Station]:
    """Where several offices work on a day, in one statement; an office without a calendar then is left out."""
    wanted = list(set(office_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CALENDARS, {"offices": wanted, "day": on})
        rows = cursor.fetchall()
    return {
        office: Station(json.loads(names), _work_calendar(version, zone))
        for office, version, zone, names in rows
    }


def calendars_for(office_ids: Iterable[UUID], on: date) -> dict[UUID, WorkCalendar]:
    """The working calendars of several offices on a day, in one statement; an office without one is left out."""
    return {office: station.calendar for office, station in stations_for(office_ids, on).items()}


@lru_cache(maxsize=512)
def _work_calendar(version_id: UUID, zone: str) -> WorkCalendar:
    version = CalendarVersion.objects.select_related("calendar").get(pk=version_id)
    return WorkCalendar(
        key=version.calendar.key,
        version=version.number,
        zone=ZoneInfo(zone),
        working_days=frozenset(version.working_days),
        holidays=frozenset(version.holidays.values_list("date", flat=True)),
    )


def _counts(user: object) -> bool:
    return bool(getattr(user, "pk", None)) and bool(getattr(user, "is_active", False))
