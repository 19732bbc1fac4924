"""The lists of cases: my turn, waiting for others, returned, done, and all that one may see.

Rows are plain values (seam 22), so that a page draws fifty of them in a loop without asking anything more.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.approvals.choices import Outcome
from apps.approvals.labels import days_until, desk_on, stage_on, step_on
from apps.approvals.models import Case, Move, Participation, Turn
from apps.approvals.models.route import road_of
from apps.approvals.querysets import TurnQuerySet
from apps.approvals.search import Search, read_search
from apps.approvals.standing import Viewer
from apps.approvals.workflow import TERMINAL
from apps.audit import clock
from apps.offices.naming import in_language
from apps.offices.queries import Station, day_of, stations_for

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
    return _numbers(Turn.objects.awaiting(viewer), viewer)


def _numbers(awaiting: TurnQuerySet, viewer: Viewer) -> dict[str, int]:
    # wrapped by hand: the ORM's own aggregate over a slice puts the whole condition together a second time
    try:
        sql, params = awaiting.values("pk", "due_at")[:COUNT_BOUND].query.sql_with_params()
    except EmptyResultSet:  # who holds no seat
        return {"mine": 0, "overdue": 0, "soon": 0}
    numbers = (
        "count(*), count(*) FILTER (WHERE due_at < %s), count(*) FILTER (WHERE due_at >= %s AND due_at < %s)"
    )
    counting = f"SELECT {numbers} FROM ({sql}) first"  # noqa: S608 - Django's own text; its values stay apart
    with connection.cursor() as cursor:
        cursor.execute(counting, [viewer.at, viewer.at, viewer.at + SOON, *params])
        return dict(zip(("mine", "overdue", "soon"), cursor.fetchone(), strict=True))


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
    awaiting = Turn.objects.awaiting(viewer)
    numbers = _numbers(awaiting, viewer)
    rows = awaiting.filter(case__discarded_at__isnull=True)
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
        rows.order_by(F("due_at").asc(nulls_last=True), "pk").values(*_TURN, *_CASE_OF_TURN[1:])[: PAGE + 1]
    )
    shown, further = page[:PAGE], page[PAGE:]
    cases = [{name: turn[path] for name, path in zip(_CASE, _CASE_OF_TURN, strict=True)} for turn in shown]
    return Queue(
        "mine",
        _rows(cases, shown, viewer),
        _cursor_of(shown[-1]["due_at"] or FAR, shown[-1]["pk"]) if further else "",
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
    page = list(rows.order_by("-stage_entered_at", "pk").values(*_CASE)[: PAGE + 1])
    shown, further = page[:PAGE], page[PAGE:]
    open_turns = _turns_of([case["pk"] for case in shown])
    return Queue(
        tab,
        _rows(shown, [open_turns.get(case["pk"]) for case in shown], viewer),
        _cursor_of(shown[-1]["stage_entered_at"], shown[-1]["pk"]) if further else "",
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


def _turns_of(case_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Of each case the open turn that is due first; one that runs before one that is paused."""
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for turn in (
        Turn.objects.filter(case__in=case_ids, closed_at__isnull=True)
        .order_by(F("paused_at").asc(nulls_first=True), F("due_at").asc(nulls_last=True), "pk")
        .values(*_TURN)
    ):
        found.setdefault(turn["case_id"], turn)
    return found


def _in_counts(case_ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    if not case_ids:
        return {}
    rows = (
        Turn.objects.filter(
            case__in=case_ids, closed_by_verb="submit_assessment", round=F("case__review_round")
        )
        .values("case")
        .annotate(number=Count("desk", distinct=True))
    )
    return {row["case"]: row["number"] for row in rows}


# Rows -----------------------------------------------------------------------------------------------------------

#: What a row is made of. Columns and no models: fifty rows of six models cost more than the rest of the page.
_CASE = (
    "pk", "reference", "title", "language", "office__code", "tier", "value_usd", "stage", "outcome", "facts",
    "stage_entered_at", "subject_kind", "subject_id", "route_id",
)  # fmt: skip
_TURN = (
    "pk", "case_id", "stage", "desk", "step", "office_id", "seats", "due_at", "days", "paused_at", "taken_by_id",
    "taken_by__full_name",
)  # fmt: skip
_CASE_OF_TURN = ("case_id", *(f"case__{name}" for name in _CASE[1:]))


class _Words:
    """The words of a page's rows in the reader's language, each put together once."""

    def __init__(self, stations: dict[uuid.UUID, Station]) -> None:
        self.stage = cache(lambda route, *place: stage_on(road_of(route), *place))
        self.desk = cache(lambda route, *place: desk_on(road_of(route), *place))
        self.step = cache(lambda route, *place: step_on(road_of(route), *place))
        self.outcome = cache(lambda key: str(Outcome(key).label) if key else "")
        self.place = cache(lambda office: in_language(stations[office].names) if office in stations else "")


def _rows(
    cases: list[dict[str, Any]], turns: list[dict[str, Any]] | list[dict[str, Any] | None], viewer: Viewer
) -> list[QueueRow]:
    """The rows of a page, from its cases and the open turn of each."""
    progress = _in_counts([case["pk"] for case in cases if case["stage"] == "assessments"])
    stations = stations_for([turn["office_id"] for turn in turns if turn is not None], day_of(viewer.at))
    words = _Words(stations)
    return [
        _row(case, turn, viewer, progress, stations, words) for case, turn in zip(cases, turns, strict=True)
    ]


def _row(
    case: dict[str, Any],
    turn: dict[str, Any] | None,
    viewer: Viewer,
    progress: dict[uuid.UUID, int],
    stations: dict[uuid.UUID, Station],
    words: _Words,
) -> QueueRow:
    route, stage = case["route_id"], case["stage"]
    ended = case["outcome"] if stage in TERMINAL else ""  # what is reconsidered waits like any other
    row: dict[str, Any] = {
        "handle": case["reference"] or str(case["pk"]),
        "title": case["title"],
        "language": case["language"],
        "office": case["office__code"],
        "tier": case["tier"],
        "value_usd": case["value_usd"],
        "stage": words.stage(route, stage),
        "stage_key": stage,
        "in_count": progress.get(case["pk"], 0),
        "of_count": len(road_of(route).assessment_desks(case["facts"])) if stage == "assessments" else 0,
        "outcome": words.outcome(ended),
        "outcome_key": ended,
        "moved_at": case["stage_entered_at"],
        "subject_kind": case["subject_kind"],
        "subject_id": case["subject_id"],
    }
    if turn is None:
        return QueueRow(**row, act="", desk="", due_at=None, is_overdue=False, is_paused=False, taken_by="")
    due_at, taken_by, paused = turn["due_at"], turn["taken_by_id"], turn["paused_at"] is not None
    absent = viewer.behalf_at(turn["seats"], taken_by) if viewer.stands_for else None
    station = stations.get(turn["office_id"])
    left = None
    if station is not None and due_at is not None and turn["days"] is not None and not paused:
        left = days_until(due_at, at=viewer.at, calendar=station.calendar)
    return QueueRow(
        **row,
        act=words.step(route, turn["stage"], turn["desk"], turn["step"]),
        desk=words.desk(route, turn["stage"], turn["desk"], turn["step"]),
        desk_key=turn["desk"],
        step_key=turn["step"],
        due_at=due_at,
        is_overdue=due_at is not None and due_at < viewer.at and not paused,
        is_paused=paused,
        left=left,
        place=words.place(turn["office_id"]),
        taken_by=turn["taken_by__full_name"] or "",
        taken_by_me=taken_by is not None and taken_by == viewer.user_id,
        for_name=absent.name if absent is not None else "",
        for_until=absent.until if absent is not None else None,
    )
