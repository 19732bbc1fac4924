"""Questions that pages and the API ask about cases. Nothing here writes; every answer starts from what the
viewer may see.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.approvals.choices import BEGUN_AGAIN, Level, Outcome, Side
from apps.approvals.committee import records_of
from apps.approvals.labels import days_to_go, desk_label, stage_label, step_label
from apps.approvals.models import (
    Assessment,
    Case,
    Certificate,
    Clarification,
    ClarificationDraft,
    CommitteeRecord,
    ConflictDeclaration,
    Decision,
    Emergency,
    Move,
    Opinion,
    Recommendation,
    Reconsideration,
    Turn,
    TurnPause,
)
from apps.approvals.offers import Explanation, explain
from apps.approvals.permissions import (
    level_expression,
    may_read_decision,
    may_read_questions,
    may_read_recommendation,
    may_read_sittings,
    visibility_filter,
)
from apps.approvals.queues import PAGE, TABS, Queue, QueueRow, counts, queue
from apps.approvals.services import reconsideration
from apps.approvals.services.clarifications import drafts_of
from apps.approvals.services.engine import CONFIRM_STEP, Walk
from apps.approvals.services.verbs import RULE_PAST, VERBS
from apps.approvals.standing import Viewer, viewer_from
from apps.approvals.workflow import Stage
from apps.audit.reasons import Kind, Reason, refuse
from apps.offices.naming import in_language
from apps.offices.queries import calendars_for, day_of
from apps.offices.working_time import WorkCalendar, days_held

if TYPE_CHECKING:
    from django.http import HttpRequest

    from apps.accounts.models import User

__all__ = [
    "PAGE",
    "TABS",
    "CaseView",
    "DeskProgress",
    "Ledger",
    "Queue",
    "QueueRow",
    "TimelineRow",
    "case_for",
    "case_id_of",
    "case_view",
    "counts",
    "days_to_go",
    "desk_label",
    "ledger",
    "queue",
    "stage_label",
    "step_label",
    "viewer_of_request",
]


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


def case_id_of(handle: str) -> uuid.UUID:
    """The id behind a reference or id, for an act: the engine itself refuses what the person may not see."""
    try:
        return uuid.UUID(str(handle))
    except ValueError:
        pass
    rows = Case.objects.filter(reference=handle[:60]) if "\x00" not in handle else Case.objects.none()
    found = rows.values_list("pk", flat=True).first()
    if found is None:
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
    on_behalf_of: str = ""


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
    confirms: bool = False  # the assessment is in, and the office changed what it rests on


@dataclass
class CaseView:
    """All that the page of a case shows to one viewer."""

    case: Case
    viewer: Viewer
    turns: list[Turn]
    calendars: dict[uuid.UUID, WorkCalendar]
    explanation: Explanation
    declared: list[ConflictDeclaration]
    assessments: list[Assessment]
    progress: list[DeskProgress]
    timeline: list[TimelineRow]
    ledger: Ledger
    clarifications: list[Clarification]
    questions: list[ClarificationDraft]  # what the desks would ask, for who may read it
    confirmed: dict[str, Move]  # by desk, the last confirmation of its assessment in this round
    opinions: list[Opinion]
    recommendation: Recommendation | None
    replaced: list[tuple[str, Recommendation]]  # earlier ones of the round, each with its outcome in words
    decision: Decision | None
    decision_withheld: bool
    earlier_decisions: list[Decision]  # whose place another took, newest first
    reconsideration: Reconsideration | None
    certificate: Certificate | None
    committee: list[CommitteeRecord]
    emergency: Emergency | None
    before: Case | None
    after: Case | None
    behalf: dict[tuple[str, uuid.UUID], str]

    @property
    def reconsider_until(self) -> datetime | None:
        """Until when the viewer can ask that the decision be reconsidered; None where they cannot."""
        offer = self.explanation.offer("ask_reconsideration")
        if offer is None or not offer.is_possible or self.decision is None:
            return None
        walk = Walk(self.case, self.viewer.at, self.case.route.road, self.turns)
        return reconsideration.last_moment(walk, self.decision)

    def acted(self, verb: str, user: User) -> str:
        """Who did this, and for whom where they stood in."""
        absent = self.behalf.get((verb, user.pk), "")
        return on_behalf(user.full_name, absent)

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
        keys = [stage.key for stage in self.stages]
        return keys.index(self.case.stage) + 1 if self.case.stage in keys else len(keys), len(keys)

    @property
    def stages(self) -> list[Stage]:
        """The stages of the road at which a desk sits for this case."""
        return [stage for stage in self.case.route.road.stages if stage.sits_in(self.case.facts)]

    @property
    def is_paused(self) -> bool:
        return any(turn.paused_at is not None for turn in self.open_turns)

    @property
    def needs_declaration(self) -> bool:
        """Whether the page below the summary opens only after the viewer's declaration."""
        return self.level == Level.SUMMARY


def case_view(viewer: Viewer, user: User, handle: str, *, case: Case | None = None) -> CaseView:
    """Everything for the case page, in a bounded number of statements; refuses with "not found" below the
    summary level. `case` is what `case_for` has just answered, where it was asked before.
    """
    case = case or case_for(viewer, handle)
    turns = list(
        Turn.objects.filter(case=case)
        .select_related("office__duty_station", "taken_by")
        .order_by("opened_at", "desk")
    )
    people = [one.user_id for one in viewer.parts() if one.user_id is not None]
    declared = list(ConflictDeclaration.objects.filter(case=case, user__in=people))
    explanation = explain(case, user=user, viewer=viewer, turns=turns, declared=declared)
    moves = list(Move.objects.filter(case=case).select_related("by", "on_behalf_of").order_by("at", "pk"))
    happened = {move.verb for move in moves}
    decisions: list[Decision] = []
    if "decide" in happened:
        rows = Decision.objects.filter(case=case).select_related("decided_by", "on_behalf_of")
        decisions = list(rows.order_by("-round"))
    standing = [one for one in decisions if one.withdrawn_at is None]
    sealed = {str(one.pk) for one in decisions if not may_read_decision(viewer, one, case)}
    unread = {str(one.pk) for one in decisions if not may_read_sittings(viewer, one, case)}
    readable = [one for one in standing if str(one.pk) not in sealed]
    full = case.level == Level.FULL  # type: ignore[attr-defined]
    assessments = (
        list(
            Assessment.objects.visible_to(viewer, case)
            .select_related("reviewer")
            .prefetch_related("scores")
            .order_by("round", "desk", "version_number")
        )
        if full
        else []
    )
    calendars = calendars_for([turn.office_id for turn in turns], day_of(viewer.at))
    reads = full and "recommend" in happened and may_read_recommendation(viewer, case)
    counted = Recommendation.objects.filter(case=case, round__gte=case.review_round).select_related("by")
    given = counted.order_by("-round", "-number")
    recommendation = (explanation.recommendation or given.first()) if reads else None
    earlier = list(given[1:]) if reads and happened & {"send_back_to_lead", "ask_reconsideration"} else []
    return CaseView(
        case=case,
        viewer=viewer,
        turns=turns,
        calendars=calendars,
        explanation=explanation,
        declared=[row for row in declared if row.user_id == user.pk],
        behalf=_behalf(moves),
        assessments=assessments,
        progress=_progress(case, turns, viewer),
        timeline=_timeline(
            moves,
            sealed,
            unread,
            inner=may_read_recommendation(viewer, case),
            questions=may_read_questions(viewer),
        )
        if full
        else [],
        ledger=ledger(
            case,
            turns,
            at=viewer.at,
            calendars=calendars,
            paused="request_clarification" in happened,
        ),
        clarifications=list(
            Clarification.objects.filter(case=case).prefetch_related("items").order_by("number")
        )
        if full and "request_clarification" in happened
        else [],
        questions=list(drafts_of(case))
        if full and "ask_questions" in happened and may_read_questions(viewer)
        else [],
        confirmed={
            move.params["desk"]: move
            for move in moves
            if move.verb == "confirm_assessment" and move.round == case.review_round
        },
        opinions=list(Opinion.objects.filter(case=case).select_related("by").order_by("at"))
        if full and "give_opinion" in happened
        else [],
        recommendation=recommendation,
        replaced=[(str(Outcome(one.outcome).label), one) for one in earlier if one != recommendation],
        decision=readable[0] if readable and full else None,
        decision_withheld=readable[:1] != standing[:1],
        earlier_decisions=readable[1:] if full else [],
        reconsideration=Reconsideration.objects.select_related("asked_by").filter(case=case).first()
        if full and case.is_reconsidered
        else None,
        before=_seen(Case.objects.filter(pk=case.predecessor_id), viewer) if case.predecessor_id else None,
        after=_seen(case.successors.filter(discarded_at=None), viewer)
        if case.outcome in BEGUN_AGAIN
        else None,
        certificate=Certificate.objects.select_related("asked_by", "answered_by", "examined_by")
        .filter(case=case)
        .first()
        if full and "ask_certificate" in happened
        else None,
        emergency=Emergency.objects.select_related("asked_by", "answered_by").filter(case=case).first()
        if full and case.emergency_at
        else None,
        committee=records_of(viewer, case, decisions) if full and "to_committee" in happened else [],
    )


def _seen(cases: QuerySet[Case], viewer: Viewer) -> Case | None:
    """The latest of these cases that the viewer sees in summary at least."""
    return cases.filter(visibility_filter(viewer)).order_by("-opened_at").first()


def _progress(case: Case, turns: Sequence[Turn], viewer: Viewer) -> list[DeskProgress]:
    """Per desk whether its assessment is in: "n of m in" is all that anyone knows before (seam 13)."""
    latest: dict[str, Turn] = {turn.desk: turn for turn in turns if turn.round == case.review_round}
    rows = []
    for desk in case.route.road.assessment_desks(case.facts):
        turn = latest.get(desk.key)
        who = turn.taken_by.full_name if turn is not None and turn.taken_by is not None else ""
        rows.append(
            DeskProgress(
                desk=desk.key,
                label=in_language(desk.labels),
                is_in=turn is not None and turn.closed_by_verb in ("submit_assessment", "confirm_assessment"),
                confirms=turn is not None and turn.closed_at is None and turn.step == CONFIRM_STEP,
                reviewer=who if viewer.sees_submitted or viewer.reviews or viewer.sees_everything else "",
            )
        )
    return rows


def on_behalf(name: str, absent: str) -> str:
    """Both names of an act that one did for another."""
    return _("%(name)s on behalf of %(absent)s") % {"name": name, "absent": absent} if absent else name


def _behalf(moves: Sequence[Move]) -> dict[tuple[str, uuid.UUID], str]:
    return {
        (move.verb, move.by_id): move.on_behalf_of.full_name
        for move in moves
        if move.by_id is not None and move.on_behalf_of is not None
    }


#: Acts that tell of a decision, and those of the Committee on it; who may not read it yet does not read these.
OF_DECISION = ("decide", "withdraw_decision")
OF_QUESTIONS = ("ask_questions", "set_aside_questions")
OF_SITTINGS = ("note_decision", "return_decision", "defer_decision", "open_written", "refer_to_chair")


def _timeline(
    moves: Sequence[Move], sealed: Collection[str], unread: Collection[str], *, inner: bool, questions: bool
) -> list[TimelineRow]:
    """The acts in their order; of a decision that this viewer may not read (`sealed`) neither it nor its withdrawal,
    and nothing that the Committee did with it where they may not read that (`unread`).
    `inner`: whether they read what deciders and lead reviewers ask each other; `questions`: what the desks would ask.
    """
    rows = []
    for move in moves:
        closed = sealed if move.verb in OF_DECISION else unread if move.verb in OF_SITTINGS else ()
        if move.verb in OF_QUESTIONS and not questions:
            continue
        if closed and move.params.get("decision") in closed:
            continue
        verb = VERBS.get(move.verb)
        rows.append(
            TimelineRow(
                at=move.at,
                who=on_behalf(move.by.full_name, move.on_behalf_of.full_name if move.on_behalf_of else "")
                if move.by is not None
                else _("The portal, by rule"),
                on_behalf_of=move.on_behalf_of.full_name if move.on_behalf_of is not None else "",
                verb=move.verb,
                sentence=str(verb.past if verb else RULE_PAST.get(move.verb, move.verb)),
                version_number=move.version_number,
                words=move.words if inner or move.verb != "send_back_to_lead" else "",
                words_language=move.words_language,
                params=move.params,
            )
        )
    return rows


def ledger(
    case: Case,
    turns: Sequence[Turn],
    *,
    at: datetime,
    calendars: Mapping[uuid.UUID, WorkCalendar] | None = None,
    paused: bool = True,
) -> Ledger:
    """Working days held by each side: the union of its open intervals less the pauses, each office in its calendar."""
    if calendars is None:
        calendars = calendars_for([turn.office_id for turn in turns], day_of(at))
    pauses: dict[uuid.UUID, list[tuple[datetime, datetime | None]]] = {}
    for pause in TurnPause.objects.filter(turn__case=case) if paused else ():
        pauses.setdefault(pause.turn_id, []).append((pause.paused_at, pause.resumed_at))
    held: dict[str, list[tuple[datetime, datetime]]] = {Side.OFFICE: [], Side.OICT: []}
    office_of: dict[str, Any] = {}
    for turn in turns:
        if turn.stage in ("draft", "cooling_off"):
            continue
        office_of[turn.side] = turn.office_id
        held[turn.side] += list(_running(turn, pauses.get(turn.pk, []), at))
    days = {
        side: days_held(intervals, calendars[office_of[side]]) if intervals else 0
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
