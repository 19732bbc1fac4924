"""Who could take a desk's turn, with how much they have already, and why the others cannot (review.md 4 and 7).

The reasons are those by which the act itself would refuse them (`services.moves`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count

from apps.approvals.choices import Capacity
from apps.approvals.models import ConflictDeclaration, Participation, Turn
from apps.approvals.permissions import SERVED_CAPACITIES, reasons_of_separation
from apps.approvals.seats import Seated, people_for
from apps.approvals.standing import Viewer, months_before
from apps.approvals.vacancies import CHIEF
from apps.audit.reasons import Reason
from apps.offices.queries import day_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.approvals.models import Case

#: The parts that a section chief gives to another: OICT's desks, but never a decision.
GIVEN = (Capacity.INTAKE, Capacity.REVIEWER, Capacity.LEAD)
NO_CASE = uuid.UUID(int=0)


@dataclass(frozen=True)
class Eligible:
    """One who sits at a desk: how many turns they have taken that are open, and every reason against them here."""

    seated: Seated
    load: int
    reasons: tuple[Reason, ...]

    @property
    def user(self) -> User:
        return self.seated.user


def reasons_against_giving(viewer: Viewer, turn: Turn, *, at: datetime) -> list[Reason]:
    """Who gives a turn to another: the section chief, of a desk of OICT that is no decision."""
    if not _is_given(turn):
        return [Reason("reassign.not_this_desk")]
    if viewer.is_active and CHIEF in viewer.seats:
        return []
    names = tuple(one.said for one in people_for([CHIEF], at, case_id=turn.case_id))
    return [Reason("reassign.not_the_chief", who_can=names)]


def may_give(viewer: Viewer, turn: Turn) -> bool:
    """Whether a page offers to give the turn to another; asks nothing of the database."""
    return viewer.is_active and CHIEF in viewer.seats and _is_given(turn)


def _is_given(turn: Turn) -> bool:
    return turn.capacity in GIVEN and any(seat.endswith("@oict") for seat in turn.seats)


def eligible_for(case: Case, turn: Turn, *, at: datetime, months: int) -> list[Eligible]:
    """Everyone who sits at the turn's desk, who can first and by load; a bounded number of statements."""
    seated: dict[uuid.UUID, Seated] = {}
    for one in people_for(turn.seats, at, case_id=NO_CASE):
        known = seated.get(one.user.pk)
        if known is None or (known.stands_for is not None and one.stands_for is None):
            seated[one.user.pk] = one
    people = {*seated, *(one.stands_for for one in seated.values() if one.stands_for is not None)}
    parts = list(Participation.objects.filter(case=case, user__in=people))
    recused = set(
        ConflictDeclaration.objects.filter(case=case, user__in=people, recused=True).values_list(
            "user", flat=True
        )
    )
    taken = Turn.objects.open().filter(taken_by__in=list(seated)).values("taken_by").order_by()
    loads = {row["taken_by"]: row["number"] for row in taken.annotate(number=Count("pk"))}
    near = _served(people, case, at, months) if turn.capacity in SERVED_CAPACITIES else set()
    found = [
        Eligible(one, loads.get(one.user.pk, 0), tuple(_against(turn, one, parts, recused, near, months)))
        for one in seated.values()
    ]
    return sorted(found, key=lambda one: (bool(one.reasons), one.load, one.user.full_name))


def _served(people: Iterable[uuid.UUID], case: Case, at: datetime, months: int) -> set[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id FROM offices_served_near(%s::uuid[], %s, %s, %s) WHERE office_id = %s",
            [list(people), months_before(at, months), at, day_of(at), case.office_id],
        )
        return {row[0] for row in cursor.fetchall()}


def _against(
    turn: Turn,
    one: Seated,
    parts: list[Participation],
    recused: set[uuid.UUID],
    near: set[uuid.UUID],
    months: int,
) -> list[Reason]:
    if turn.taken_by_id == one.user.pk:
        return [Reason("reassign.has_it")]
    if one.is_away:
        return [Reason("reassign.away")]
    pairs = [(one.user.pk, ""), (one.stands_for, one.stands_for_name)]
    for person, absent in pairs:
        if person is None:
            continue
        about = {"name": absent or one.user.full_name}
        if person in recused:
            return [Reason("reassign.recused", about)]
        mine = [part for part in parts if part.user_id == person]
        against = reasons_of_separation(capacity=turn.capacity, desk=turn.desk, mine=mine)
        if against and against[0].code == "separation.other_desk":
            return [Reason("reassign.other_desk", about)]
        if against:
            return [Reason("reassign.other_part", {**about, "part": against[0].params["part"]})]
        if person in near:
            return [Reason("reassign.served", {**about, "months": months})]
    return []
