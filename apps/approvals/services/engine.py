"""The engine: opens and closes turns, stops and starts their clocks, and takes a case from stage to stage.

The only code that writes `Case.stage` and turns. It is called inside the transaction of an act, with the
case row locked,
and knows nothing of what is being approved (house.md, law 1).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from apps.approvals.choices import Capacity, Side
from apps.approvals.models import (
    Assessment,
    Case,
    Clarification,
    Decision,
    Move,
    Participation,
    Turn,
    TurnPause,
)
from apps.approvals.parameters import Numbers
from apps.approvals.seats import acting_office, is_own_initiative, people_for, reach, seats_of
from apps.approvals.subjects import subject_for
from apps.approvals.vacancies import alerts
from apps.approvals.workflow import TERMINAL, Desk, RouteDefinition, Stage, Step
from apps.audit.register import record
from apps.notices import services as notices
from apps.offices.models import Office
from apps.offices.queries import calendar_for, day_of
from apps.offices.working_time import WorkCalendar, days_used, due_moment, fraction_moment

REMINDER_KINDS = {50: "turn.reminder_50", 80: "turn.reminder_80", 100: "turn.due"}
ESCALATION_KIND = "turn.escalate"
COOLING_OFF = "cooling_off"
COMMITTEE = "committee"
#: The stages at which a decision is taken and not in effect: the office withdraws nothing there any more.
DECIDED = (COOLING_OFF, COMMITTEE)
EFFECT_KIND = "decision.effect"
ANSWER_STEP = "answer"
CONFIRM_STEP = "confirm"
WARN_KIND = "clarification.warn"
LAPSE_KIND = "clarification.lapse"


@dataclass
class Walk:
    """One act's walk of one locked case: what it reads once, and what it will have changed."""

    case: Case
    at: datetime
    road: RouteDefinition
    turns: list[Turn]
    _offices: dict[str, Office] = field(default_factory=dict)
    _calendars: dict[uuid.UUID, WorkCalendar] = field(default_factory=dict)
    _numbers: Numbers | None = None
    decision: Decision | None = None
    ended: dict[str, Office] = field(default_factory=dict)

    @property
    def numbers(self) -> Numbers:
        """The parameters in force on the day of the act, read once."""
        if self._numbers is None:
            self._numbers = Numbers(day_of(self.at))
        return self._numbers

    @cached_property
    def is_own_initiative(self) -> bool:
        """Whether OICT itself sponsors: then assessors from other offices sit at its desks too."""
        return is_own_initiative(self.case.office, self.at)

    @property
    def was_sent_back_to_lead(self) -> bool:
        """Whether the decider of this round has asked the lead reviewer once already (review.md 3)."""
        return any(
            turn.round == self.case.round and turn.closed_by_verb == "send_back_to_lead"
            for turn in self.turns
        )

    @cached_property
    def open_batch(self) -> Clarification | None:
        """The request for clarification that waits for its answer, or lapsed without one."""
        return Clarification.objects.filter(case=self.case, answered_at=None).first()

    @cached_property
    def authors(self) -> dict[str, uuid.UUID]:
        """By desk who wrote the assessment of this round that counts."""
        rows = Assessment.objects.that_count(self.case.pk, self.case.review_round)
        return dict(rows.values_list("desk", "reviewer"))

    def open_turns(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.closed_at is None]

    def tier_days(self, days: Any) -> int | None:
        return None if days is None else int(days[str(self.case.tier or 1)])

    def calendar(self, office: Office) -> WorkCalendar:
        if office.pk not in self._calendars:
            self._calendars[office.pk] = calendar_for(office, day_of(self.at))
        return self._calendars[office.pk]

    def office_for(self, desk: Desk) -> Office:
        if desk.place == "sponsor":
            submitters: list[uuid.UUID] = []
            if desk.capacity == Capacity.ENDORSER:
                parts = Participation.objects.filter(case=self.case, capacity=Capacity.SUBMITTER)
                submitters = list(parts.values_list("user", flat=True))
            return acting_office(desk, self.case.office, self.at, not_these=submitters)
        if desk.place not in self._offices:
            if desk.key in self.ended:
                return self.ended[desk.key]
            self._offices[desk.place] = acting_office(desk, self.case.office, self.at)
        return self._offices[desk.place]


def walk_of(case: Case, at: datetime) -> Walk:
    """The walk of a case by rule, with all its turns. The case is locked, and has its route and office."""
    turns = list(case.turns.select_related("office", "taken_by"))
    return Walk(case=case, at=at, road=case.route.road, turns=turns)


def enter_stage(walk: Walk, key: str, *, outcome: str = "", verb: str) -> None:
    """Take the case to a stage: close what the stage before leaves open, open the new turns, or close the case."""
    case = walk.case
    left = case.stage
    key = _where_somebody_sits(walk, key)
    for turn in walk.open_turns():
        desk = _desk_or_none(walk.road, turn)
        if key in TERMINAL or desk is None or not desk.until or desk.until == left:
            close_turn(walk, turn, verb=verb if desk is None or not desk.until else "lapsed")
    case.stage = key
    case.stage_entered_at = walk.at
    case.visit += 1
    if key in TERMINAL:
        case.closed_at = walk.at
        case.outcome = outcome
        return
    stage = walk.road.stage(key)
    if key == COOLING_OFF:
        _hold_for_effect(walk, stage)
        return
    first = [desk for desk in stage.desks if not desk.after and not desk.on_demand]
    open_turns(walk, stage, [desk for desk in first if desk.sits_in(case.facts)])


def _where_somebody_sits(walk: Walk, key: str) -> str:
    """The stage, or the first after it at which a desk sits for this case: the others are passed by."""
    while key not in TERMINAL:
        stage = walk.road.stage(key)
        if stage.sits_in(walk.case.facts) or not stage.next:
            return key
        key = stage.next
    return key


def _hold_for_effect(walk: Walk, stage: Stage) -> None:
    """Between decision and effect the turn is the decider's own, until the moment of effect."""
    decision = walk.decision
    if decision is None:
        raise LookupError("a case waits for the effect of a decision that was just taken")
    desk = stage.desks[0]
    open_turn(
        walk,
        stage,
        desk,
        desk.steps[0],
        due_at=decision.effective_at,
        taken_by=decision.decided_by,
        announce=False,
    )


def open_turns(
    walk: Walk, stage: Stage, desks: Iterable[Desk], *, clock_from: datetime | None = None
) -> list[Turn]:
    """Open the first step of each of these desks."""
    return [open_turn(walk, stage, desk, desk.steps[0], clock_from=clock_from) for desk in desks]


def open_turn(
    walk: Walk,
    stage: Stage,
    desk: Desk,
    step: Step,
    *,
    clock_from: datetime | None = None,
    days: int | None = None,
    due_at: datetime | None = None,
    taken_by: Any = None,
    step_key: str = "",
    announce: bool = True,
) -> Turn:
    """Give a desk the turn: its acting office, seats, allowance, due moment, reminders, and one message to
    who sits there.
    """
    office = walk.office_for(desk)
    allowance = days if days is not None else walk.tier_days(step.days or (None if step_key else stage.days))
    started = clock_from or walk.at
    calendar = walk.calendar(office) if allowance is not None else None
    turn = Turn(
        case=walk.case,
        round=walk.case.round,
        visit=walk.case.visit,
        stage=stage.key,
        desk=desk.key,
        step=step_key or step.key,
        office=office,
        seats=seats_of(desk, office, invited=walk.is_own_initiative),
        side=desk.side,
        capacity=desk.capacity,
        opened_at=walk.at,
        days=allowance,
        days_left=allowance,
        clock_from=started if allowance is not None else None,
        due_at=due_moment(received_at=started, days=allowance, calendar=calendar)
        if calendar and allowance
        else due_at,
        calendar_key=f"{calendar.key} v{calendar.version}" if calendar else "",
        taken_by=taken_by,
        taken_at=walk.at if taken_by else None,
    )
    turn.save(force_insert=True)
    walk.turns.append(turn)
    if calendar is not None:
        set_clocks(walk, turn, calendar)
    if announce:
        announce_turn(walk, turn)
    return turn


def set_clocks(walk: Walk, turn: Turn, calendar: WorkCalendar) -> None:
    """Set the reminders and the escalation of a running turn; each rings once for each version of the due moment."""
    if turn.days is None or turn.clock_from is None or turn.days_left is None or turn.due_at is None:
        return
    due = {
        REMINDER_KINDS[percent]: fraction_moment(
            turn.clock_from, turn.days_left, percent, calendar, used_before=turn.days - turn.days_left
        )
        for percent in walk.numbers["reminders.percent"]
        if percent in REMINDER_KINDS
    }
    late = int(walk.numbers["escalation.days_late"])
    due[ESCALATION_KIND] = due_moment(received_at=turn.due_at, days=late, calendar=calendar)
    if turn.step == ANSWER_STEP:
        used, share = turn.days - turn.days_left, int(walk.numbers["clarification.warning_percent"])
        due[LAPSE_KIND] = turn.due_at
        due[WARN_KIND] = fraction_moment(turn.clock_from, turn.days_left, share, calendar, used_before=used)
    notices.set_timers(object_id=turn.pk, due=due, due_version=turn.due_version)


def announce_turn(walk: Walk, turn: Turn) -> None:
    """Tell who sits at the desk that they have the turn; the one message that is instant (review.md, messages)."""
    key = f"{turn.pk}:opened:{turn.due_version}"
    if not tell(turn, walk.case, code="turn.opened", key=key, at=walk.at):
        warn_of_vacancy(turn, walk.case, at=walk.at)


def tell(turn: Turn, case: Case, *, code: str, key: str, at: datetime) -> bool:
    """Say something of a turn to who has it; who is away while another stands in reads the same on the page only.
    Answers whether anybody is there.
    """
    found = reach(turn, at)
    for people, mail in ((found.sent, True), (found.copied, False)):
        if not people:
            continue
        notices.post(
            recipients=people,
            code=code,
            params=notice_params(case, turn),
            dedupe_key=key,
            mail=mail,
            case_id=case.pk,
            link=f"/cases/{case.handle}/",
            at=at,
        )
    return found.is_attended


def warn_of_vacancy(turn: Turn, case: Case, *, at: datetime) -> None:
    """Tell once, of a turn at which nobody is there, who can mend it: the head of the office or the next above it,
    the section chief for OICT's desks.
    """
    for alert in alerts(at, turn_ids=[turn.pk]):
        notices.post(
            recipients=[one.user for one in people_for([alert.supervisor], at, case_id=case.pk)],
            code="turn.vacant",
            params=notice_params(case, turn),
            dedupe_key=f"{turn.pk}:vacant",
            case_id=case.pk,
            link="/",
            at=at,
        )


def pass_on(walk: Walk, turn: Turn, office: Office) -> None:
    """Give a turn to the same desk of another office: the days used are kept, and the days that remain run on the
    calendar of the office that has it now (review.md 9); at the same calendar the due moment stays.
    """
    desk = walk.road.stage(turn.stage).desk(turn.desk)
    before, after = walk.calendar(turn.office), walk.calendar(office)
    from_stage = walk.case.stage
    left = turn.office.code
    turn.office, turn.seats = office, seats_of(desk, office)
    if (
        turn.days is not None
        and turn.clock_from is not None
        and (before.key, before.zone) != (after.key, after.zone)
    ):
        used = days_used(received_at=turn.clock_from, until=walk.at, calendar=before)
        turn.days_left = max(0, (turn.days_left or 0) - used)
        turn.clock_from = walk.at
        turn.due_at = due_moment(received_at=walk.at, days=turn.days_left, calendar=after)
        turn.due_version += 1
        turn.calendar_key = f"{after.key} v{after.version}"
        notices.cancel_timers(object_id=turn.pk)
        set_clocks(walk, turn, after)
    turn.save(
        update_fields=["office", "seats", "days_left", "clock_from", "due_at", "due_version", "calendar_key"]
    )
    rule_move(
        walk,
        verb="passed_on",
        turn=turn,
        from_stage=from_stage,
        params={"desk": turn.desk, "from": left, "to": office.code},
    )
    announce_turn(walk, turn)


def notice_params(case: Case, turn: Turn) -> dict[str, Any]:
    """What every message of a turn says: codes, and texts that the reader may read; rendered in the
    reader's language.
    """
    return {
        "reference": case.reference or "",
        "title": case.title,
        "stage": turn.stage,
        "desk": turn.desk,
        "step": turn.step,
        "due_at": turn.due_at,
    }


def close_turn(walk: Walk, turn: Turn, *, verb: str) -> None:
    """End a turn by an act, with its clock and what would still ring."""
    turn.closed_at = walk.at
    turn.closed_by_verb = verb
    if turn.side == Side.OICT:
        walk.ended[turn.desk] = turn.office
    if turn.paused_at is not None:
        TurnPause.objects.filter(turn=turn, resumed_at__isnull=True).update(resumed_at=walk.at)
        turn.paused_at = None
    turn.save(update_fields=["closed_at", "closed_by_verb", "paused_at"])
    if turn.days is not None:
        notices.cancel_timers(object_id=turn.pk)


def finish_step(walk: Walk, turn: Turn, *, verb: str) -> None:
    """End a turn whose move says `step` or `close`: the desk's next step opens, or the stage's join is asked."""
    close_turn(walk, turn, verb=verb)
    stage = walk.road.stage(turn.stage)
    desk = stage.desk(turn.desk)
    following = desk.step_after(turn.step)
    if following is not None:
        open_turn(walk, stage, desk, following)
        return
    join(walk, stage, verb=verb)


def join(walk: Walk, stage: Stage, *, verb: str) -> None:
    """Ask whether a stage is over: open the desks that waited for others, or leave it. What is asked of the office,
    and what was asked on demand, holds it.
    """
    if walk.case.stage != stage.key or any(_holds(stage, turn) for turn in walk.open_turns()):
        return
    done = {t.desk for t in _turns_of_stage(walk, stage) if t.closed_at is not None}
    waiting = {t.desk for t in _turns_of_stage(walk, stage) if t.closed_at is None}
    sitting = [desk for desk in stage.desks if desk.sits_in(walk.case.facts) and not desk.on_demand]
    ready = [
        desk
        for desk in sitting
        if desk.after and desk.key not in done | waiting and all(key in done - waiting for key in desk.after)
    ]
    if ready:
        open_turns(walk, stage, ready, clock_from=walk.case.stage_entered_at)
        return
    if all(desk.key in done - waiting for desk in sitting if desk.required):
        enter_stage(walk, stage.next, verb=verb)


def _holds(stage: Stage, turn: Turn) -> bool:
    return turn.step == ANSWER_STEP or (turn.stage == stage.key and stage.desk(turn.desk).on_demand)


def ask_desk(walk: Walk, key: str) -> None:
    """Give a desk of this stage that sits on demand the turn, unless it has it."""
    stage = walk.road.stage(walk.case.stage)
    if not any(turn.desk == key for turn in walk.open_turns()):
        open_turns(walk, stage, [stage.desk(key)])


def _turns_of_stage(walk: Walk, stage: Stage) -> Sequence[Turn]:
    return [
        turn
        for turn in walk.turns
        if turn.stage == stage.key and turn.visit == walk.case.visit and turn.step != ANSWER_STEP
    ]


def _desk_or_none(road: RouteDefinition, turn: Turn) -> Desk | None:
    if turn.step == ANSWER_STEP or not road.has_stage(turn.stage):
        return None
    return road.stage(turn.stage).desk(turn.desk)


def pause_side(walk: Walk, side: str, *, reason_code: str) -> None:
    """Stop the clocks of the side that asked; the days that remain are kept (seam 5)."""
    for turn in walk.open_turns():
        if turn.side != side or turn.paused_at is not None:
            continue
        if turn.days is not None and turn.clock_from is not None:
            calendar = walk.calendar(turn.office)
            used = days_used(received_at=turn.clock_from, until=walk.at, calendar=calendar)
            turn.days_left = max(0, (turn.days_left or 0) - used)
        turn.paused_at = walk.at
        turn.save(update_fields=["paused_at", "days_left"])
        TurnPause.objects.create(turn=turn, paused_at=walk.at, reason_code=reason_code)
        notices.cancel_timers(object_id=turn.pk)


def resume_side(walk: Walk, side: str) -> None:
    """Start the clocks again with the days that remained, and say the new due moment."""
    for turn in walk.open_turns():
        if turn.side != side or turn.paused_at is None:
            continue
        TurnPause.objects.filter(turn=turn, resumed_at__isnull=True).update(resumed_at=walk.at)
        turn.paused_at = None
        turn.due_version += 1
        if turn.days is not None and turn.days_left is not None:
            calendar = walk.calendar(turn.office)
            turn.clock_from = walk.at
            turn.due_at = due_moment(received_at=walk.at, days=turn.days_left, calendar=calendar)
            turn.calendar_key = f"{calendar.key} v{calendar.version}"
            set_clocks(walk, turn, calendar)
        turn.save(update_fields=["paused_at", "due_version", "clock_from", "due_at", "calendar_key"])
        announce_turn(walk, turn)


def take_version(walk: Walk, *, by: Any) -> None:
    """Freeze the subject's draft as the next version, and copy its facts onto the case (seams 1, 3 and 12)."""
    case = walk.case
    frozen = subject_for(case.subject_kind).lifecycle.freeze(case.subject_id, by=by, at=walk.at)
    case.version_number = frozen.number
    case.version_hash = frozen.sha256
    case.facts = {**frozen.facts, "committee": bool(frozen.facts.get("major"))}
    case.tier = frozen.facts["tier"]
    case.value_usd = frozen.facts["value_usd"]
    case.title = frozen.title
    case.language = frozen.language
    case.confidential = frozen.confidential


def rule_move(
    walk: Walk, *, verb: str, turn: Turn | None, from_stage: str, params: dict[str, Any] | None = None
) -> None:
    """Write down what the portal did by itself, with the rule as its actor (review.md 5)."""
    case = walk.case
    event_id = record(
        verb=f"case.{verb}",
        by=None,
        obj_kind="case",
        obj_id=case.pk,
        case_id=case.pk,
        occurred_at=walk.at,
        version_hash=case.version_hash,
        policy_version=str(case.route),
        facts={"rule": verb, "from_stage": from_stage, "to_stage": case.stage, "round": case.round},
    )
    Move.objects.create(
        case=case,
        turn=turn,
        verb=verb,
        by=None,
        at=walk.at,
        round=case.round,
        from_stage=from_stage,
        to_stage=case.stage,
        version_number=case.version_number,
        version_hash=case.version_hash,
        params=params or {},
        idempotency_key=str(uuid.uuid4()),
        request_hash="",
        event_id=event_id,
    )
