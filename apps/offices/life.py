"""The life of an instrument: where it stands, which act is possible from there, and what else stands against it.

draft → issued → accepted → (in force between its dates) → suspended ⇄ resumed → revoked or superseded; or it ends by
its date. A draft that is not issued is withdrawn. No user in sight: who may is asked in `permissions` and
`two_hands`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from apps.audit.reasons import Reason
from apps.offices.choices import InstrumentState as State
from apps.offices.wording import day_text, last_day

if TYPE_CHECKING:
    from apps.offices.models import Instrument

_STANDING = frozenset({State.AWAITING, State.NOT_BEGUN, State.IN_FORCE})
POSSIBLE_FROM: Mapping[str, frozenset[State]] = {
    "issue": frozenset({State.DRAFT}),
    "withdraw": frozenset({State.DRAFT}),
    "accept": frozenset({State.AWAITING, State.SUSPENDED}),
    "suspend": _STANDING | {State.SUSPENDED},
    "resume": frozenset({State.SUSPENDED}),
    "revoke": _STANDING | {State.SUSPENDED},
    "supersede": _STANDING | {State.SUSPENDED},
    "pass_on": frozenset({State.IN_FORCE}),
}
"""Which act is possible from which state. The database holds the same in triggers (migration 0003)."""


def state_of(instrument: Instrument, at: datetime) -> State:
    """Where an instrument stands at an instant, with its parent; the same rule as `InstrumentQuerySet.in_state`."""
    parent = instrument.parent
    if instrument.withdrawn_at is not None:
        return State.WITHDRAWN
    if instrument.issued_at is None:
        return State.DRAFT
    if instrument.revoked_at is not None:
        return State.SUPERSEDED if instrument.superseded_by_id is not None else State.REVOKED
    if instrument.valid.upper <= at:
        return State.ENDED
    if instrument.suspended_at is not None or (
        parent is not None and (parent.suspended_at is not None or parent.revoked_at is not None)
    ):
        return State.SUSPENDED
    if instrument.accepted_at is None:
        return State.AWAITING
    return State.IN_FORCE if instrument.valid.lower <= at else State.NOT_BEGUN


def reasons_against_relying(instrument: Instrument, at: datetime) -> list[Reason]:
    """Why an instrument gives no authority at an instant; nothing where it is in force."""
    number = {"number": instrument.number}
    parent = instrument.parent
    state = state_of(instrument, at)
    if state == State.IN_FORCE:
        return []
    if state == State.DRAFT:
        return [Reason("offices.instrument_is_draft", number)]
    if state == State.WITHDRAWN:
        return [Reason("offices.instrument_withdrawn", {**number, "on": _day(instrument.withdrawn_at)})]
    if state == State.REVOKED:
        return [Reason("offices.instrument_revoked", {**number, "on": _day(instrument.revoked_at)})]
    if state == State.SUPERSEDED:
        by = instrument.superseded_by.number if instrument.superseded_by else ""
        return [
            Reason("offices.instrument_superseded", {**number, "on": _day(instrument.revoked_at), "by": by})
        ]
    if state == State.ENDED:
        return [
            Reason("offices.instrument_ended", {**number, "on": day_text(last_day(instrument.valid.upper))})
        ]
    if state == State.SUSPENDED:
        if instrument.suspended_at is not None:
            return [Reason("offices.instrument_suspended", {**number, "on": _day(instrument.suspended_at)})]
        assert parent is not None  # noqa: S101  (nothing else suspends)
        code = "offices.parent_revoked" if parent.revoked_at is not None else "offices.parent_suspended"
        on = _day(parent.revoked_at or parent.suspended_at)
        return [Reason(code, {**number, "parent": parent.number, "on": on})]
    if state == State.AWAITING:
        return [Reason("offices.instrument_not_accepted", number)]
    return [Reason("offices.instrument_not_begun", {**number, "on": day_text(instrument.valid.lower)})]


def reasons_against_act(act: str, instrument: Instrument, at: datetime) -> list[Reason]:
    """Why this act is not possible with this instrument as it stands; nothing where it is."""
    state = state_of(instrument, at)
    number = {"number": instrument.number}
    if state in POSSIBLE_FROM[act]:
        return _against_details(act, instrument, number)
    if act in ("issue", "withdraw"):
        if instrument.issued_at is not None:
            return [Reason("offices.already_issued", {**number, "on": _day(instrument.issued_at)})]
        return [Reason("offices.already_withdrawn", {**number, "on": _day(instrument.withdrawn_at)})]
    if state == State.REVOKED:
        return [Reason("offices.already_revoked", {**number, "on": _day(instrument.revoked_at)})]
    if act == "accept" and instrument.accepted_at is not None:
        return [Reason("offices.already_accepted", {**number, "on": _day(instrument.accepted_at)})]
    if act == "resume" and state in _STANDING:
        return [Reason("offices.not_suspended", number)]
    if act == "pass_on" and state in (State.AWAITING, State.NOT_BEGUN):
        return [Reason("offices.parent_not_in_force", number)]
    return reasons_against_relying(instrument, at)


def _against_details(act: str, instrument: Instrument, number: dict[str, str]) -> list[Reason]:
    parent = instrument.parent
    if act == "accept" and instrument.accepted_at is not None:
        return [Reason("offices.already_accepted", {**number, "on": _day(instrument.accepted_at)})]
    if act == "suspend" and instrument.suspended_at is not None:
        return [Reason("offices.already_suspended", {**number, "on": _day(instrument.suspended_at)})]
    if act in ("accept", "suspend", "resume") and parent is not None and parent.revoked_at is not None:
        return [
            Reason(
                "offices.parent_revoked", {**number, "parent": parent.number, "on": _day(parent.revoked_at)}
            )
        ]
    if act == "resume" and parent is not None and parent.suspended_at is not None:
        return [Reason("offices.resume_the_parent", {**number, "parent": parent.number})]
    if act == "pass_on" and instrument.sub_delegation == "none":
        return [Reason("offices.not_sub_delegable", number)]
    return []


def _day(moment: datetime | None) -> str:
    return day_text(moment) if moment is not None else ""
