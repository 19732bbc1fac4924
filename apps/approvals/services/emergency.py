"""Emergency authorizations (A/61/765, 6d; review.md 10): asked for by a head of office, answered within a day by who
may decide, watched by the same clocks, ended by the ordinary decision."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from apps.approvals.choices import Capacity, EmergencyEnd, Outcome
from apps.approvals.models import Case, Decision, Emergency, Turn
from apps.approvals.seats import people_for
from apps.approvals.services.act import Act, Trace, take_part, with_words
from apps.approvals.services.engine import (
    DECIDED,
    ESCALATION_KIND,
    REMINDER_KINDS,
    Walk,
    close_turn,
    open_turn,
    rule_move,
    walk_of,
)
from apps.approvals.services.references import give_reference
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.notices import services as notices
from apps.notices.models import Timer
from apps.offices.choices import Role
from apps.offices.working_time import due_moment

DESK, ANSWER, KEEP = "emergency", "answer_emergency", "keep_emergency"
CASE_DUE, PERIOD_ENDS, UNCONFIRMED, PLAN_DUE = (
    "emergency.case_due",
    "emergency.period_ends",
    "emergency.unconfirmed",
    "emergency.plan_due",
)


# Asking and answering -------------------------------------------------------------------------------------------


def reasons_against_asking(walk: Walk) -> list[Reason]:
    """Once for a case, before it is decided, on a road that has who answers."""
    case, road = walk.case, walk.road
    if case.emergency_at is not None:
        return [Reason("emergency.asked_before")]
    if not road.begins_with_desk(DESK) or case.stage in DECIDED or case.outcome:
        return [Reason("emergency.not_here")]
    return []


def _reasons_of_the_need(case: Case) -> list[Reason]:
    """No second emergency for a need that was not approved: neither in a case that was begun again with its text."""
    before = case.predecessor
    while before is not None:
        if before.outcome == Outcome.NOT_APPROVED and before.emergency_at is not None:
            return [Reason("emergency.not_approved_before", {"case": before.handle})]
        before = before.predecessor
    return []


def ask_emergency(act: Act) -> Trace:
    walk, case, values = act.walk, act.case, act.values
    refuse_if(Kind.CONFLICT, reasons_against_asking(walk) or _reasons_of_the_need(case))
    amount, days = values["amount_max"], int(values["days"])
    most = int(walk.numbers["emergency.max_days"])
    reasons = [] if amount else [Reason("emergency.no_amount", field="amount_max")]
    if days > most:
        reasons.append(Reason("emergency.too_long", {"days": most}, field="days"))
    refuse_if(Kind.INVALID, reasons)
    give_reference(act)
    case.emergency_at = act.at
    if case.value_usd is None:  # what a limit is held against until the business case says more
        case.value_usd = amount
    Emergency.objects.create(
        case=case,
        need=values["words"],
        language=act.language,
        amount_asked=amount,
        days_asked=days,
        asked_by=act.by,
        asked_at=act.at,
    )
    hours = int(walk.numbers["emergency.answer_hours"])
    _give_turn(walk, ANSWER, due_at=act.at + timedelta(hours=hours))
    trace = with_words(act)
    trace.facts |= {"amount_asked": str(amount), "days": days, "reference": case.reference}
    trace.params |= {"amount": str(amount), "days": days, "reference": case.reference}
    return trace


def _give_turn(walk: Walk, step: str, *, due_at: datetime) -> Turn:
    """The turn of who may decide, due by the hour of the clock and not by working days: an emergency has no weekend."""
    stage = walk.road.stage(walk.road.first)
    desk = stage.desk(DESK)
    turn = open_turn(walk, stage, desk, desk.step(step), due_at=due_at)
    due = {
        REMINDER_KINDS[80]: walk.at + (due_at - walk.at) * 0.8,
        REMINDER_KINDS[100]: due_at,
        ESCALATION_KIND: due_at,
    }
    notices.set_timers(object_id=turn.pk, due=due)
    return turn


def _of(act: Act) -> Emergency:
    found = Emergency.objects.select_for_update().filter(case=act.case).first()
    if found is None:
        refuse(Kind.CONFLICT, Reason("emergency.none"))
    return found


def authorize_emergency(act: Act) -> Trace:
    emergency, values, walk = _of(act), act.values, act.walk
    amount, days = values["amount_max"], int(values["days"])
    reasons = []
    if not amount or amount > emergency.amount_asked:
        asked = f"{emergency.amount_asked:,.2f}"
        reasons.append(Reason("emergency.amount_too_high", {"asked": asked}, field="amount_max"))
    if days > emergency.days_asked:
        reasons.append(Reason("emergency.longer_than_asked", {"days": emergency.days_asked}, field="days"))
    refuse_if(Kind.INVALID, reasons)
    _answer(act, emergency, authorized=True)
    emergency.amount_max = amount
    emergency.until = act.at + timedelta(days=days)
    office = act.case.office
    case_days = int(walk.numbers["emergency.case_days"])
    emergency.case_due_at = due_moment(received_at=act.at, days=case_days, calendar=walk.calendar(office))
    emergency.save()
    due = {CASE_DUE: emergency.case_due_at, PERIOD_ENDS: emergency.until}
    notices.set_timers(object_id=emergency.pk, due=due)
    _tell(act.case, "emergency.authorized", key=f"{emergency.pk}:answered", at=act.at, emergency=emergency)
    trace = with_words(act)
    trace.facts |= {"amount_max": str(amount), "until": emergency.until.isoformat()}
    trace.params |= {"amount": str(amount), "until": emergency.until.isoformat()}
    return trace


def refuse_emergency(act: Act) -> Trace:
    emergency = _of(act)
    _answer(act, emergency, authorized=False)
    emergency.save()
    _tell(act.case, "emergency.refused", key=f"{emergency.pk}:answered", at=act.at, emergency=emergency)
    return with_words(act)


def _answer(act: Act, emergency: Emergency, *, authorized: bool) -> None:
    emergency.authorized = authorized
    emergency.answered_by, emergency.answered_at = act.by, act.at
    emergency.words, emergency.words_language = act.values["words"], act.language
    if act.authority is not None and act.authority.instrument is not None:
        emergency.instrument_number = act.authority.instrument.number
    take_part(act, Capacity.DECIDER)
    if act.turn is not None:
        notices.cancel_timers(object_id=act.turn.pk)


def confirm_emergency(act: Act) -> Trace:
    """For as long again, where the business case came in time and is not decided yet."""
    emergency = _of(act)
    emergency.until = act.at + timedelta(days=int(act.walk.numbers["emergency.max_days"]))
    emergency.period += 1
    emergency.save(update_fields=["until", "period"])
    notices.set_timer(
        kind=PERIOD_ENDS, object_id=emergency.pk, due_at=emergency.until, due_version=emergency.period
    )
    trace = with_words(act)
    trace.params["until"] = trace.facts["until"] = emergency.until.isoformat()
    return trace


def end_emergency(act: Act) -> Trace:
    emergency = _of(act)
    _end(emergency, EmergencyEnd.TAKEN_BACK, act.at)
    _tell(act.case, "emergency.ended", key=f"{emergency.pk}:ended", at=act.at, emergency=emergency)
    return with_words(act)


# What the portal does by itself -----------------------------------------------------------------------------------


def case_is_due(timer: Timer) -> None:
    """The whole business case did not come in time: the authorization is suspended by rule."""
    emergency, now = _watched(timer), clock.now()
    if emergency is not None and not _came_in_time(emergency):
        _suspend(emergency, now)


def period_ends(timer: Timer) -> None:
    """Its days are over: where the case came in time and is not decided, who may decide says whether it goes on."""
    emergency, now = _watched(timer), clock.now()
    if emergency is None or emergency.period != timer.due_version:
        return
    case = emergency.case
    walk = walk_of(case, now)
    if case.closed_at is not None or not _came_in_time(emergency):
        _end(emergency, EmergencyEnd.EXPIRED, now)
        _tell(case, "emergency.ended", key=f"{emergency.pk}:ended", at=now, emergency=emergency)
        rule_move(walk, verb="emergency_over", turn=None, from_stage=case.stage)
        return
    days = int(walk.numbers["emergency.confirm_days"])
    due_at = now + timedelta(days=days)
    _give_turn(walk, KEEP, due_at=due_at)
    notices.set_timer(kind=UNCONFIRMED, object_id=emergency.pk, due_at=due_at, due_version=emergency.period)


def not_confirmed(timer: Timer) -> None:
    """Nobody said that it goes on: it is suspended by rule, and the turn ends."""
    emergency, now = _watched(timer), clock.now()
    if emergency is None or emergency.period != timer.due_version:
        return
    walk = walk_of(emergency.case, now)
    for turn in walk.open_turns():
        if turn.desk == DESK and turn.step == KEEP:
            close_turn(walk, turn, verb="emergency_suspended")
            notices.cancel_timers(object_id=turn.pk)
    _suspend(emergency, now)


def plan_is_due(timer: Timer) -> None:
    """The office did not say how it winds down: its head hears it again, and who decides hears it too."""
    emergency = Emergency.objects.select_related("case__office").filter(pk=timer.object_id).first()
    if emergency is not None and emergency.plan_at is None:
        seats = [f"{Role.HEAD_OF_OFFICE}@{emergency.case.office_id}", f"{Role.CITO}@oict"]
        key = f"{emergency.pk}:no_plan"
        _tell(emergency.case, "emergency.no_plan", key=key, at=clock.now(), emergency=emergency, seats=seats)


def lock_cases_of_emergencies(ids: list[uuid.UUID]) -> None:
    """Lock the cases of these authorizations before their timers, in the order of every other act (seam 1)."""
    cases = Emergency.objects.filter(pk__in=ids).values("case_id")
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values_list("pk"))


def _watched(timer: Timer) -> Emergency | None:
    rows = Emergency.objects.select_for_update(of=("self",)).select_related("case__route", "case__office")
    emergency = rows.filter(pk=timer.object_id).first()
    return emergency if emergency is not None and emergency.is_in_force else None


def _came_in_time(emergency: Emergency) -> bool:
    """Whether the office endorsed its whole business case by the day that it was given."""
    came, due = emergency.case.submitted_at, emergency.case_due_at
    return came is not None and due is not None and came <= due


def _suspend(emergency: Emergency, at: datetime) -> None:
    case = emergency.case
    emergency.suspended_at = at
    emergency.save(update_fields=["suspended_at"])
    rule_move(walk_of(case, at), verb="emergency_suspended", turn=None, from_stage=case.stage)
    _tell(case, "emergency.suspended", key=f"{emergency.pk}:suspended", at=at, emergency=emergency)


def _end(emergency: Emergency, because: str, at: datetime) -> None:
    emergency.ended_at, emergency.ended_because = at, because
    emergency.save(update_fields=["ended_at", "ended_because"])
    notices.cancel_timers(object_id=emergency.pk)


def end_with_decision(case: Case, decision: Decision, at: datetime) -> None:
    """The ordinary decision is in effect and takes its place; what was not approved is wound down."""
    emergency = Emergency.objects.filter(case=case, ended_at=None).first() if case.emergency_at else None
    if emergency is None:
        return
    stops = decision.outcome == Outcome.NOT_APPROVED
    _end(emergency, EmergencyEnd.NOT_APPROVED if stops else EmergencyEnd.DECIDED, at)
    if not stops or not emergency.authorized:
        return
    walk = walk_of(case, at)
    days = int(walk.numbers["emergency.plan_days"])
    emergency.plan_due_at = due_moment(received_at=at, days=days, calendar=walk.calendar(case.office))
    emergency.save(update_fields=["plan_due_at"])
    notices.set_timer(kind=PLAN_DUE, object_id=emergency.pk, due_at=emergency.plan_due_at)
    _tell(case, "emergency.stopped", key=f"{emergency.pk}:stopped", at=at, emergency=emergency)


def end_with_case(case: Case, at: datetime) -> None:
    """The office withdrew its case, or it was withdrawn by rule."""
    emergency = Emergency.objects.filter(case=case, ended_at=None).first() if case.emergency_at else None
    if emergency is not None:
        _end(emergency, EmergencyEnd.WITHDRAWN, at)


# Winding down -----------------------------------------------------------------------------------------------------


def reasons_against_a_plan(walk: Walk) -> list[Reason]:
    """A plan is owed once: where an emergency was authorized and its case was not approved."""
    emergency = Emergency.objects.filter(case=walk.case).first() if walk.case.emergency_at else None
    if emergency is None or emergency.plan_due_at is None:
        return [Reason("emergency.no_plan_owed")]
    return [Reason("emergency.plan_given")] if emergency.plan_at is not None else []


def give_wind_down(act: Act) -> Trace:
    refuse_if(Kind.CONFLICT, reasons_against_a_plan(act.walk))
    emergency = _of(act)
    emergency.plan, emergency.plan_language, emergency.plan_at = act.values["words"], act.language, act.at
    emergency.save(update_fields=["plan", "plan_language", "plan_at"])
    notices.cancel_timers(object_id=emergency.pk)
    return with_words(act)


def _tell(
    case: Case, code: str, *, key: str, at: datetime, emergency: Emergency, seats: list[str] | None = None
) -> None:
    """Say something to the office that asked, or to who else is named."""
    ours = [f"{role}@{case.office_id}" for role in (Role.HEAD_OF_OFFICE, Role.SUBMITTER, Role.ICT_CHIEF)]
    notices.post(
        recipients=[one.user for one in people_for(seats or ours, at, case_id=case.pk)],
        code=code,
        params={
            "reference": case.reference or "",
            "title": case.title,
            "amount": f"{emergency.amount_max or Decimal(0):,.2f}",
            "until_at": emergency.until,
            "case_due_at": emergency.case_due_at,
            "plan_due_at": emergency.plan_due_at,
        },
        dedupe_key=key,
        case_id=case.pk,
        link=f"/cases/{case.handle}/",
        at=at,
    )
