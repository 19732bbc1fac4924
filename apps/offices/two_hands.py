"""May this person draft, issue or accept? Four eyes: every instrument passes through two people.

One drafts and another issues, and one of the two is the delegator: the Chief Information Technology Officer, or for a
sub-delegation the holder of the post that the parent names. What the delegator drafts is issued by a second hand: the
Chief Information Technology Officer or an OICT section chief. Who gives never accepts (A/61/765, 14 to 18).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import BooleanField, F, Func, Q, Value

from apps.audit.reasons import Reason
from apps.offices import queries
from apps.offices.choices import Role
from apps.offices.models import Instrument, Post, PostHolding

if TYPE_CHECKING:
    from apps.accounts.models import User

DRAFTERS = (Role.CITO, Role.SECTION_CHIEF, Role.ADMINISTRATOR)
SECOND_HANDS = (Role.CITO, Role.SECTION_CHIEF)
WITHIN_OICT = frozenset(SECOND_HANDS)
"""Posts of these roles count within OICT only."""


def reasons_against_drafting(*, user: User, at: datetime, parent: Instrument | None = None) -> list[Reason]:
    """Who drafts: the CITO, an OICT section chief or an administrator; a sub-delegation also the holder of the post
    that the parent names."""
    if not getattr(user, "is_active", False):
        return [Reason("offices.not_active")]
    if _holds_one_of(user, DRAFTERS, at):
        return []
    if parent is not None:
        if _holds(user, parent.delegate_post, at):
            return []
        return [Reason("offices.not_the_delegate", {"number": parent.number})]
    return [Reason("offices.not_a_drafter", who_can=_names_of(DRAFTERS, at))]


def reasons_against_issuing(*, user: User, instrument: Instrument, at: datetime) -> list[Reason]:
    """Who issues: the delegator, if another drafted it; a second hand, if the delegator did. Never who drafted it, and
    never the holder of the post that would receive it."""
    if not getattr(user, "is_active", False):
        return [Reason("offices.not_active")]
    number = {"number": instrument.number}
    if instrument.delegator_id is not None:
        found = _against_the_second_hand(user, instrument, at)
    elif instrument.parent is not None:
        holds = _holds(user, instrument.delegator_post, at)
        found = [] if holds else [Reason("offices.not_the_delegate", {"number": instrument.parent.number})]
    else:
        holds = _holds(user, instrument.delegator_post, at) and _holds_one_of(user, (Role.CITO,), at)
        found = [] if holds else [Reason("offices.not_an_issuer", who_can=_names_of((Role.CITO,), at))]
    if not found and instrument.drafted_by_id == user.pk:
        found = [Reason("offices.drafted_by_oneself", number)]
    if not found and _holds(user, instrument.delegate_post, at):
        found = [Reason("offices.to_oneself", {"post": instrument.delegate_post.code})]
    return found


def _against_the_second_hand(user: User, instrument: Instrument, at: datetime) -> list[Reason]:
    number = {"number": instrument.number}
    if instrument.drafted_by_id == user.pk:
        others = tuple(n for n in _names_of(SECOND_HANDS, at) if not n.startswith(f"{user.full_name} ("))
        return [Reason("offices.drafted_by_oneself", number, who_can=others)]
    if not _holds_one_of(user, SECOND_HANDS, at):
        return [Reason("offices.not_a_second_hand", number, who_can=_names_of(SECOND_HANDS, at))]
    giver = queries.holder_of(instrument.delegator_post, at)
    if giver is None or giver.pk != instrument.delegator_id:
        return [Reason("offices.delegator_has_left", {**number, "post": instrument.delegator_post.code})]
    return []


def reasons_against_withdrawing(*, user: User, instrument: Instrument, at: datetime) -> list[Reason]:
    """Who withdraws a draft: who drafted it, the delegator, or the CITO."""
    if not getattr(user, "is_active", False):
        return [Reason("offices.not_active")]
    if (
        instrument.drafted_by_id == user.pk
        or _holds(user, instrument.delegator_post, at)
        or _holds_one_of(user, (Role.CITO,), at)
    ):
        return []
    who = (instrument.drafted_by.full_name,) if instrument.drafted_by is not None else ()
    return [Reason("offices.not_ones_draft", {"number": instrument.number}, who_can=who)]


def reasons_against_accepting(*, user: User, instrument: Instrument, at: datetime) -> list[Reason]:
    """Who accepts: the holder of the post that the instrument names, who neither delegated nor issued it."""
    if not getattr(user, "is_active", False):
        return [Reason("offices.not_active")]
    post = instrument.delegate_post
    if not _holds(user, post, at):
        holder = queries.holder_of(post, at)
        who = (f"{holder.full_name} ({post.title})",) if holder is not None else ()
        return [
            Reason("offices.not_the_receiver", {"number": instrument.number, "post": post.code}, who_can=who)
        ]
    if user.pk in (instrument.delegator_id, instrument.issued_by_id):
        return [Reason("offices.to_oneself", {"post": post.code})]
    return []


def delegating_post(parent: Instrument | None, at: datetime) -> Post | None:
    """The post that would delegate: the one that the parent names, or the CITO's within OICT (that which is held,
    where there are several)."""
    if parent is not None:
        return parent.delegate_post
    posts = Post.objects.filter(role=Role.CITO).order_by("code").select_related("office")
    inside = [post for post in posts if queries.is_within_oict(post.office_id, queries.day_of(at))]
    return next(
        (post for post in inside if queries.holder_of(post, at) is not None), next(iter(inside), None)
    )


def _holds(user: User, post: Post, at: datetime) -> bool:
    return PostHolding.objects.filter(post=post, user=user, during__contains=at).exists()


def _holds_one_of(user: User, roles: tuple[Role, ...], at: datetime) -> bool:
    return _one_of(queries.posts_of(user, at), roles)


def _one_of(posts: Iterable[queries.PostHeld], roles: tuple[Role, ...]) -> bool:
    return any(held.role in roles and (held.within_oict or held.role not in WITHIN_OICT) for held in posts)


def _names_of(roles: tuple[Role, ...], at: datetime) -> tuple[str, ...]:
    day = Value(queries.day_of(at))
    inside = Func(F("post__office"), day, function="offices_within_oict", output_field=BooleanField())
    rows = PostHolding.objects.annotate(inside=inside).filter(
        ~Q(post__role__in=WITHIN_OICT) | Q(inside=True),
        post__role__in=roles,
        during__contains=at,
        user__is_active=True,
    )
    return tuple(
        f"{row.user.full_name} ({row.post.title})"
        for row in rows.select_related("user", "post").order_by("post__code")
    )
