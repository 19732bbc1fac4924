"""The lists of cases: my turn, waiting for others, returned, done, and all that one may see.

Rows are plain values (seam 22), so that a page draws fifty of them in a loop without asking anything more.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.approvals.choices import Outcome
from apps.approvals.labels import days_to_go, desk_label, stage_label, step_label
from apps.approvals.models import Case, Move, Participation, Turn
from apps.approvals.search import Search, read_search
from apps.approvals.standing import Viewer
from apps.audit import clock
from apps.offices.naming import in_language
from apps.offices.queries import calendars_for, day_of
from apps.offices.working_time import WorkCalendar

PAGE = 50
COUNT_BOUND = 1000
TABS = ("mine", "waiting", "returned", "done", "all")
SOON = timedelta(days=7)  # five working days, as the calendar runs
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class QueueRow:
    """One row of a queue, as plain values (seam 22: rows are drawn inline)."""

    handle: str
    title: str
    language: str
    office: str
    tier: int | None
    value_usd: Any
    stage: str
    act: str
    desk: str
    due_at: datetime | None
    is_overdue: bool
    is_paused: bool
    taken_by: str
    in_count: int
    of_count: int
    outcome: str = ""
    moved_at: datetime | None = None
    left: int | None = None
    place: str = ""
    stage_key: str = ""
    desk_key: str = ""
    step_key: str = ""
    taken_by_me: bool = False
    for_name: str = ""
    for_until: datetime | None = None
    outcome_key: str = ""
    subject_kind: str = ""
    subject_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Queue:
    """A page of a queue. Counts are bounded: 1,000 means "1,000 or more"."""

    tab: str
    rows: list[QueueRow]
    next_cursor: str
    counts: dict[str, int]
    search: Search = field(default_factory=lambda: Search("", "", ()))


def queue(
    viewer: Viewer,
    *,
    tab: str = "mine",
    only: str = "",
    search: str = "",
    cursor: str = "",
) -> Queue:
    """The viewer's work: `mine` (my turn), `waiting` (for others), `returned` (to my office), `done` (what I
    acted on), or `all` that they may see.

    `only` narrows `mine` to `overdue` or `soon` (due within five working days, counted as seven days).
    Order: overdue first, then by due moment; cases by their last step. Keyset pages of 50: `cursor` is the
    last row's place.
    """
    asked = read_search(search, at=viewer.at)
    if tab == "mine":
        return _my_turns(viewer, only=only, asked=asked, cursor=cursor)
    return _my_cases(viewer, tab=tab, asked=asked, cursor=cursor)


def counts(viewer: Viewer) -> dict[str, int]:
    """The three numbers of the home page, each at most 1,000, in one statement."""
    first = Turn.objects.awaiting(viewer).values("pk", "due_at")[:COUNT_BOUND]
    late = Q(due_at__lt=viewer.at)
    return first.aggregate(
        mine=Count("pk"),
        overdue=Count("pk", filter=late),
        soon=Count("pk", filter=~late & Q(due_at__lt=viewer.at + SOON)),
    )


# Places in a list -----------------------------------------------------------------------------------------------


def _cursor_of(*values: datetime | uuid.UUID) -> str:
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _place_of(cursor: str, moments: int) -> list[Any] | None:
    """The place that a cursor names; None for the beginning, and for what is no cursor of ours."""
    if not cursor or len(cursor) > 400:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        texts = json.loads(base64.urlsafe_b64decode(padded.encode()))
        found: list[Any] = [clock.instant_of(text) for text in texts[:moments]]
        found.append(uuid.UUID(texts[moments]))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, binascii.Error):
        return None
    return found


# My turn --------------------------------------------------------------------------------------------------------


def _my_turns(viewer: Viewer, *, only: str, asked: Search, cursor: str) -> Queue:
    rows = Turn.objects.awaiting(viewer).filter(case__discarded_at__isnull=True)
    numbers = counts(viewer)
    if only == "overdue":
        rows = rows.overdue(on=viewer.at)
    elif only == "soon":
        rows = rows.filter(due_at__gte=viewer.at, due_at__lt=viewer.at + SOON)
    rows = rows.filter(asked.condition(to_case="case__", on_turn=True))
    if (place := _place_of(cursor, 1)) is not None:
        due, last = place
        behind = Q(due_at__isnull=True, pk__gt=last)
        if due != FAR:
            behind = Q(due_at__gt=due) | Q(due_at=due, pk__gt=last) | Q(due_at__isnull=True)
        rows = rows.filter(behind)
    page = list(
        rows.select_related("case__office", "case__route", "office__duty_station", "taken_by")
        .defer("case__route__definition")
        .order_by(F("due_at").asc(nulls_last=True), "pk")[: PAGE + 1]
    )
    shown, further = page[:PAGE], page[PAGE:]
    progress = _in_counts([turn.case_id for turn in shown if turn.stage == "assessments"])
    calendars = calendars_for([turn.office_id for turn in shown], day_of(viewer.at))
    return Queue(
        "mine",
        [_row(turn.case, turn, viewer, progress, calendars) for turn in shown],
        _cursor_of(shown[-1].due_at or FAR, shown[-1].pk) if further else "",
        numbers,
        asked,
    )


# Cases ----------------------------------------------------------------------------------------------------------


def _my_cases(viewer: Viewer, *, tab: str, asked: Search, cursor: str) -> Queue:
    rows = _cases_of(viewer, tab)
    if asked.tokens or asked.words:
        rows = rows.filter(pk__in=Case.objects.filter(asked.condition()).values("pk"))
    if (place := _place_of(cursor, 1)) is not None:
        entered, last = place
        rows = rows.filter(Q(stage_entered_at__lt=entered) | Q(stage_entered_at=entered, pk__gt=last))
    page = list(
        rows.select_related("office", "route")
        .defer("route__definition")
        .order_by("-stage_entered_at", "pk")[: PAGE + 1]
    )
    shown, further = page[:PAGE], page[PAGE:]
    open_turns = _turns_of(shown)
    progress = _in_counts([case.pk for case in shown if case.stage == "assessments"])
    calendars = calendars_for([turn.office_id for turn in open_turns.values()], day_of(viewer.at))
    return Queue(
        tab,
        [_row(case, open_turns.get(case.pk), viewer, progress, calendars) for case in shown],
        _cursor_of(shown[-1].stage_entered_at, shown[-1].pk) if further else "",
        counts(viewer),
        asked,
    )


def _cases_of(viewer: Viewer, tab: str) -> QuerySet[Case]:
    rows = Case.objects.visible_to(viewer).filter(discarded_at__isnull=True)
    if tab == "all":
        return rows
    mine = Participation.objects.filter(case=OuterRef("pk"), user=viewer.user_id)
    acted = Move.objects.filter(case=OuterRef("pk"), by=viewer.user_id)
    if tab == "returned":
        answering = Turn.objects.filter(case=OuterRef("pk"), closed_at__isnull=True, step="answer")
        back = Q(stage="draft", version_number__gt=0) | Q(Exists(answering))
        return rows.open().filter(back, office__in=list(viewer.own_offices))
    my_turn = Turn.objects.awaiting(viewer).filter(case=OuterRef("pk"))
    if tab == "done":
        return rows.filter(Q(Exists(acted)), ~Q(Exists(my_turn)), closed_at__isnull=False)
    return rows.open().filter(Q(Exists(mine)) | Q(Exists(acted)), ~Q(Exists(my_turn)))


def _turns_of(cases: Iterable[Case]) -> dict[uuid.UUID, Turn]:
    """Of each case the open turn that is due first; one that runs before one that is paused."""
    found: dict[uuid.UUID, Turn] = {}
    for turn in (
        Turn.objects.filter(case__in=[case.pk for case in cases], closed_at__isnull=True)
        .select_related("taken_by", "office__duty_station")
        .order_by(F("paused_at").asc(nulls_first=True), F("due_at").asc(nulls_last=True), "pk")
    ):
        found.setdefault(turn.case_id, turn)
    return found


def _in_counts(case_ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    if not case_ids:
        return {}
    rows = (
        Turn.objects.filter(case__in=case_ids, closed_by_verb="submit_assessment", round=F("case__round"))
        .values("case")
        .annotate(number=Count("desk", distinct=True))
    )
    return {row["case"]: row["number"] for row in rows}


def _row(
    case: Case,
    turn: Turn | None,
    viewer: Viewer,
    progress: dict[uuid.UUID, int],
    calendars: dict[uuid.UUID, WorkCalendar],
) -> QueueRow:
    assessing = case.stage == "assessments"
    row: dict[str, Any] = {
        "handle": case.handle,
        "title": case.title,
        "language": case.language,
        "office": case.office.code,
        "tier": case.tier,
        "value_usd": case.value_usd,
        "stage": stage_label(case),
        "stage_key": case.stage,
        "in_count": progress.get(case.pk, 0),
        "of_count": len(case.route.road.assessment_desks(case.facts)) if assessing else 0,
        "outcome": Outcome(case.outcome).label if case.outcome else "",
        "outcome_key": case.outcome,
        "moved_at": case.stage_entered_at,
        "subject_kind": case.subject_kind,
        "subject_id": case.subject_id,
    }
    if turn is None:
        return QueueRow(**row, act="", desk="", due_at=None, is_overdue=False, is_paused=False, taken_by="")
    paused = turn.paused_at is not None
    absent = viewer.behalf_at(turn.seats, turn.taken_by_id)
    return QueueRow(
        **row,
        act=step_label(case, turn),
        desk=desk_label(case, turn),
        desk_key=turn.desk,
        step_key=turn.step,
        due_at=turn.due_at,
        is_overdue=turn.due_at is not None and turn.due_at < viewer.at and not paused,
        is_paused=paused,
        left=days_to_go(turn, at=viewer.at, calendar=calendars.get(turn.office_id)),
        place=in_language(turn.office.duty_station.names),
        taken_by=turn.taken_by.full_name if turn.taken_by is not None else "",
        taken_by_me=turn.taken_by_id is not None and turn.taken_by_id == viewer.user_id,
        for_name=absent.name if absent is not None else "",
        for_until=absent.until if absent is not None else None,
    )
