"""Who sits where at an instant: seats become people, and a desk's place becomes the office that acts."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.approvals.choices import Capacity
from apps.approvals.workflow import Desk
from apps.offices import queries as offices
from apps.offices.choices import Role
from apps.offices.models import Office, ParagraphHolding, Post, PostHolding
from apps.offices.permissions import who_can_exercise


@dataclass(frozen=True)
class Seated:
    """A person on a seat, with the post by which they sit there."""

    seat: str
    user: User
    post_titles: dict[str, str]
    office_id: uuid.UUID


_SEATED = """
WITH RECURSIVE oict(id) AS (
    SELECT id FROM offices_office WHERE kind = 'oict'
    UNION
    SELECT pl.office_id FROM offices_officeplacement pl JOIN oict o ON pl.parent_id = o.id WHERE pl.during @> %(day)s
)
SELECT u.*, p.role AS seat_role, p.titles AS seat_titles, p.office_id AS seat_office,
       p.office_id IN (SELECT id FROM oict) AS seat_in_oict
FROM offices_postholding h
JOIN offices_post p ON p.id = h.post_id
JOIN accounts_user u ON u.id = h.user_id
WHERE p.role = ANY(%(roles)s) AND h.during @> %(at)s AND u.is_active
  AND NOT EXISTS (
      SELECT 1 FROM approvals_conflictdeclaration d
      WHERE d.case_id = %(case)s AND d.user_id = u.id AND d.recused
  )
ORDER BY p.code
"""


def people_for(seats: Iterable[str], at: datetime, *, case_id: uuid.UUID) -> list[Seated]:
    """The active people who sit on these seats at the instant, in the order of their posts; one statement.

    Who recused themselves from the case is told nothing of it, and is not named as one who could act.
    """
    wanted = set(seats)
    if not wanted:
        return []
    roles = sorted({seat.split("@", 1)[0] for seat in wanted})
    people: Iterable[Any] = User.objects.raw(
        _SEATED, {"roles": roles, "at": at, "day": offices.day_of(at), "case": case_id}
    )
    found = []
    person: Any  # with the columns that the statement adds
    for person in people:
        own, inside = f"{person.seat_role}@{person.seat_office}", f"{person.seat_role}@oict"
        for seat in (own, inside):
            if seat in wanted and (seat == own or person.seat_in_oict):
                titles = person.seat_titles
                titles = json.loads(titles) if isinstance(titles, str) else titles
                found.append(Seated(seat, person, titles, person.seat_office))
    return found


def people_with(turn: Any, at: datetime) -> list[User]:
    """Who has a turn at the instant: who took it, else everyone on its seats; to decide, whoever has authority."""
    if turn.taken_by is not None:
        return [turn.taken_by]
    if turn.capacity == Capacity.DECIDER:
        case = turn.case
        able = who_can_exercise(function="18", amount_usd=case.value_usd, at=at, **place_of(case))
        aside = set(case.declarations.filter(recused=True).values_list("user", flat=True))
        return [one.user for one in able if one.user.pk not in aside]
    return [seated.user for seated in people_for(turn.seats, at, case_id=turn.case_id)]


def place_of(case: Any) -> dict[str, Any]:
    """Where authority over a case is asked for: its office, and the classes of its system and its data as its version
    states them (one that is not stated is above every limit)."""
    facts = case.facts
    return {
        "office_id": case.office_id,
        "system_class": str(facts.get("reach", "")),
        "data_class": str(facts.get("sensitivity", "")),
    }


def titles_of(post_id: uuid.UUID | None) -> dict[str, str]:
    """The titles of a post in its languages, for a letter's signature."""
    if post_id is None:
        return {}
    return Post.objects.values_list("titles", flat=True).get(pk=post_id)


def names_for(seats: Iterable[str], at: datetime, *, case_id: uuid.UUID) -> tuple[str, ...]:
    """The names of who sits on these seats, for "who can"; each once."""
    return tuple(dict.fromkeys(seated.user.full_name for seated in people_for(seats, at, case_id=case_id)))


def acting_office(
    desk: Desk, sponsor: Office, at: datetime, *, not_these: Collection[uuid.UUID] = ()
) -> Office:
    """The office that acts at a desk (its calendar and zone then count).

    For a desk of the sponsor: the sponsor itself, where someone holds the role there and is not excluded;
    else the office
    that services it; else the nearest office above with such a holder; else the sponsor, whose vacant post
    is then an alert.
    """
    on = offices.day_of(at)
    if desk.place != "sponsor":
        paragraph = 18 if desk.place == "oict" else 17
        holding = (
            ParagraphHolding.objects.filter(paragraph=paragraph, during__contains=on)
            .select_related("office")
            .first()
        )
        if holding is None:
            raise LookupError(f"no office holds paragraph {paragraph} on {on}")
        return holding.office
    chain: list[uuid.UUID] = [sponsor.pk]
    if sponsor.serviced_by_id and not set(desk.roles) & {Role.SUBMITTER, Role.HEAD_OF_OFFICE}:
        chain.append(sponsor.serviced_by_id)
    if Role.SUBMITTER not in desk.roles:
        chain += offices.ancestors(sponsor.pk, on)
    held = (
        PostHolding.objects.filter(
            post__role__in=desk.roles, post__office__in=chain, during__contains=at, user__is_active=True
        )
        .exclude(user__in=list(not_these))
        .values_list("post__office", flat=True)
    )
    have = set(held)
    nearest = next((office_id for office_id in chain if office_id in have), sponsor.pk)
    return sponsor if nearest == sponsor.pk else Office.objects.get(pk=nearest)


def seats_of(desk: Desk, office: Office) -> list[str]:
    """The seats of a desk at its acting office."""
    if desk.place == "oict":
        return [f"{role}@oict" for role in desk.roles]
    return [f"{role}@{office.pk}" for role in desk.roles]
