"""Who sits where at an instant: seats become people, and a desk's place becomes the office that acts."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.approvals.choices import Capacity
from apps.approvals.standing import INVITED
from apps.approvals.workflow import Desk
from apps.offices import queries as offices
from apps.offices.choices import OfficeKind, Role
from apps.offices.models import Absence, Office, ParagraphHolding, Post, PostHolding
from apps.offices.permissions import who_can_exercise


@dataclass(frozen=True)
class Seated:
    """A person on a seat, with the post by which they sit there: as its holder (`is_away`: not there now), or in the
    place of an absent one (`stands_for`, until when).
    """

    seat: str
    user: User
    post_titles: dict[str, str]
    office_id: uuid.UUID
    stands_for: uuid.UUID | None = None
    stands_for_name: str = ""
    until: datetime | None = None
    is_away: bool = False
    has_stand_in: bool = False

    @property
    def said(self) -> str:
        """The person as a page names them."""
        if not self.stands_for_name:
            return self.user.full_name
        return _("%(name)s for %(absent)s") % {"name": self.user.full_name, "absent": self.stands_for_name}


_SEATED = """
WITH RECURSIVE oict(id) AS (
    SELECT id FROM offices_office WHERE kind = 'oict'
    UNION
    SELECT pl.office_id FROM offices_officeplacement pl JOIN oict o ON pl.parent_id = o.id WHERE pl.during @> %(day)s
), held AS (
    SELECT h.user_id, p.id AS post_id, p.code, p.role, p.titles, p.office_id
    FROM offices_postholding h
    JOIN offices_post p ON p.id = h.post_id
    JOIN accounts_user u ON u.id = h.user_id AND u.is_active
    WHERE p.role = ANY(%(roles)s) AND h.during @> %(at)s
), away AS (
    SELECT a.post_id, a.holder_id, s.id AS stand_in_id, upper(a.during) AS until
    FROM offices_absence a
    JOIN held ON held.post_id = a.post_id AND held.user_id = a.holder_id
    LEFT JOIN accounts_user s ON s.id = a.stand_in_id AND s.is_active
    WHERE NOT a.called_off AND a.during @> %(at)s
), aside AS (
    SELECT d.user_id FROM approvals_conflictdeclaration d WHERE d.case_id = %(case)s AND d.recused
), seat AS (
    SELECT held.user_id, NULL::uuid AS absent_id, NULL::timestamptz AS until, away.post_id IS NOT NULL AS is_away,
           away.stand_in_id IS NOT NULL AS has_stand_in, held.code, held.role, held.titles, held.office_id
    FROM held LEFT JOIN away ON away.post_id = held.post_id
    UNION ALL
    SELECT away.stand_in_id, away.holder_id, away.until, false, false, held.code, held.role, held.titles, held.office_id
    FROM away JOIN held ON held.post_id = away.post_id
    WHERE away.stand_in_id IS NOT NULL
)
SELECT u.*, seat.role AS seat_role, seat.titles AS seat_titles, seat.office_id AS seat_office,
       seat.office_id IN (SELECT id FROM oict) AS seat_in_oict, seat.absent_id AS seat_absent,
       coalesce(absent.full_name, '') AS seat_absent_name, seat.until AS seat_until,
       seat.is_away AS seat_is_away, seat.has_stand_in AS seat_has_stand_in
FROM seat
JOIN accounts_user u ON u.id = seat.user_id
LEFT JOIN accounts_user absent ON absent.id = seat.absent_id
WHERE u.id NOT IN (SELECT user_id FROM aside)
  AND (seat.absent_id IS NULL OR seat.absent_id NOT IN (SELECT user_id FROM aside))
ORDER BY seat.code, seat.absent_id NULLS FIRST
"""


def people_for(seats: Iterable[str], at: datetime, *, case_id: uuid.UUID) -> list[Seated]:
    """The active people who sit on these seats at the instant, themselves or for an absent holder, in the order of
    their posts; one statement.

    Who recused themselves from the case is told nothing of it, and is not named as one who could act, nor is who
    would act for them.
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
        beyond = f"{person.seat_role}@any"
        for seat in (own, inside, beyond):
            if seat in wanted and (seat == own or person.seat_in_oict is (seat == inside)):
                titles = person.seat_titles
                titles = json.loads(titles) if isinstance(titles, str) else titles
                found.append(
                    Seated(
                        seat,
                        person,
                        titles,
                        person.seat_office,
                        person.seat_absent,
                        person.seat_absent_name,
                        person.seat_until,
                        person.seat_is_away,
                        person.seat_has_stand_in,
                    )
                )
    return found


def seated_with(turn: Any, at: datetime) -> list[Seated]:
    """Who has a turn at the instant, on which seat: who took it and who stands in for them, else all who sit there."""
    seated = people_for(turn.seats, at, case_id=turn.case_id)
    if turn.taken_by_id is None:
        return seated
    return [one for one in seated if turn.taken_by_id in (one.user.pk, one.stands_for)]


@dataclass(frozen=True)
class Reach:
    """Who is sent what is said of a turn, who reads it on the page only, and whether anybody is there at all."""

    sent: list[User]
    copied: list[User]
    is_attended: bool


def reach(turn: Any, at: datetime) -> Reach:
    """Who has a turn at the instant, and who reads of it on the page only, being away while another stands in.

    The first: who took it, else everyone on its seats; to decide, whoever has authority. Where somebody stands in,
    that person, and not the absent one.
    """
    if turn.stage == "cooling_off" and turn.taken_by is not None:
        return Reach([turn.taken_by], [], True)
    seated = seated_with(turn, at)
    copied = list(dict.fromkeys(one.user for one in seated if one.is_away and one.has_stand_in))
    if turn.capacity == Capacity.DECIDER and turn.taken_by is None:
        able = [one for one in _deciders(turn, at) if one not in copied]
        return Reach(able, copied, bool(able))
    there = list(dict.fromkeys(one.user for one in seated if not (one.is_away and one.has_stand_in)))
    if not there and turn.taken_by is not None:
        there = [turn.taken_by]
    return Reach(there, copied, any(not one.is_away for one in seated))


def people_with(turn: Any, at: datetime) -> list[User]:
    """Who has a turn at the instant."""
    return reach(turn, at).sent


def _deciders(turn: Any, at: datetime) -> list[User]:
    from apps.approvals.standby import standby_of

    case = turn.case
    able = who_can_exercise(function="18", amount_usd=case.value_usd, at=at, **place_of(case))
    aside = set(case.declarations.filter(recused=True).values_list("user", flat=True))
    if case.is_reconsidered:  # reconsidered: the CITO's, whom no instrument covers
        able = [one for one in able if one.instrument is None]
    found = [one.user for one in able if one.user.pk not in aside]
    standby = standby_of(case.pk, at)
    if standby is not None:
        found += list(User.objects.filter(pk=standby.user_id))
    return list(dict.fromkeys(found))


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
    return tuple(dict.fromkeys(seated.said for seated in people_for(seats, at, case_id=case_id)))


def acting_office(
    desk: Desk, sponsor: Office, at: datetime, *, not_these: Collection[uuid.UUID] = ()
) -> Office:
    """The office that acts at a desk (its calendar and zone then count).

    For a desk of the sponsor: the sponsor itself, where someone holds the role there and is not excluded (and, to
    endorse, is there or has a stand-in who may); else the office that services it; else the nearest office above
    with such a holder; else the sponsor, whose vacant post is then an alert.
    """
    on = offices.day_of(at)
    if desk.place == "committee":
        post = Post.objects.filter(role__in=desk.roles).select_related("office").order_by("code").first()
        return sponsor if post is None else post.office
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
    held = PostHolding.objects.filter(
        post__role__in=desk.roles, post__office__in=chain, during__contains=at, user__is_active=True
    ).exclude(user__in=list(not_these))
    if desk.capacity == Capacity.ENDORSER:
        away = Absence.objects.in_force(at).filter(post=OuterRef("post"))
        there = Q(stand_in__is_active=True) & ~Q(stand_in__in=list(not_these))
        held = held.exclude(Exists(away.exclude(there)))
    have = set(held.values_list("post__office", flat=True))
    nearest = next((office_id for office_id in chain if office_id in have), sponsor.pk)
    return sponsor if nearest == sponsor.pk else Office.objects.get(pk=nearest)


def is_own_initiative(sponsor: Office, at: datetime) -> bool:
    """Whether OICT sponsors, one of its sections, or an office that stands over it (review.md 7)."""
    if sponsor.kind not in (OfficeKind.OICT, OfficeKind.SECTION, OfficeKind.HEADQUARTERS):
        return False
    on = offices.day_of(at)
    if offices.is_within_oict(sponsor.pk, on):
        return True
    oict = Office.objects.filter(kind=OfficeKind.OICT).first()
    return oict is not None and sponsor.pk in offices.ancestors(oict.pk, on)


def seats_of(desk: Desk, office: Office, *, invited: bool = False) -> list[str]:
    """The seats of a desk at its acting office; `invited`: assessors from other offices sit there as well."""
    if invited and desk.capacity == Capacity.REVIEWER:
        return [*(f"{role}@oict" for role in desk.roles), INVITED]
    if desk.place == "oict":
        return [f"{role}@oict" for role in desk.roles]
    return [f"{role}@{office.pk}" for role in desk.roles]
