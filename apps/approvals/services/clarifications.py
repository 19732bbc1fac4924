"""Clarifications (review.md 8): one batch of questions, the office's time to answer it, and what its answer reopens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max, QuerySet

from apps.approvals import policies
from apps.approvals.choices import Capacity, Outcome, Side
from apps.approvals.models import (
    Assessment,
    Case,
    Clarification,
    ClarificationDraft,
    ClarificationItem,
    Turn,
    TurnPause,
)
from apps.approvals.seats import people_for
from apps.approvals.services.act import Act, Trace, take_part, with_words
from apps.approvals.services.emergency import end_with_case
from apps.approvals.services.engine import (
    ANSWER_STEP,
    CONFIRM_STEP,
    LAPSE_KIND,
    Walk,
    announce_turn,
    ask_desk,
    close_turn,
    enter_stage,
    join,
    notice_params,
    open_turn,
    open_turns,
    pause_side,
    resume_side,
    rule_move,
    set_clocks,
    take_version,
    walk_of,
)
from apps.approvals.services.reconsideration import end_without_decision
from apps.approvals.subjects import FieldChoice, subject_for
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.notices import services as notices
from apps.notices.models import Timer
from apps.offices.choices import Role
from apps.offices.working_time import due_moment, fraction_moment

#: The desks of a stage that sit on demand: who sends what the desks ask, who sends more, who gives more time.
QUESTIONS, MORE_QUESTIONS, EXTENSION = "questions", "more_questions", "extension"
#: Once automatically, and once by the lead reviewer (review.md 8).
MOST_EXTENSIONS = 2


# Asking ---------------------------------------------------------------------------------------------------------


def _anchored(act: Act) -> tuple[list[dict[str, Any]], dict[str, FieldChoice]]:
    """The questions as they came, each anchored to a field of the business case; and the fields by key."""
    known = {choice.key: choice for choice in subject_for(act.case.subject_kind).presenter.field_choices()}
    items: list[dict[str, Any]] = act.values["items"]
    refuse_if(
        Kind.INVALID,
        [
            Reason("clarification.unknown_field", {"field": item["field"]}, field=f"items.{position}.field")
            for position, item in enumerate(items)
            if item["field"] not in known
        ],
    )
    return items, known


def ask_questions(act: Act) -> Trace:
    """A desk adds its questions; who sends them to the office gets the turn."""
    items, _known = _anchored(act)
    turn = act.turn
    before = ClarificationDraft.objects.filter(case=act.case, visit=act.case.visit).count()
    ClarificationDraft.objects.bulk_create(
        ClarificationDraft(
            case=act.case,
            visit=act.case.visit,
            position=position,
            desk=turn.desk if turn else "",
            field=item["field"],
            question=item["question"],
            language=act.language,
            by=act.by,
            at=act.at,
        )
        for position, item in enumerate(items, start=before + 1)
    )
    ask_desk(act.walk, _who_sends(act))
    return Trace(
        params={"desk": turn.desk if turn else "", "questions": len(items)},
        facts={"desk": turn.desk if turn else "", "questions": len(items)},
        commit={f"question_{position}": item["question"] for position, item in enumerate(items, start=1)},
    )


def _who_sends(act: Act) -> str:
    """The lead reviewer sends what is asked in the first half of the stage's days; what comes later, or after a batch
    of the same stage, only the section chief (review.md 8)."""
    walk, case, turn = act.walk, act.case, act.turn
    for one in walk.open_turns():
        if one.desk in (QUESTIONS, MORE_QUESTIONS):
            return one.desk
    before = Clarification.objects.filter(case=case, stage=case.stage, asked_at__gte=case.stage_entered_at)
    late = False
    if turn is not None and turn.clock_from is not None and turn.days is not None:
        left = turn.days_left or 0
        calendar = walk.calendar(turn.office)
        late = act.at > fraction_moment(turn.clock_from, left, 50, calendar, used_before=turn.days - left)
    return MORE_QUESTIONS if late or before.exists() else QUESTIONS


def drafts_of(case: Case) -> QuerySet[ClarificationDraft]:
    """What the desks would ask in this stage, and was neither sent nor set aside."""
    return ClarificationDraft.objects.filter(case=case, visit=case.visit, settled_at=None).select_related(
        "by"
    )


def set_aside_questions(act: Act) -> Trace:
    drafts_of(act.case).update(settled_at=act.at)
    return with_words(act)


def request_clarification(act: Act) -> Trace:
    items, known = _anchored(act)
    subject = subject_for(act.case.subject_kind)
    last = Clarification.objects.filter(case=act.case).aggregate(last=Max("number"))["last"] or 0
    batch = Clarification.objects.create(
        case=act.case,
        number=last + 1,
        stage=act.case.stage,
        asked_by=act.by,
        asked_at=act.at,
        about_version=act.case.version_number,
    )
    ClarificationItem.objects.bulk_create(
        ClarificationItem(
            clarification=batch,
            position=position,
            field=item["field"],
            section=known[item["field"]].section,
            question=item["question"],
            language=act.language,
        )
        for position, item in enumerate(items, start=1)
    )
    drafts_of(act.case).update(settled_at=act.at, clarification=batch)
    subject.lifecycle.unlock(act.case.subject_id, sections=_sections_of(batch))
    take_part(act, act.turn.capacity if act.turn else Capacity.INTAKE)
    pause_side(act.walk, Side.OICT, reason_code="clarification")
    _ask_office(act.walk)
    return Trace(
        params={"number": batch.number, "questions": len(items)},
        facts={"clarification": str(batch.pk), "questions": len(items)},
        commit={f"question_{position}": item["question"] for position, item in enumerate(items, start=1)},
    )


def _sections_of(batch: Clarification) -> list[str]:
    return sorted(set(batch.items.values_list("section", flat=True)))


def _ask_office(walk: Walk) -> Turn:
    """Open the office's turn to answer, with its own days."""
    stage = walk.road.stage(walk.case.stage)
    desk = walk.road.stage(walk.road.first).desks[0]
    return open_turn(
        walk, stage, desk, desk.steps[0], days=walk.tier_days(stage.paused_days), step_key=ANSWER_STEP
    )


# Answering ------------------------------------------------------------------------------------------------------


def answer_clarification(act: Act) -> Trace:
    batch = Clarification.objects.select_for_update().get(case=act.case, answered_at__isnull=True)
    items = list(batch.items.all())
    given = {row["item"]: row["answer"] for row in act.values["answers"]}
    refuse_if(
        Kind.INVALID,
        [
            Reason("clarification.unanswered", {"number": item.position}, field=f"answers.{item.position}")
            for item in items
            if not given.get(str(item.position))
        ],
    )
    for item in items:
        item.answer = given[str(item.position)]
        item.answer_language = act.language
    ClarificationItem.objects.bulk_update(items, ["answer", "answer_language"])
    subject = subject_for(act.case.subject_kind)
    refuse_if(Kind.NOT_READY, subject.policy.reasons_against_handing_on(act.case.subject_id))
    take_version(act.walk, by=act.by)
    refuse_if(Kind.NOT_READY, policies.reasons_against_route(act.walk.road, act.case.facts))
    subject.lifecycle.lock(act.case.subject_id)
    batch.answered_by, batch.answered_at, batch.answered_in_version = act.by, act.at, act.case.version_number
    batch.save(update_fields=["answered_by", "answered_at", "answered_in_version"])
    take_part(act, Capacity.SUBMITTER)
    return Trace(
        params={"number": batch.number, "version": act.case.version_number},
        facts={"clarification": str(batch.pk), "version": act.case.version_number},
        commit={f"answer_{item.position}": item.answer for item in items},
    )


def after_answer(act: Act) -> None:
    """Once the office's turn is closed: OICT's clocks go on with the days that remained, a desk that the new version
    asks for sits, and whose assessment rests on what changed confirms or revises it."""
    walk, case = act.walk, act.case
    stage = walk.road.stage(case.stage)
    for turn in walk.open_turns():
        if turn.desk == EXTENSION:
            close_turn(walk, turn, verb="answer_clarification")
    resume_side(walk, Side.OICT)
    sat = {turn.desk for turn in walk.turns if turn.visit == case.visit}
    missing = [desk for desk in stage.desks if desk.sits_in(case.facts) and desk.key not in sat]
    open_turns(walk, stage, [desk for desk in missing if not desk.after and not desk.on_demand])
    _ask_to_confirm(walk)
    join(walk, stage, verb=act.verb)


def _changed_sections(case: Case) -> set[str]:
    """The sections of the text that differ between the version before and the one that is read now."""
    presenter = subject_for(case.subject_kind).presenter
    section_of = {choice.key: choice.section for choice in presenter.field_choices()}
    changes = presenter.difference(case.subject_id, case.version_number - 1, case.version_number)
    return {section_of.get(change.key.split("/")[0], "") for change in changes}


def _ask_to_confirm(walk: Walk) -> None:
    case, stage = walk.case, walk.road.stage(walk.case.stage)
    busy = {turn.desk for turn in walk.open_turns()}
    latest = {one.desk: one for one in _that_count(case)}
    changed = _changed_sections(case) if latest else set()
    for desk in stage.desks:
        found = latest.get(desk.key)
        if found is None or desk.key in busy or not changed & set(desk.sections):
            continue
        turn = open_turn(walk, stage, desk, desk.step(CONFIRM_STEP), announce=False)
        if any(
            seated.user.pk == found.reviewer_id for seated in people_for(turn.seats, walk.at, case_id=case.pk)
        ):
            turn.taken_by, turn.taken_at = found.reviewer, walk.at
            turn.save(update_fields=["taken_by", "taken_at"])
        announce_turn(walk, turn)


def _that_count(case: Case) -> QuerySet[Assessment]:
    return Assessment.objects.that_count(case.pk, case.review_round).select_related("reviewer")


def confirm_assessment(act: Act) -> Trace:
    """Who assessed says that it stands for the version of today as well."""
    desk = act.turn.desk if act.turn else ""
    found = {one.desk: one for one in _that_count(act.case)}[desk]
    trace = with_words(act)
    trace.params |= {"desk": desk, "assessment": str(found.pk)}
    trace.facts |= {"desk": desk, "assessment": str(found.pk)}
    return trace


# The office's time ----------------------------------------------------------------------------------------------


def reasons_against_asking_for_time(walk: Walk) -> list[Reason]:
    """More time is given twice at most: at once when first asked for, then by the lead reviewer."""
    batch = walk.open_batch
    if batch is None or batch.extensions >= MOST_EXTENSIONS:
        return [Reason("clarification.no_more_time", {"times": MOST_EXTENSIONS})]
    if any(turn.desk == EXTENSION for turn in walk.open_turns()):
        return [Reason("clarification.time_was_asked")]
    return []


def ask_extension(act: Act) -> Trace:
    refuse_if(Kind.CONFLICT, reasons_against_asking_for_time(act.walk))
    trace = with_words(act)
    batch = act.walk.open_batch
    if batch is not None and batch.extensions == 0:
        trace.params["days"] = trace.facts["days"] = _extend(act, batch)
    else:
        ask_desk(act.walk, EXTENSION)
    return trace


def grant_extension(act: Act) -> Trace:
    trace = with_words(act)
    batch = act.walk.open_batch
    if batch is None:
        refuse(Kind.CONFLICT, Reason("clarification.answered"))
    trace.params["days"] = trace.facts["days"] = _extend(act, batch)
    _tell_office(act.walk, "clarification.extended", key=f"{batch.pk}:extended:{batch.extensions}")
    return trace


def refuse_extension(act: Act) -> Trace:
    batch = act.walk.open_batch
    if batch is not None:
        _tell_office(act.walk, "clarification.not_extended", key=f"{batch.pk}:not_extended:{act.event_id}")
    return with_words(act)


def _extend(act: Act, batch: Clarification) -> int:
    """Give the office more days; answers how many."""
    walk = act.walk
    turn = _answer_turn(walk)
    calendar = walk.calendar(turn.office)
    whole = walk.tier_days(walk.road.stage(batch.stage).paused_days) or 0
    more = -(-whole * int(walk.numbers["clarification.extension_percent"]) // 100)
    turn.days, turn.days_left = (turn.days or 0) + more, (turn.days_left or 0) + more
    turn.due_at = due_moment(received_at=turn.clock_from or act.at, days=turn.days_left, calendar=calendar)
    turn.due_version += 1
    turn.save(update_fields=["days", "days_left", "due_at", "due_version"])
    notices.cancel_timers(object_id=turn.pk)
    set_clocks(walk, turn, calendar)
    batch.extensions, batch.warned_at = batch.extensions + 1, None
    batch.save(update_fields=["extensions", "warned_at"])
    return more


def _answer_turn(walk: Walk) -> Turn:
    return next(turn for turn in walk.open_turns() if turn.step == ANSWER_STEP)


def _tell_office(walk: Walk, code: str, *, key: str, head: bool = False, **more: Any) -> None:
    """Say something to who answers, and to the head of the office where it is for them too."""
    case, turn = walk.case, _answer_turn(walk)
    seats = [*turn.seats, *([f"{Role.HEAD_OF_OFFICE}@{case.office_id}"] if head else [])]
    notices.post(
        recipients=[one.user for one in people_for(seats, walk.at, case_id=case.pk)],
        code=code,
        params={**notice_params(case, turn), **more},
        dedupe_key=key,
        case_id=case.pk,
        link=f"/cases/{case.handle}/",
        at=walk.at,
    )


# Without an answer ----------------------------------------------------------------------------------------------


def warn_unanswered(timer: Timer) -> None:
    """Half of the time is over: tell the office and its head when the case will be withdrawn by rule."""
    walk = _unanswered(timer)
    if walk is None or walk.open_batch is None:
        return
    _warn(walk, walk.open_batch)


def _warn(walk: Walk, batch: Clarification) -> None:
    turn = _answer_turn(walk)
    batch.warned_at = walk.at
    batch.save(update_fields=["warned_at"])
    code = "reconsideration.warning" if walk.case.is_reconsidered else "clarification.warning"
    _tell_office(walk, code, key=f"{turn.pk}:warned:{turn.due_version}", head=True)
    rule_move(
        walk,
        verb="warned",
        turn=turn,
        from_stage=walk.case.stage,
        params={"due_at": turn.due_at.isoformat()} if turn.due_at else {},
    )


def lapse(timer: Timer) -> None:
    """The time is over without an answer: the case is withdrawn by rule (review.md 5 and 8), after a warning. Where
    nobody was warned before it was over, because nothing ran, they hear it now and have one more working day."""
    walk = _unanswered(timer)
    if walk is None or walk.open_batch is None:
        return
    case, batch, turn = walk.case, walk.open_batch, _answer_turn(walk)
    if turn.due_at is None or walk.at < turn.due_at:
        return
    if batch.warned_at is None or batch.warned_at >= turn.due_at:
        turn.days, turn.days_left = (turn.days or 0) + 1, (turn.days_left or 0) + 1
        turn.due_at = due_moment(received_at=walk.at, days=1, calendar=walk.calendar(turn.office))
        turn.save(update_fields=["days", "days_left", "due_at"])
        _warn(walk, batch)
        notices.set_timer(
            kind=LAPSE_AFTER_WARNING, object_id=turn.pk, due_at=turn.due_at, due_version=turn.due_version
        )
        return
    from_stage = case.stage
    end_with_case(case, walk.at)
    subject_for(case.subject_kind).lifecycle.lock(case.subject_id)
    batch.lapsed_at = walk.at
    batch.save(update_fields=["lapsed_at"])
    until = walk.at + timedelta(days=int(walk.numbers["clarification.reopen_days"]))
    if case.is_reconsidered:  # the decision stands
        end_without_decision(case, walk.at)
        code, verb = "reconsideration.lapsed", "reconsideration_over"
    else:
        code, verb = "clarification.lapsed", "unanswered"
    _tell_office(walk, code, key=f"{batch.pk}:lapsed:{turn.pk}", head=True, until_at=until)
    enter_stage(walk, "closed", outcome=case.outcome or Outcome.WITHDRAWN, verb=verb)
    case.save()
    rule_move(walk, verb=verb, turn=turn, from_stage=from_stage, params={"number": batch.number})


LAPSE_AFTER_WARNING = f"{LAPSE_KIND}_after_warning"


def _unanswered(timer: Timer) -> Walk | None:
    """The walk of the case whose answer a timer watches; nothing where the turn has ended or has another due moment."""
    turn = Turn.objects.select_related("case__route", "case__office").filter(pk=timer.object_id).first()
    if turn is None or turn.closed_at is not None or turn.due_version != timer.due_version:
        return None
    case = turn.case
    return walk_of(case, clock.now())


# Opening again --------------------------------------------------------------------------------------------------


def reasons_against_reopening(walk: Walk) -> list[Reason]:
    """A case that was withdrawn by rule is opened again by its office within 90 days, unless it was begun again."""
    case, batch = walk.case, walk.open_batch
    if case.outcome != Outcome.WITHDRAWN or batch is None or batch.lapsed_at is None:
        return [Reason("clarification.not_lapsed")]
    days = int(walk.numbers["clarification.reopen_days"])
    if walk.at > batch.lapsed_at + timedelta(days=days):
        return [Reason("clarification.too_late_to_reopen", {"days": days})]
    after = case.successors.filter(discarded_at=None).first()
    return [Reason("case.begun_again", {"case": after.handle})] if after is not None else []


def reopen_case(act: Act) -> Trace:
    """Take the case back to where it waited: the desks keep their turns, stopped; the office answers in new time."""
    walk, case = act.walk, act.case
    refuse_if(Kind.CONFLICT, reasons_against_reopening(walk))
    batch = walk.open_batch
    if batch is None:
        refuse(Kind.CONFLICT, Reason("clarification.not_lapsed"))
    closed = [turn for turn in walk.turns if turn.closed_at == batch.lapsed_at]
    case.closed_at, case.outcome = None, ""
    case.stage, case.stage_entered_at = batch.stage, act.at
    case.visit = next(turn.visit for turn in closed if turn.step == ANSWER_STEP)
    for turn in closed:
        if turn.side != Side.OICT or turn.desk == EXTENSION:
            continue
        turn.closed_at, turn.closed_by_verb, turn.paused_at = None, "", act.at
        turn.save(update_fields=["closed_at", "closed_by_verb", "paused_at"])
        TurnPause.objects.filter(turn=turn, resumed_at=batch.lapsed_at).update(resumed_at=None)
    batch.lapsed_at, batch.warned_at, batch.extensions = None, None, 0
    batch.save(update_fields=["lapsed_at", "warned_at", "extensions"])
    subject_for(case.subject_kind).lifecycle.unlock(case.subject_id, sections=_sections_of(batch))
    _ask_office(walk)
    trace = with_words(act)
    trace.facts["clarification"] = str(batch.pk)
    return trace
