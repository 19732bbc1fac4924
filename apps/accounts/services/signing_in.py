"""Where people are signed in, and how that ends: the session goes, and the row that shows it."""

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction

from apps.accounts.guard import KEEP, Attempt
from apps.accounts.models import FailedSignIn, SignIn, User
from apps.audit import clock, register
from apps.audit.reasons import Kind, Reason, refuse

LONGEST_DEVICE = 200


def note_sign_in(*, by: User, session_key: str, device: str, address: str | None, factor: str) -> UUID:
    """Write down that a person has signed in in this browser, for their page; return the row's key."""
    return SignIn.objects.create(
        user=by, session_key=session_key, device=device[:LONGEST_DEVICE], address=address, factor=factor
    ).pk


def note_sign_out(*, sign_in_id: UUID, by: User) -> None:
    """Take the browser off the person's page: the session is gone."""
    SignIn.objects.filter(user=by, pk=sign_in_id).delete()


def note_failed_sign_in(*, attempt: Attempt, by: User | None) -> None:
    """Count a wrong password; nobody is known to have typed it, so that `by` is nobody."""
    FailedSignIn.objects.create(
        name_hash=attempt.name_hash, address=attempt.address, device=attempt.device, at=clock.now()
    )


@transaction.atomic
def end_sign_in(*, sign_in_id: UUID, by: User) -> None:
    """End one of one's own sessions, wherever it is; the next request from there is nobody's.

    Refuses another person's, as not found.
    """
    found = SignIn.objects.select_for_update().filter(pk=sign_in_id, user=by).first()
    if found is None:
        refuse(Kind.NOT_FOUND, Reason("accounts.no_such_sign_in"))
    _end([found], user=by, by=by, why="one")


@transaction.atomic
def end_sign_ins(*, user: User, but: UUID | None = None, why: str, by: User | None) -> int:
    """End all sessions of a person but this one; return how many there were.

    `why` is a code: `others` (the person asked), `role` (a post began or ended), `password`, `closed`.
    """
    rows = SignIn.objects.select_for_update().filter(user=user)
    return _end(list(rows.exclude(pk=but) if but else rows), user=user, by=by, why=why)


def _end(rows: list[SignIn], *, user: User, by: User | None, why: str) -> int:
    if not rows:
        return 0
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()
    register.record(
        verb="accounts.sessions_ended",
        by=by,
        obj_kind="user",
        obj_id=user.pk,
        occurred_at=clock.now(),
        facts={"sessions": len(rows), "why": why},
    )
    return len(rows)


def forget_old_sign_ins(*, at: datetime, by: User | None) -> None:
    """Drop what is no longer asked about: wrong passwords of yesterday, sessions that are over, their rows."""
    FailedSignIn.objects.filter(at__lt=at - KEEP).delete()
    SessionStore.clear_expired()
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
