"""Questions that pages and the API ask about cases. Nothing here writes; every answer starts from what the
viewer may see.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from apps.approvals.choices import Level, Side
from apps.approvals.models import (
    Assessment,
    Case,
    Clarification,
    ConflictDeclaration,
    Decision,
    Move,
    Opinion,
    Participation,
    Recommendation,
    Turn,
    TurnPause,
)
from apps.approvals.offers import Explanation, explain
from apps.approvals.permissions import level_expression, may_read_decision, may_read_recommendation
from apps.approvals.services.verbs import RULE_PAST, VERBS
from apps.approvals.standing import Viewer, viewer_from
from apps.audit.reasons import Kind, Reason, refuse
from apps.offices.naming import in_language
from apps.offices.queries import calendar_for, day_of
from apps.offices.working_time import days_held, working_days_between

if TYPE_CHECKING:
    from django.http import HttpRequest

    from apps.accounts.models import User

PAGE = 50
COUNT_BOUND = 1000
TABS = ("mine", "waiting", "returned", "done")


def viewer_of_request(request: HttpRequest) -> Viewer:
    """The viewer of this request, worked out once (before any lock; the engine makes its own, seam 12)."""
    kept = getattr(request, "_viewer", None)
    if kept is None:
        from apps.accounts.access import standing_of

        kept = viewer_from(request.user, standing_of(request))  # type: ignore[arg-type]
        request._viewer = kept  # type: ignore[attr-defined]
    return kept


# One case -------------------------------------------------------------------------------------------------------


def case_for(viewer: Viewer, handle: str, *, at_least: str = Level.SUMMARY) -> Case:
    """The case with this reference or id, with `level` set to what the viewer sees of it; else "not found"
    (authority.md 4).
    """
    rows = Case.objects.select_related("route", "office").annotate(level=level_expression(viewer))
    try:
        found = rows.filter(Q(reference=handle) | Q(pk=uuid.UUID(str(handle)))).first()
    except ValueError:
        found = rows.filter(reference=handle[:60]).first() if "\x00" not in handle else None
    order = (Level.HIDDEN, Level.CARD, Level.SUMMARY, Level.FULL)
    if found is None or order.index(found.level) < order.index(Level(at_least)):
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    return found


@dataclass(frozen=True)
class TimelineRow:
    """One act as the timeline tells it; `words` only where this viewer may read them."""

    at: datetime
    who: str
    verb: str
    sentence: str
    version_number: int
    words: str = ""
    words_language: str = ""
    params: dict[str, Any] | None = None


@dataclass(frozen=True)
class Ledger:
    """Working days that each side has held the case, each in its own calendar (review.md 9)."""

    office_days: int
    oict_days: int


@dataclass(frozen=True)
class DeskProgress:
    """A desk's assessment as this viewer may know it: in or not; its content only through `Assessment.visible_to`."""

    desk: str
    label: str
    is_in: bool
    reviewer: str


@dataclass
class CaseView:
    """All that the page of a case shows to one viewer."""

    case: Case
    viewer: Viewer
    turns: list[Turn]
    explanation: Explanation
    declared: list[ConflictDeclaration]
    assessments: list[Assessment]
    progress: list[DeskProgress]
    timeline: list[TimelineRow]
    ledger: Ledger
    clarifications: list[Clarification]
    opinions: list[Opinion]
    recommendation: Recommendation | None
    decision: Decision | None
    decision_withheld: bool

    @property
    def level(self) -> str:
        return self.case.level  # type: ignore[attr-defined]

    @property
    def open_turns(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.closed_at is None]

    @property
    def stage_label(self) -> str:
        return stage_label(self.case)

    @property
    def stage_position(self) -> tuple[int, int]:
        """Stage k of n."""
        road = self.case.route.road
        return road.position(self.case.stage), len(road.stages)

    @property
    def is_paused(self) -> bool:
        return any(turn.paused_at is not None for turn in self.open_turns)

    @property
    def needs_declaration(self) -> bool:
        """Whether the page below the summary opens only after the viewer's declaration."""
        return self.level == Level.SUMMARY


def stage_label(case: Case) -> str:
    road = case.route.road
    if road.has_stage(case.stage):
        return in_language(road.stage(case.stage).labels)
    return {"closed": _("Closed"), "registered": _("Registered")}.get(case.stage, case.stage)


def desk_label(case: Case, turn: Turn) -> str:
    """The desk of a turn in the reader's language."""
    road = case.route.road
    if turn.step == "answer":
        return in_language(road.stage(road.first).desks[0].labels)
    return in_language(road.stage(turn.stage).desk(turn.desk).labels)


def step_label(case: Case, turn: Turn) -> str:
    """What the turn's holder has to do, in the reader's language."""
    if turn.step == "answer":
        return _("Answer the questions")
    return in_language(case.route.road.stage(turn.stage).desk(turn.desk).step(turn.step).labels)


def case_view(viewer: Viewer, user: User, handle: str) -> CaseView:
    """Everything for the case page, in a bounded number of statements; refuses with "not found" below the
    summary level.
    """
    case = case_for(viewer, handle)
    turns = list(
        Turn.objects.filter(case=case)
        .select_related("office__duty_station", "taken_by")
        .order_by("opened_at", "desk")
    )
    declared = list(ConflictDeclaration.objects.filter(case=case, user=user))
    explanation = explain(case, user=user, viewer=viewer, turns=turns, declared=declared)
    decision = (
        Decision.objects.filter(case=case, withdrawn_at__isnull=True).select_related("decided_by").first()
    )
    may_read = decision is not None and may_read_decision(viewer, decision)
    full = case.level == Level.FULL  # type: ignore[attr-defined]
    assessments = (
        list(
            Assessment.objects.visible_to(viewer, case)
            .select_related("reviewer")
            .prefetch_related("scores")
            .order_by("round", "desk")
        )
        if full
        else []
    )
    return CaseView(
        case=case,
        viewer=viewer,
        turns=turns,
        explanation=explanation,
        declared=declared,
        assessments=assessments,
        progress=_progress(case, turns, viewer),
        timeline=_timeline(case, viewer, hide_decision=decision is not None and not may_read) if full else [],
        ledger=ledger(case, turns, at=viewer.at),
        clarifications=list(
            Clarification.objects.filter(case=case).prefetch_related("items").order_by("number")
        )
        if full
        else [],
        opinions=list(Opinion.objects.filter(case=case).select_related("by").order_by("at")) if full else [],
        recommendation=Recommendation.objects.filter(case=case, round=case.round).select_related("by").first()
        if full and may_read_recommendation(viewer, case)
        else None,
        decision=decision if may_read and full else None,
        decision_withheld=decision is not None and not may_read,
    )


def _progress(case: Case, turns: Sequence[Turn], viewer: Viewer) -> list[DeskProgress]:
    """Per desk whether its assessment is in: "n of m in" is all that anyone knows before (seam 13)."""
    latest: dict[str, Turn] = {turn.desk: turn for turn in turns if turn.round == case.round}
    rows = []
    for desk in case.route.road.assessment_desks():
        turn = latest.get(desk.key)
        who = turn.taken_by.full_name if turn is not None and turn.taken_by is not None else ""
        rows.append(
            DeskProgress(
                desk=desk.key,
                label=in_language(desk.labels),
                is_in=turn is not None and turn.closed_by_verb == "submit_assessment",
                reviewer=who if viewer.sees_submitted or viewer.reviews or viewer.sees_everything else "",
            )
        )
    return rows


def _timeline(case: Case, viewer: Viewer, *, hide_decision: bool) -> list[TimelineRow]:
    rows = []
    moves = Move.objects.filter(case=case).select_related("by").order_by("at", "pk")
    for move in moves:
        if hide_decision and move.verb in ("decide", "withdraw_decision"):
            continue
        verb = VERBS.get(move.verb)
        rows.append(
            TimelineRow(
                at=move.at,
                who=move.by.full_name if move.by is not None else _("The portal, by rule"),
                verb=move.verb,
                sentence=str(verb.past if verb else RULE_PAST.get(move.verb, move.verb)),
                version_number=move.version_number,
                words=move.words,
                words_language=move.words_language,
                params=move.params,
            )
        )
    return rows


def ledger(case: Case, turns: Sequence[Turn], *, at: datetime) -> Ledger:
    """Working days held by each side: the union of its open intervals less the pauses, each office in its calendar."""
    pauses: dict[uuid.UUID, list[tuple[datetime, datetime | None]]] = {}
    for pause in TurnPause.objects.filter(turn__case=case):
        pauses.setdefault(pause.turn_id, []).append((pause.paused_at, pause.resumed_at))
    held: dict[str, list[tuple[datetime, datetime]]] = {Side.OFFICE: [], Side.OICT: []}
    office_of: dict[str, Any] = {}
    for turn in turns:
        if turn.stage in ("draft", "cooling_off"):
            continue
        office_of[turn.side] = turn.office
        held[turn.side] += list(_running(turn, pauses.get(turn.pk, []), at))
    days = {
        side: days_held(intervals, calendar_for(office_of[side], day_of(at))) if intervals else 0
        for side, intervals in held.items()
    }
    return Ledger(office_days=days[Side.OFFICE], oict_days=days[Side.OICT])


def _running(
    turn: Turn, pauses: Iterable[tuple[datetime, datetime | None]], at: datetime
) -> Iterable[tuple[datetime, datetime]]:
    start, end = turn.opened_at, turn.closed_at or at
    for paused, resumed in sorted(pauses, key=lambda pair: pair[0]):
        if paused > start:
            yield start, min(paused, end)
        start = resumed or end
    if start < end:
        yield start, end


def days_to_go(turn: Turn, *, at: datetime) -> int | None:
    """Working days until the turn is due, negative when late, in the acting office's calendar; None without a clock."""
    if turn.due_at is None or turn.days is None or turn.paused_at is not None:
        return None
    calendar = calendar_for(turn.office, day_of(at))
    if at <= turn.due_at:
        return working_days_between(at, turn.due_at, calendar)
    return -max(1, working_days_between(turn.due_at, at, calendar))


# Lists ----------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class Queue:
    """A page of a queue. Counts are bounded: 1,000 means "1,000 or more"."""

    tab: str
    rows: list[QueueRow]
    next_cursor: str
    counts: dict[str, int]


def queue(
    viewer: Viewer,
    *,
    tab: str = "mine",
    only: str = "",
    search: str = "",
    cursor: str = "",
) -> Queue:
    """The viewer's work: `mine` (my turn), `waiting` (for others), `returned` (to my office), `done` (what I acted on).

    `only` narrows `mine` to `overdue` or `soon` (due within five working days, counted as seven days).
    Order: overdue, due,
    submitted. Keyset pages of 50; the cursor is the last row's.
    """
    if tab == "mine":
        return _my_turns(viewer, only=only, search=search, cursor=cursor)
    return _my_cases(viewer, tab=tab, search=search, cursor=cursor)


def counts(viewer: Viewer) -> dict[str, int]:
    """The three numbers of the home page, each at most 1,000, in one statement."""
    rows = Turn.objects.awaiting(viewer).values("due_at")[:COUNT_BOUND]
    at = viewer.at
    found = {"mine": 0, "soon": 0, "overdue": 0}
    for row in rows:
        due = row["due_at"]
        found["mine"] += 1
        if due is not None and due < at:
            found["overdue"] += 1
        elif due is not None and due < at + timedelta(days=7):
            found["soon"] += 1
    return found


def _my_turns(viewer: Viewer, *, only: str, search: str, cursor: str) -> Queue:
    rows = Turn.objects.awaiting(viewer).filter(case__discarded_at__isnull=True)
    numbers = counts(viewer)
    if only == "overdue":
        rows = rows.overdue(on=viewer.at)
    elif only == "soon":
        rows = rows.filter(due_at__gte=viewer.at, due_at__lt=viewer.at + timedelta(days=7))
    if search:
        rows = rows.filter(Q(case__title__icontains=search) | Q(case__reference__icontains=search))
    rows = rows.select_related("case__office", "case__route", "taken_by").order_by(
        F("due_at").asc(nulls_last=True), "case__submitted_at", "pk"
    )
    offset = int(cursor) if cursor.isdigit() else 0
    page = list(rows[offset : offset + PAGE + 1])
    progress = _in_counts([turn.case_id for turn in page if turn.stage == "assessments"])
    shown = [_turn_row(turn, viewer, progress) for turn in page[:PAGE]]
    return Queue("mine", shown, str(offset + PAGE) if len(page) > PAGE else "", numbers)


def _turn_row(turn: Turn, viewer: Viewer, progress: dict[uuid.UUID, int]) -> QueueRow:
    case = turn.case
    return QueueRow(
        handle=case.handle,
        title=case.title,
        language=case.language,
        office=case.office.code,
        tier=case.tier,
        value_usd=case.value_usd,
        stage=stage_label(case),
        act=step_label(case, turn),
        desk=desk_label(case, turn),
        due_at=turn.due_at,
        is_overdue=turn.due_at is not None and turn.due_at < viewer.at and turn.paused_at is None,
        is_paused=turn.paused_at is not None,
        taken_by=turn.taken_by.full_name if turn.taken_by is not None else "",
        in_count=progress.get(case.pk, 0),
        of_count=len(case.route.road.assessment_desks()) if turn.stage == "assessments" else 0,
    )


def _in_counts(case_ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    if not case_ids:
        return {}
    rows = (
        Turn.objects.filter(case__in=case_ids, closed_by_verb="submit_assessment", round=F("case__round"))
        .values("case")
        .annotate(number=Count("desk", distinct=True))
    )
    return {row["case"]: row["number"] for row in rows}


def _my_cases(viewer: Viewer, *, tab: str, search: str, cursor: str) -> Queue:
    rows = Case.objects.visible_to(viewer).filter(discarded_at__isnull=True)
    mine = Participation.objects.filter(case=OuterRef("pk"), user=viewer.user_id)
    acted = Move.objects.filter(case=OuterRef("pk"), by=viewer.user_id)
    my_turn = Turn.objects.awaiting(viewer).filter(case=OuterRef("pk"))
    answering = Turn.objects.filter(case=OuterRef("pk"), closed_at__isnull=True, step="answer")
    if tab == "returned":
        back = Q(stage="draft", version_number__gt=0) | Q(Exists(answering))
        rows = rows.open().filter(back, office__in=list(viewer.own_offices))
    elif tab == "done":
        rows = rows.filter(Q(Exists(acted)), ~Q(Exists(my_turn)), closed_at__isnull=False)
    else:
        rows = rows.open().filter(Q(Exists(mine)) | Q(Exists(acted)), ~Q(Exists(my_turn)))
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(reference__icontains=search))
    rows = rows.select_related("office", "route").order_by(F("stage_entered_at").desc(), "pk")
    offset = int(cursor) if cursor.isdigit() else 0
    page = list(rows[offset : offset + PAGE + 1])
    ids = [case.pk for case in page[:PAGE]]
    open_turns: dict[uuid.UUID, Turn] = {}
    for turn in (
        Turn.objects.filter(case__in=ids, closed_at__isnull=True)
        .select_related("taken_by")
        .order_by("-due_at")
    ):
        open_turns[turn.case_id] = turn
    progress = _in_counts([case.pk for case in page[:PAGE] if case.stage == "assessments"])
    shown = [_case_row(case, open_turns.get(case.pk), viewer, progress) for case in page[:PAGE]]
    return Queue(tab, shown, str(offset + PAGE) if len(page) > PAGE else "", counts(viewer))


def _case_row(case: Case, turn: Turn | None, viewer: Viewer, progress: dict[uuid.UUID, int]) -> QueueRow:
    return QueueRow(
        handle=case.handle,
        title=case.title,
        language=case.language,
        office=case.office.code,
        tier=case.tier,
        value_usd=case.value_usd,
        stage=stage_label(case),
        act=step_label(case, turn) if turn is not None else "",
        desk=desk_label(case, turn) if turn is not None else "",
        due_at=turn.due_at if turn is not None else None,
        is_overdue=turn is not None
        and turn.paused_at is None
        and turn.due_at is not None
        and turn.due_at < viewer.at,
        is_paused=turn is not None and turn.paused_at is not None,
        taken_by=turn.taken_by.full_name if turn is not None and turn.taken_by is not None else "",
        in_count=progress.get(case.pk, 0),
        of_count=len(case.route.road.assessment_desks()) if case.stage == "assessments" else 0,
        outcome=case.get_outcome_display() if case.outcome else "",
        moved_at=case.stage_entered_at,
    )
