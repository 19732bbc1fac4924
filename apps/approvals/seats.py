"""Who sits where at an instant: seats become people, and a desk's place becomes the office that acts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.workflow import Desk
from apps.offices import queries as offices
from apps.offices.choices import Role
from apps.offices.models import Office, ParagraphHolding, PostHolding


@dataclass(frozen=True)
class Seated:
    """A person on a seat, with the post by which they sit there."""

    seat: str
    user: User
    post_titles: dict[str, str]
    office_id: uuid.UUID


def people_for(seats: Iterable[str], at: datetime) -> list[Seated]:
    """The active people who sit on these seats at the instant, in the order of their posts; at most two statements."""
    wanted = set(seats)
    if not wanted:
        return []
    roles = {seat.split("@", 1)[0] for seat in wanted}
    rows = (
        PostHolding.objects.filter(post__role__in=roles, during__contains=at, user__is_active=True)
        .select_related("user", "post")
        .order_by("post__code")
    )
    inside = _inside_oict(at) if any(seat.endswith("@oict") for seat in wanted) else frozenset()
    found = []
    for row in rows:
        for seat in (f"{row.post.role}@{row.post.office_id}", f"{row.post.role}@oict"):
            if seat in wanted and (not seat.endswith("@oict") or row.post.office_id in inside):
                found.append(Seated(seat, row.user, row.post.titles, row.post.office_id))
    return found


def _inside_oict(at: datetime) -> frozenset[uuid.UUID]:
    on = offices.day_of(at)
    roots = list(Office.objects.filter(kind="oict").values_list("pk", flat=True))
    return frozenset(office for reach in offices.below(roots, on).values() for office in reach)


def names_for(seats: Iterable[str], at: datetime) -> tuple[str, ...]:
    """The names of who sits on these seats, for "who can"; each once."""
    return tuple(dict.fromkeys(seated.user.full_name for seated in people_for(seats, at)))


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
