"""Absences: who supervises a post and may say that its holder is away, and what stands against an absence.

The rules of one act in one room: `services.absences` asks them in the act, `explanations` before it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.audit.reasons import Reason
from apps.offices import queries
from apps.offices.choices import Role
from apps.offices.models import Absence, Office, Post, PostHolding
from apps.offices.policies import ALONE
from apps.offices.queries import PostHeld, Standing
from apps.offices.wording import day_text

if TYPE_CHECKING:
    from apps.accounts.models import User

HEADS = (Role.HEAD_OF_OFFICE, Role.CITO)
"""The posts that head an office. A section chief supervises the other posts of OICT."""
WITHOUT_STAND_IN = frozenset({Role.ADMINISTRATOR, Role.SERVICE_ACCOUNT})
"""Posts for which nobody stands in: they configure, or are a program; another is appointed instead."""


def _supervisors(post: Post, at: datetime) -> tuple[list[Office], frozenset[str]]:
    """The offices at which a supervisor of this post may sit, the nearest first, and in which roles."""
    day = queries.day_of(at)
    chain = queries.ancestors(post.office_id, day)
    if post.role not in HEADS:
        chain = [post.office_id, *chain]
    roles = {str(role) for role in HEADS}
    if post.role not in (*HEADS, Role.SECTION_CHIEF) and queries.is_within_oict(post.office_id, day):
        roles.add(str(Role.SECTION_CHIEF))
    found = Office.objects.in_bulk(chain)
    return [found[pk] for pk in chain], frozenset(roles)


def supervisor_posts(post: Post, at: datetime) -> list[Post]:
    """The held posts that supervise this one: at its office, else at the nearest office above that has one."""
    offices, roles = _supervisors(post, at)
    held = list(
        Post.objects.filter(
            office__in=[o.pk for o in offices],
            role__in=roles,
            holdings__during__contains=at,
            holdings__user__is_active=True,
        )
        .exclude(pk=post.pk)
        .select_related("office")
        .order_by("code")
        .distinct()
    )
    for office in offices:
        here = [one for one in held if one.office_id == office.pk]
        if here:
            return here
    return []


def people_at(posts: list[Post], at: datetime) -> list[User]:
    """Who holds these posts at the instant, and who stands in for one of them."""
    ids = [post.pk for post in posts]
    held = PostHolding.objects.filter(post__in=ids, during__contains=at, user__is_active=True)
    stood = Absence.objects.stood_in(at).filter(post__in=ids)
    found = [row.user for row in held.select_related("user").order_by("post__code")]
    found += [row.stand_in for row in stood.select_related("stand_in") if row.stand_in is not None]
    return list(dict.fromkeys(found))


def names_of(posts: list[Post], at: datetime) -> tuple[str, ...]:
    return tuple(user.full_name for user in people_at(posts, at))


def capacity_over(*, standing: Standing, post: Post, at: datetime) -> tuple[str, PostHeld | None] | None:
    """In which capacity a person may say that this post's holder is away, and by which post they do so only for
    its absent holder; None where they may not.
    """
    own = next((p for p in standing.posts if p.post_id == post.pk and p.is_own), None)
    if own is not None:
        return own.role, None
    above = {one.pk for one in supervisor_posts(post, at)}
    mine = [p for p in standing.posts if p.post_id in above]
    if not mine:
        return None
    chosen = next((p for p in mine if p.is_own), mine[0])
    return chosen.role, None if chosen.is_own else chosen


def reasons_against_recording(*, user: User, post: Post, at: datetime) -> list[Reason]:
    """Who says that the holder of a post is away: the holder, or who supervises the post; an administrator never."""
    if not user.is_active:
        return [Reason("offices.not_active")]
    if capacity_over(standing=queries.standing_of(user, at), post=post, at=at) is not None:
        return []
    holder = queries.holder_of(post, at)
    names = (holder.full_name,) if holder is not None else ()
    return [
        Reason(
            "offices.not_the_holder",
            {"post": post.title},
            who_can=tuple(dict.fromkeys((*names, *names_of(supervisor_posts(post, at), at)))),
        )
    ]


def reasons_against_any(*, post: Post, at: datetime) -> list[Reason]:
    """What stands against an absence from this post at all: nobody holds it."""
    if queries.holder_of(post, at) is None:
        return [Reason("offices.nobody_to_be_absent", {"post": post.title})]
    return []


def reasons_against_absence(
    *, post: Post, holder: User, stand_in: User | None, during: DateTimeTZRange, reason: str, at: datetime
) -> list[Reason]:
    """What stands against this absence: its dates, its reason, another one in that time, the stand-in."""
    found = []
    if during.lower.astimezone(UTC).date() < at.astimezone(UTC).date():
        found.append(Reason("offices.absence_reaches_back", field="from_"))
    if during.upper <= during.lower or during.upper <= at:
        found.append(Reason("offices.absence_ends_first", field="until"))
    if not reason.strip():
        found.append(Reason("offices.no_reason_given", field="reason"))
    if any(one.field in ("from_", "until") for one in found):
        return found
    if stand_in is not None:
        found += _about_stand_in(post, holder, stand_in, during, at)
    if not found:
        found += overlapping(post, during)
    return found


def overlapping(post: Post, during: DateTimeTZRange) -> list[Reason]:
    """The absence from this post that is recorded for a part of this time already."""
    other = (
        Absence.objects.filter(post=post, called_off=False, during__overlap=during).order_by("during").first()
    )
    if other is None:
        return []
    params = {"from_": day_text(other.during.lower), "until": day_text(other.during.upper)}
    return [Reason("offices.absent_already", params, field="from_")]


def overlapping_at(post: Post, at: datetime) -> list[Reason]:
    """The absence that would be in the way of one that begins now."""
    return overlapping(post, DateTimeTZRange(at, at, "[]"))


def _about_stand_in(
    post: Post, holder: User, stand_in: User, during: DateTimeTZRange, at: datetime
) -> list[Reason]:
    person = {"person": stand_in.full_name}
    if post.role in WITHOUT_STAND_IN:
        return [Reason("offices.no_stand_in_here", {"post": post.title}, field="stand_in")]
    if not stand_in.is_active or stand_in.is_service:
        return [Reason("offices.person_not_active", person, field="stand_in")]
    if stand_in.pk == holder.pk:
        return [Reason("offices.stands_in_for_oneself", field="stand_in")]
    away = Absence.objects.filter(holder=stand_in, called_off=False, during__overlap=during).first()
    if away is not None:
        params = {**person, "until": day_text(away.during.upper)}
        return [Reason("offices.stand_in_is_away", params, field="stand_in")]
    roles = list(
        PostHolding.objects.filter(user=stand_in, during__overlap=during).select_related("post__office")
    )
    for row in roles:
        if (post.role in ALONE or row.post.role in ALONE) and row.post.role != post.role:
            params = {**person, "post": row.post.code}
            return [Reason("offices.incompatible_posts", params, field="stand_in")]
    day = queries.day_of(at)
    if queries.is_within_oict(post.office_id, day) and not any(
        queries.is_within_oict(office_id, day) for office_id in {row.post.office_id for row in roles}
    ):
        return [Reason("offices.stand_in_outside_oict", {**person, "post": post.title}, field="stand_in")]
    return []


def reasons_against_ending(*, absence: Absence, at: datetime) -> list[Reason]:
    """An absence that is over, or was called off, ends no second time."""
    if absence.ended_at is not None or absence.during.upper <= at:
        return [Reason("offices.absence_is_over", {"on": day_text(absence.ended_at or absence.during.upper)})]
    return []
