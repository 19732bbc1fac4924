"""Who has how much: the open turns of OICT's desks, by desk and by person (A/61/765, 18; review.md 4)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from apps.approvals.models import Case, Turn
from apps.approvals.seats import people_for
from apps.approvals.standing import REVIEWERS, Viewer
from apps.offices.choices import Role

ROLES = (Role.DESK_OFFICER, *REVIEWERS)
NO_CASE = uuid.UUID(int=0)


@dataclass
class Load:
    """The open turns of one person, or those that nobody has taken yet (`name` is then empty)."""

    name: str = ""
    taken: int = 0
    late: int = 0
    stopped: int = 0
    next_due: datetime | None = None
    is_away: bool = False

    def add(self, due_at: datetime | None, paused_at: datetime | None, at: datetime) -> None:
        self.taken += 1
        if paused_at is not None:
            self.stopped += 1
        elif due_at is not None:
            self.late += due_at < at
            self.next_due = due_at if self.next_due is None else min(self.next_due, due_at)


@dataclass
class DeskLoad:
    """One role of reviewers: what waits there untaken, then each person, the least loaded first."""

    role: Role
    waiting: Load = field(default_factory=Load)
    people: list[Load] = field(default_factory=list)


def loads(viewer: Viewer) -> list[DeskLoad]:
    """The load of every desk of OICT, of the cases that this viewer sees in summary at least (two statements)."""
    at = viewer.at
    seats = {f"{role}@oict": role for role in ROLES}
    found = {role: DeskLoad(role) for role in ROLES}
    people: dict[tuple[Role, uuid.UUID], Load] = {}
    for one in people_for(seats, at, case_id=NO_CASE):
        role = seats[one.seat]
        held = people.setdefault((role, one.user.pk), Load(one.user.full_name))
        held.is_away = held.is_away or one.is_away
    turns = (
        Turn.objects.open()
        .filter(seats__overlap=list(seats), case__in=Case.objects.visible_to(viewer))
        .values_list("seats", "taken_by", "due_at", "paused_at")
    )
    for held_by, taken_by, due_at, paused_at in turns:
        role = next(seats[seat] for seat in held_by if seat in seats)
        holder = people.get((role, taken_by)) if taken_by is not None else None
        (holder or found[role].waiting).add(due_at, paused_at, at)
    for (role, _person), load in people.items():
        found[role].people.append(load)
    for desk in found.values():
        desk.people.sort(key=lambda one: (one.is_away, one.taken, one.name))
    return [desk for desk in found.values() if desk.people or desk.waiting.taken]
