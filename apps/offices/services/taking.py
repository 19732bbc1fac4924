"""Accepting an instrument, holding it back, giving it back, and ending it; what was done under it stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.notices.services import cancel_timers
from apps.offices import life, permissions, two_hands
from apps.offices.choices import InstrumentVerb
from apps.offices.models import Instrument
from apps.offices.services.evidence_clocks import watch_instrument
from apps.offices.services.history import locked, reflect, say, tell, write_down
from apps.offices.services.warnings import WARNINGS, follow_soon

if TYPE_CHECKING:
    from apps.accounts.models import User


def withdraw_draft(*, instrument: Instrument, by: User) -> Instrument:
    """Withdraw a draft that shall not be issued; it stays in the register as withdrawn.

    Refused: to whom neither drafted it nor would delegate by it nor is the CITO; once it is issued or withdrawn.
    """
    with transaction.atomic():
        instrument, _children = locked(instrument)
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED, two_hands.reasons_against_withdrawing(user=by, instrument=instrument, at=at)
        )
        refuse_if(Kind.CONFLICT, life.reasons_against_act("withdraw", instrument, at))
        instrument.withdrawn_at = at
        instrument.save(update_fields=["withdrawn_at"])
        write_down(instrument, InstrumentVerb.WITHDRAWN, by=by, at=at)
    return instrument


def accept_instrument(*, instrument: Instrument, by: User) -> Instrument:
    """Accept what was issued, as the holder of the delegate's post; between its dates it is then in force.

    The acceptance is the post's: who holds the post later holds the authority with it. Evidence of its functions is due
    from then on. Refused: to anybody else, and
    to who delegated or issued it; a second time, before the issue and after the end (conflict).
    """
    with transaction.atomic():
        instrument, _children = locked(instrument)
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED, two_hands.reasons_against_accepting(user=by, instrument=instrument, at=at)
        )
        refuse_if(Kind.CONFLICT, life.reasons_against_act("accept", instrument, at))
        instrument.accepted_at, instrument.accepted_by = at, by
        instrument.save(update_fields=["accepted_at", "accepted_by"])
        reflect([instrument])
        watch_instrument(instrument)
        write_down(instrument, InstrumentVerb.ACCEPTED, by=by, at=at, capacity=instrument.delegate_post.role)
        if instrument.delegator is not None:
            tell(instrument, "instrument.accepted", [instrument.delegator], at=at)
    return instrument


def suspend_instrument(*, instrument: Instrument, reason: str, by: User) -> Instrument:
    """Hold an instrument back at once, with what was passed on from it, until it is resumed.

    The coverage is locked first: an act under way has either read it before, or finds the authority gone. Refused: to
    whom neither holds the delegating post nor is the CITO; without a reason; while it is suspended, before its issue
    and after its end (conflict).
    """
    with transaction.atomic():
        instrument, children = locked(instrument)
        at = clock.now()
        _refuse_taking("suspend", instrument, by=by, at=at)
        reason = _reason(reason)
        was_in_hand = [c for c in children if c.suspended_at is None and instrument.suspended_at is None]
        instrument.suspended_at, instrument.suspended_by, instrument.suspension_reason = at, by, reason
        instrument.save(update_fields=["suspended_at", "suspended_by", "suspension_reason"])
        reflect([instrument, *children])
        for each in [instrument, *was_in_hand]:
            _write_taking(each, instrument, InstrumentVerb.SUSPENDED, by=by, at=at, reason=reason)
        follow_soon(instrument, at)
    return instrument


def resume_instrument(*, instrument: Instrument, by: User) -> Instrument:
    """Give a suspended instrument back, and with it what was passed on and is not suspended by itself.

    Refused: to whom neither holds the delegating post nor is the CITO; what is not suspended; while the parent is
    (conflict).
    """
    with transaction.atomic():
        instrument, children = locked(instrument)
        at = clock.now()
        _refuse_taking("resume", instrument, by=by, at=at)
        instrument.suspended_at, instrument.suspended_by, instrument.suspension_reason = None, None, ""
        instrument.save(update_fields=["suspended_at", "suspended_by", "suspension_reason"])
        reflect([instrument, *children])
        for each in [instrument, *(c for c in children if c.suspended_at is None)]:
            _write_taking(each, instrument, InstrumentVerb.RESUMED, by=by, at=at, reason="")
    return instrument


def revoke_instrument(*, instrument: Instrument, reason: str, by: User) -> Instrument:
    """Take an instrument back at once and for good. What was passed on from it is suspended with it.

    The coverage is locked first, so that an act under way has either read it before, or finds it gone. Refused: to
    whom neither holds the delegating post nor is the CITO; without a reason; before its issue and after its end; a
    second time (conflict).
    """
    with transaction.atomic():
        instrument, _children = locked(instrument)
        at = clock.now()
        _refuse_taking("revoke", instrument, by=by, at=at)
        end_for_good(instrument, by=by, at=at, reason=_reason(reason))
    return instrument


def end_for_good(
    instrument: Instrument,
    *,
    by: User,
    at: datetime,
    reason: str,
    superseded_by: Instrument | None = None,
) -> None:
    """End a locked instrument: revoked, or superseded by another. Its children stay suspended, and come back by no
    act; what they reserved is free again."""
    instrument, children = locked(instrument)
    was_in_hand = [c for c in children if c.suspended_at is None and instrument.suspended_at is None]
    instrument.revoked_at, instrument.revoked_by, instrument.revocation_reason = at, by, reason
    instrument.superseded_by = superseded_by
    instrument.save(update_fields=["revoked_at", "revoked_by", "revocation_reason", "superseded_by"])
    reflect([instrument, *children])
    verb = InstrumentVerb.REVOKED if superseded_by is None else InstrumentVerb.SUPERSEDED
    _write_taking(instrument, superseded_by or instrument, verb, by=by, at=at, reason=reason)
    for child in was_in_hand:
        _write_taking(child, instrument, InstrumentVerb.SUSPENDED, by=by, at=at, reason=reason)
    for each in [instrument, *children]:
        cancel_timers(object_id=each.pk, kinds=WARNINGS)
    follow_soon(instrument, at)


def _refuse_taking(act: str, instrument: Instrument, *, by: User, at: datetime) -> None:
    refuse_if(Kind.NOT_ALLOWED, permissions.reasons_against_revoking(user=by, instrument=instrument, at=at))
    refuse_if(Kind.CONFLICT, life.reasons_against_act(act, instrument, at))


def _reason(reason: str) -> str:
    if not reason.strip():
        refuse(Kind.INVALID, Reason("offices.no_reason_given", field="reason"))
    return reason.strip()


def _write_taking(
    each: Instrument, cause: Instrument, verb: InstrumentVerb, *, by: User, at: datetime, reason: str
) -> None:
    write_down(each, verb, by=by, at=at, reason=reason, through=None if each.pk == cause.pk else cause)
    say(each, f"instrument.{verb}", at=at)
