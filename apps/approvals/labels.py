"""What the road's words are in the reader's language: stages, desks, steps, and how many days a turn has left."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from apps.approvals.models import Case, Turn
from apps.approvals.workflow import RouteDefinition
from apps.offices.naming import in_language
from apps.offices.queries import calendar_for, day_of
from apps.offices.working_time import WorkCalendar, working_days_between

ANSWER_STEP = "answer"


def stage_on(road: RouteDefinition, stage: str) -> str:
    """A stage of a road, or the end that a case came to."""
    if road.has_stage(stage):
        return in_language(road.stage(stage).labels)
    return {"closed": _("Closed"), "registered": _("Registered")}.get(stage, stage)


def desk_on(road: RouteDefinition, stage: str, desk: str, step: str) -> str:
    """A desk of a road; who answers questions sits where the road begins."""
    if step == ANSWER_STEP:
        return in_language(road.stage(road.first).desks[0].labels)
    return in_language(road.stage(stage).desk(desk).labels)


def step_on(road: RouteDefinition, stage: str, desk: str, step: str) -> str:
    """What the holder of a turn at this desk has to do."""
    if step == ANSWER_STEP:
        return _("Answer the questions")
    return in_language(road.stage(stage).desk(desk).step(step).labels)


def stage_label(case: Case) -> str:
    """The stage at which a case stands, or its end."""
    return stage_on(case.route.road, case.stage)


def desk_label(case: Case, turn: Turn) -> str:
    """The desk of a turn."""
    return desk_on(case.route.road, turn.stage, turn.desk, turn.step)


def step_label(case: Case, turn: Turn) -> str:
    """What the turn's holder has to do."""
    return step_on(case.route.road, turn.stage, turn.desk, turn.step)


def days_until(due_at: datetime, *, at: datetime, calendar: WorkCalendar) -> int:
    """Working days from `at` to a due moment in a calendar; negative, and at least one, when it is past."""
    if at <= due_at:
        return working_days_between(at, due_at, calendar)
    return -max(1, working_days_between(due_at, at, calendar))


def days_to_go(turn: Turn, *, at: datetime, calendar: WorkCalendar | None = None) -> int | None:
    """Working days until the turn is due, negative when late, in the acting office's calendar; None without a
    clock.
    """
    if turn.due_at is None or turn.days is None or turn.paused_at is not None:
        return None
    return days_until(turn.due_at, at=at, calendar=calendar or calendar_for(turn.office, day_of(at)))
