"""Reading what the Management Committee has before it, and what it did (A/61/765, 15e; review.md 3)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from apps.accounts.models import User
from apps.approvals.choices import Capacity, CommitteeResult
from apps.approvals.models import Case, CommitteeRecord, Decision, Emergency, Reconsideration, Turn
from apps.approvals.parameters import parameter
from apps.approvals.permissions import may_read_decision, may_read_sittings
from apps.approvals.seats import people_for
from apps.approvals.standing import Viewer
from apps.offices.choices import Role
from apps.offices.models import PostHolding
from apps.offices.queries import day_of

VOTERS = (Role.MC_MEMBER, Role.MC_CHAIR)
RECORDS_SHOWN = 50


@dataclass(frozen=True)
class AgendaItem:
    """A decision that waits for the Committee; `decision` is None for who may not read it yet."""

    case: Case
    turn: Turn
    decision: Decision | None
    meetings: int
    next_on: date | None


def members_of(
    *, office_id: uuid.UUID, decided_by: uuid.UUID, case_id: uuid.UUID, at: datetime
) -> list[User]:
    """Who counts at an instant: members and chair, or who stands in for them, but neither who decided nor a CITO."""
    seats = [f"{role}@{office_id}" for role in VOTERS]
    citos = PostHolding.objects.filter(post__role=Role.CITO, during__contains=at).values_list(
        "user", flat=True
    )
    out = {decided_by, *citos}
    there = [one for one in people_for(seats, at, case_id=case_id) if not (one.is_away and one.has_stand_in)]
    return list(dict.fromkeys(one.user for one in there if one.user.pk not in out))


def quorum_on(on: date) -> int:
    """How many members must take part on a day."""
    return int(parameter("committee.quorum", on=on))


def records_of(viewer: Viewer, case: Case, decisions: list[Decision]) -> list[CommitteeRecord]:
    """What the Committee did with the decisions of a case, of those that this viewer may read."""
    readable = {one.pk for one in decisions if may_read_sittings(viewer, one, case)}
    rows = CommitteeRecord.objects.filter(case=case).select_related("by")
    return [row for row in rows if row.decision_id in readable]


def agenda(viewer: Viewer) -> list[AgendaItem]:
    """Each decision that waits for the Committee and whose case this viewer sees, by its last day; three statements."""
    turns = list(
        Turn.objects.open()
        .filter(capacity=Capacity.COMMITTEE, case__in=Case.objects.visible_to(viewer))
        .select_related("case__office", "case__route")
        .order_by("due_at", "pk")
    )
    cases = [turn.case_id for turn in turns]
    decisions = {
        row.case_id: row
        for row in Decision.objects.filter(
            case__in=cases, withdrawn_at=None, took_effect_at=None
        ).select_related("decided_by")
    }
    put_off: dict[uuid.UUID, list[CommitteeRecord]] = {}
    for row in CommitteeRecord.objects.filter(
        decision__in=decisions.values(), result=CommitteeResult.DEFERRED
    ):
        put_off.setdefault(row.case_id, []).append(row)
    found = []
    for turn in turns:
        decision: Any = decisions.get(turn.case_id)
        may_read = decision is not None and may_read_decision(viewer, decision, turn.case)
        earlier = put_off.get(turn.case_id, [])
        found.append(
            AgendaItem(
                case=turn.case,
                turn=turn,
                decision=decision if may_read else None,
                meetings=len(earlier),
                next_on=earlier[-1].next_on if earlier else None,
            )
        )
    return found


def latest(viewer: Viewer) -> list[CommitteeRecord]:
    """What the Committee did last, of decisions that are in effect and cases that this viewer sees; newest first."""
    seen = Case.objects.visible_to(viewer)
    return list(
        CommitteeRecord.objects.filter(case__in=seen, decision__took_effect_at__isnull=False)
        .select_related("case__office", "decision", "by")
        .order_by("-at")[:RECORDS_SHOWN]
    )


def emergencies(viewer: Viewer) -> list[Emergency]:
    """The last fifty emergency authorizations of cases that this viewer sees, the newest first (review.md 10)."""
    seen = Case.objects.visible_to(viewer)
    rows = Emergency.objects.filter(case__in=seen).select_related("case__office", "answered_by")
    return list(rows.order_by("-asked_at")[:RECORDS_SHOWN])


def reconsiderations(viewer: Viewer) -> list[Reconsideration]:
    """The last fifty requests for reconsideration of cases that this viewer sees, the newest first (review.md 11)."""
    seen = Case.objects.visible_to(viewer)
    rows = Reconsideration.objects.filter(case__in=seen).select_related(
        "case__office", "decision__decided_by"
    )
    return list(rows.order_by("-asked_at")[:RECORDS_SHOWN])


def emergencies_by_office(viewer: Viewer, since: datetime) -> list[tuple[str, int]]:
    """How many each office asked for since an instant, the most first."""
    seen = Case.objects.visible_to(viewer)
    rows = Emergency.objects.filter(case__in=seen, asked_at__gte=since).values_list("case__office__code")
    return list(rows.annotate(many=Count("pk")).order_by("-many", "case__office__code"))


def sitting_of(case: Case, decision: Decision, turn: Turn, at: datetime) -> dict[str, Any]:
    """What the secretary needs beside the form: who counts, and the quorum of the day."""
    members = members_of(office_id=turn.office_id, decided_by=decision.decided_by_id, case_id=case.pk, at=at)
    return {"members": [one.full_name for one in members], "quorum": quorum_on(day_of(at))}
