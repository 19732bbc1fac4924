"""Posts and who holds them; what follows from it for groups is derived here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.accounts.services import end_sign_ins
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.audit.register import record
from apps.notices.services import set_timers
from apps.offices import grants, handover, permissions, policies
from apps.offices.models import Absence, Office, Post, PostHolding
from apps.offices.services.absences import STAND_IN_CLOSED
from apps.offices.signals import posts_changed
from apps.offices.wording import day_text

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.notices.models import Timer

BEGINS, ENDS, COUNTS_NO_LONGER = "post.begins", "post.ends", "post.counts_no_longer"


def create_post(*, by: User | None, office: Office, role: str, code: str, titles: dict[str, str]) -> Post:
    """Make a post of an office. `by=None` is the Organization's own data being loaded."""
    with transaction.atomic():
        at = clock.now()
        refuse_if(Kind.NOT_ALLOWED, permissions.reasons_against_appointing(user=by, office=office, at=at))
        refuse_if(Kind.INVALID, policies.reasons_against_post(office=office, role=role, at=at))
        post = Post.objects.create(office=office, role=role, code=code, titles=titles)
        record(
            verb="post.created",
            by=by,
            obj_kind="post",
            obj_id=post.pk,
            occurred_at=at,
            facts={"code": code, "role": role, "office": office.code},
        )
    return post


def assign_post(
    *, post: Post, user: User, from_: datetime, by: User | None, until: datetime | None = None
) -> PostHolding:
    """Give a post to a person from an instant on (to another, where the end is known).

    Refused: to whom is not an administrator of the office; to appoint oneself; where the post is held
    (conflict); to an account that is not active; beside an administrator's or an auditor's post. `by=None`
    is the Organization's own data being loaded.
    """
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).select_related("office").get(pk=post.pk)
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED, permissions.reasons_against_appointing(user=by, office=post.office, at=at)
        )
        if by is not None and by.pk == user.pk:
            refuse(Kind.NOT_ALLOWED, Reason("offices.appoints_oneself", field="user"))
        if by is not None and from_.astimezone(UTC).date() < at.astimezone(UTC).date():
            refuse(Kind.INVALID, Reason("offices.reaches_back", field="from_"))
        if until is not None and until <= from_:
            refuse(
                Kind.INVALID, Reason("offices.ends_before_it_began", {"on": day_text(from_)}, field="until")
            )
        during = DateTimeTZRange(from_, until)
        refuse_if(Kind.CONFLICT, policies.reasons_against_appointment(post=post, user=user, during=during))
        try:
            with transaction.atomic():
                holding = PostHolding.objects.create(post=post, user=user, during=during)
        except IntegrityError as error:
            raise Refused(
                Kind.CONFLICT, [Reason("offices.post_taken", {"post": post.code}, field="post")]
            ) from error
        grants.sync_role(post.role, post.office, at=at)
        set_timers(
            object_id=holding.pk,
            due={kind: due for kind, due in ((BEGINS, from_), (ENDS, until)) if due is not None and due > at},
        )
        if from_ <= at:  # a later beginning is told by the tick
            end_sign_ins(user=user, why="role", by=by)
        record(
            verb="post.assigned",
            by=by,
            obj_kind="post",
            obj_id=post.pk,
            occurred_at=at,
            facts={
                "code": post.code,
                "role": post.role,
                "office": post.office.code,
                "holder": user.pk,
                "from": from_,
                "until": until,
            },
        )
    return holding


def end_holding(
    *,
    holding: PostHolding,
    by: User | None,
    at: datetime | None = None,
    successor: User | None = None,
) -> PostHolding:
    """End an appointment now, or at the instant given; the person's groups follow at once. A `successor` is appointed
    to the post from then on, and gets the turns that the leaving person had taken.

    Refused: to whom is not an administrator of the office; where it ended already; before it began; where the person
    holds turns by this post alone and no successor is named (conflict, with the turns), as is a successor who may not
    hold the post. `by=None` is the Organization's own data being loaded, which is asked for no successor.
    """
    with transaction.atomic():
        holding = (
            PostHolding.objects.select_for_update(of=("self",))
            .select_related("post", "post__office", "user")
            .get(pk=holding.pk)
        )
        now = clock.now()
        office = holding.post.office
        refuse_if(Kind.NOT_ALLOWED, permissions.reasons_against_appointing(user=by, office=office, at=now))
        at = at if at is not None else now
        if holding.during.upper is not None and holding.during.upper <= at:
            params = {"on": day_text(holding.during.upper)}
            refuse(Kind.CONFLICT, Reason("offices.holding_has_ended", params))
        if at <= holding.during.lower:
            params = {"on": day_text(holding.during.lower)}
            refuse(Kind.INVALID, Reason("offices.ends_before_it_began", params, field="at"))
        if successor is None and by is not None:
            refuse_if(Kind.CONFLICT, handover.reasons_against_leaving(holding, now))
        if successor is not None and successor.pk == holding.user_id:
            params = {"person": successor.full_name}
            refuse(Kind.INVALID, Reason("offices.successor_holds_it", params, field="successor"))
        holding.during = DateTimeTZRange(holding.during.lower, at)
        holding.save(update_fields=["during"])
        grants.sync_role(holding.post.role, office, at=now)
        set_timers(object_id=holding.pk, due={ENDS: max(at, now)})
        record(
            verb="post.ended",
            by=by,
            obj_kind="post",
            obj_id=holding.post.pk,
            occurred_at=now,
            facts={
                "code": holding.post.code,
                "role": holding.post.role,
                "holder": holding.user_id,
                "until": at,
                "successor": successor.pk if successor is not None else None,
            },
        )
        if successor is not None:
            assign_post(post=holding.post, user=successor, from_=at, by=by)
            if at <= now:
                handover.hand_over(holding=holding, successor=successor, at=now)
    return holding


def follow_dates(timer: Timer) -> None:
    """Bring the group in line when an appointment begins or ends by its date. Authority needs no such help."""
    holding = PostHolding.objects.select_related("post__office", "user").filter(pk=timer.object_id).first()
    if holding is not None:
        at = clock.now()
        grants.sync_role(holding.post.role, holding.post.office, at=at)
        posts_changed.send(sender=None, user=holding.user, at=at, post=holding.post)


def follow_inactivity(*, user: User) -> None:
    """Let the tick tell that the posts of an account that was closed count for nothing."""
    at = clock.now()
    for holding in PostHolding.objects.filter(user=user, during__contains=at):
        set_timers(object_id=holding.pk, due={COUNTS_NO_LONGER: at})
    for absence in Absence.objects.filter(stand_in=user, called_off=False, during__contains=at):
        set_timers(object_id=absence.pk, due={STAND_IN_CLOSED: at})
