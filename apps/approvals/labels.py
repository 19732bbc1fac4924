"""What the road's words are in the reader's language: stages, desks, steps, and how many days a turn has left."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from apps.approvals.models import Case, Turn
from apps.offices.naming import in_language
from apps.offices.queries import calendar_for, day_of
from apps.offices.working_time import WorkCalendar, working_days_between

ANSWER_STEP = "answer"


def stage_label(case: Case) -> str:
    """The stage at which a case stands, or its end."""
    road = case.route.road
    if road.has_stage(case.stage):
        return in_language(road.stage(case.stage).labels)
    return {"closed": _("Closed"), "registered": _("Registered")}.get(case.stage, case.stage)


def desk_label(case: Case, turn: Turn) -> str:
    """The desk of a turn."""
    road = case.route.road
    if turn.step == ANSWER_STEP:
        return in_language(road.stage(road.first).desks[0].labels)
    return in_language(road.stage(turn.stage).desk(turn.desk).labels)


def step_label(case: Case, turn: Turn) -> str:
    """What the turn's holder has to do."""
    if turn.step == ANSWER_STEP:
        return _("Answer the questions")
    return in_language(case.route.road.stage(turn.stage).desk(turn.desk).step(turn.step).labels)


def days_to_go(turn: Turn, *, at: datetime, calendar: WorkCalendar | None = None) -> int | None:
    """Working days until the turn is due, negative when late, in the acting office's calendar; None without a
    clock.
    """
    if turn.due_at is None or turn.days is None or turn.paused_at is not None:
        return None
    calendar = calendar or calendar_for(turn.office, day_of(at))
    if at <= turn.due_at:
        return working_days_between(at, turn.due_at, calendar)
    return -max(1, working_days_between(turn.due_at, at, calendar))
