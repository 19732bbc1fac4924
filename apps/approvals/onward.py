"""Where a case goes next, said before it goes: who will endorse it (review.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.approvals.choices import Capacity
from apps.approvals.models import Case, Participation
from apps.approvals.seats import Seated, acting_office, people_for, seats_of
from apps.offices.models import Office

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Endorser:
    """The office whose head endorses, and who that is now: nobody where the post is vacant all the way up."""

    office: Office
    people: tuple[Seated, ...]


def endorser_of(case: Case, *, by: User, at: datetime) -> Endorser | None:
    """Who will endorse the case if this person hands it on now, as the engine will find it: the head, or the head of
    the office above where the head handed it on, is away without a stand-in, or the post is vacant.
    """
    desk = next(
        (desk for _stage, desk in case.route.road.desks() if desk.capacity == Capacity.ENDORSER), None
    )
    if desk is None:
        return None
    parts = Participation.objects.filter(case=case, capacity=Capacity.SUBMITTER)
    submitters = {by.pk, *parts.values_list("user", flat=True)}
    office = acting_office(desk, case.office, at, not_these=submitters)
    seated = people_for(seats_of(desk, office), at, case_id=case.pk)
    there = [one for one in seated if not one.is_away and not {one.user.pk, one.stands_for} & submitters]
    return Endorser(office, tuple(there))
