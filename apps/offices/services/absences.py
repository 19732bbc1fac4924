"""Absences: recorded with who stands in, ended early, and what follows for groups when they begin and end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.audit.register import record
from apps.notices import services as notices
from apps.offices import absences, grants, queries
from apps.offices.models import Absence, Post
from apps.offices.signals import posts_changed

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.notices.models import Timer

BEGINS, ENDS, STAND_IN_CLOSED = "absence.begins", "absence.ends", "absence.stand_in_closed"


def record_absence(
    *,
    post: Post,
    by: User,
    until: datetime,
    reason: str,
    stand_in: User | None = None,
    from_: datetime | None = None,
) -> Absence:
    """Say that the holder of a post is away from now (or later) until an instant, and who acts on their behalf.

    By the holder, or by who supervises the post (the head of its office; for a head, the head of the office above);
    an administrator never does. Refused: a post that nobody holds; dates that reach back or end first; no reason;
    a stand-in without an active account, who is away themselves, or whose own posts do not go with it; a second
    absence in the same time (conflict). The stand-in takes over the capacity; for an act that exercises a function
    they need authority of their own (A/61/765, 14).
    """
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).select_related("office").get(pk=post.pk)
        at = clock.now()
        refuse_if(Kind.NOT_ALLOWED, absences.reasons_against_recording(user=by, post=post, at=at))
        refuse_if(Kind.CONFLICT, absences.reasons_against_any(post=post, at=at))
        holder = queries.holder_of(post, at)
        if holder is None:
            refuse(Kind.CONFLICT, Reason("offices.nobody_to_be_absent", {"post": post.title}))
        during = DateTimeTZRange(from_ if from_ is not None else at, until)
        found = absences.reasons_against_absence(
            post=post, holder=holder, stand_in=stand_in, during=during, reason=reason, at=at
        )
        taken = [one for one in found if one.code == "offices.absent_already"]
        refuse_if(Kind.CONFLICT if taken else Kind.INVALID, found)
        capacity = absences.capacity_over(standing=queries.standing_of(by, at), post=post, at=at)
        try:
            with transaction.atomic():
                absence = Absence.objects.create(
                    post=post,
                    holder=holder,
                    stand_in=stand_in,
                    during=during,
                    reason=reason.strip(),
                    recorded_by=by,
                    recorded_at=at,
                )
        except IntegrityError as error:
            raise Refused(
                Kind.CONFLICT,
                absences.overlapping(post, during) or [Reason("offices.absent_at_once", field="from_")],
            ) from error
        grants.sync_role(post.role, post.office, at=at)
        notices.set_timers(object_id=absence.pk, due={BEGINS: max(during.lower, at), ENDS: until})
        _record("absence.recorded", absence, by=by, at=at, capacity=capacity)
        _tell(absence, code="absence.recorded", by=by, at=at)
    return absence


def end_absence(*, absence: Absence, by: User) -> Absence:
    """End an absence now; one that has not begun is called off. What the stand-in did stands.

    The row is locked first, so that an act on behalf has either read it before, or finds it over. Refused: to whom
    neither holds the post nor supervises it; a second time (conflict).
    """
    with transaction.atomic():
        absence = (
            Absence.objects.select_for_update(of=("self",))
            .select_related("post__office", "holder", "stand_in")
            .get(pk=absence.pk)
        )
        at = clock.now()
        post = absence.post
        refuse_if(Kind.NOT_ALLOWED, absences.reasons_against_recording(user=by, post=post, at=at))
        refuse_if(Kind.CONFLICT, absences.reasons_against_ending(absence=absence, at=at))
        capacity = absences.capacity_over(standing=queries.standing_of(by, at), post=post, at=at)
        absence.ended_by, absence.ended_at = by, at
        if at <= absence.during.lower:
            absence.called_off = True
        else:
            absence.during = DateTimeTZRange(absence.during.lower, at)
        absence.save(update_fields=["during", "called_off", "ended_by", "ended_at"])
        grants.sync_role(post.role, post.office, at=at)
        notices.set_timers(object_id=absence.pk, due={ENDS: at})
        _record("absence.ended", absence, by=by, at=at, capacity=capacity)
        _tell(absence, code="absence.ended", by=by, at=at)
    return absence


def _record(verb: str, absence: Absence, *, by: User, at: datetime, capacity: object) -> None:
    role, behalf = capacity if isinstance(capacity, tuple) else ("", None)
    record(
        verb=verb,
        by=by,
        obj_kind="post",
        obj_id=absence.post_id,
        occurred_at=at,
        capacity=role,
        on_behalf_of=queries.person_stood_for(behalf),
        facts={
            "absence": absence.pk,
            "code": absence.post.code,
            "role": absence.post.role,
            "office": absence.post.office.code,
            "holder": absence.holder_id,
            "stand_in": absence.stand_in_id,
            "from": absence.during.lower,
            "until": absence.during.upper,
            "called_off": absence.called_off,
        },
        commit={"reason": absence.reason},
    )


def _tell(absence: Absence, *, code: str, by: User, at: datetime) -> None:
    """Tell the holder and the stand-in, whoever of them did not do it."""
    people = [one for one in (absence.holder, absence.stand_in) if one is not None and one.pk != by.pk]
    notices.post(
        recipients=people,
        code=code,
        params={
            "holder": absence.holder.full_name,
            "stand_in": absence.stand_in.full_name if absence.stand_in is not None else "–",
            "post": absence.post.title,
            "office": absence.post.office.code,
            "from_at": absence.during.lower,
            "until_at": absence.during.upper,
        },
        dedupe_key=f"{absence.pk}:{code}",
        link=absence.post.get_absolute_url(),
        at=at,
    )


def follow_absence(timer: Timer) -> None:
    """Bring the group in line when an absence begins or ends by its date. What may be done needs no such help."""
    absence = (
        Absence.objects.select_related("post__office", "holder", "stand_in")
        .filter(pk=timer.object_id)
        .first()
    )
    if absence is None:
        return
    at = clock.now()
    grants.sync_role(absence.post.role, absence.post.office, at=at)
    for person in (absence.stand_in, absence.holder):
        if person is not None:
            posts_changed.send(sender=None, user=person, at=at, post=absence.post)
