"""The rows behind a number: a filtered list of cases under the viewer's rights, by key and not by page number."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Min, Q, QuerySet

from apps.approvals.choices import Outcome, Side
from apps.approvals.labels import days_to_go, desk_label, stage_label, step_label
from apps.approvals.models import Case, Turn
from apps.approvals.standing import Viewer
from apps.audit import clock
from apps.dashboards.filters import CaseFilter
from apps.offices.models import Office
from apps.offices.queries import calendars_for, day_of
from apps.offices.working_time import WorkCalendar

Key = tuple[datetime | None, uuid.UUID]
PAGE = 50
COUNT_BOUND = 1000
LONGEST_KEY = 200  # ours are far shorter
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """One open turn of a row: which desk at which office, what it has to do, until when."""

    desk: str
    step: str
    office: str
    side: str
    due_at: datetime | None
    is_paused: bool
    is_late: bool
    left: int | None = None


@dataclass(frozen=True)
class Row:
    """A case as the list shows it, as plain values."""

    id: uuid.UUID
    handle: str
    reference: str
    title: str
    language: str
    office: str
    stage: str
    stage_label: str
    tier: int | None
    value_usd: Decimal | None
    outcome: str
    outcome_label: str
    submitted_at: datetime | None
    closed_at: datetime | None
    held: tuple[Held, ...] = ()

    @property
    def is_late(self) -> bool:
        return any(turn.is_late for turn in self.held)

    @property
    def next_due(self) -> Held | None:
        """The running turn that is due first."""
        running = [turn for turn in self.held if turn.due_at and not turn.is_paused]
        return min(running, key=lambda turn: turn.due_at or FAR, default=None)

    @property
    def side(self) -> str:
        """Who holds it, as the numbers count it."""
        if not self.held:
            return ""
        with_office = any(turn.side == Side.OFFICE and not turn.is_paused for turn in self.held)
        return str(Side.OFFICE) if with_office else str(Side.OICT)


@dataclass
class Page:
    """Fifty rows, how many there are at least, and the key of the next page."""

    rows: list[Row] = field(default_factory=list)
    count: int = 0
    is_bounded: bool = False
    next: str = ""


def cases_for(viewer: Viewer, wanted: CaseFilter, *, now: datetime) -> QuerySet:
    """The cases that this viewer sees and that fit the filter; removed drafts are never among them."""
    seen = Case.objects.visible_to(viewer).filter(discarded_at__isnull=True)
    return wanted.apply(seen, now=now)


def own_offices(viewer: Viewer) -> list[Office]:
    """The offices whose cases this viewer sees as one of their own people."""
    return list(Office.objects.filter(pk__in=viewer.own_offices).only("pk", "code").order_by("code"))


def page(
    viewer: Viewer,
    wanted: CaseFilter,
    *,
    now: datetime,
    after: str = "",
    size: int = PAGE,
    count: bool = True,
) -> Page:
    """One page of rows after the key `after`; an unreadable key is the first page. At most five statements: the
    places are found by columns alone, and then only their cases are fetched."""
    cases = cases_for(viewer, wanted, now=now)
    counted = cases.values("pk")[: COUNT_BOUND + 1].count() if count else 0
    places = (_by_due if wanted.by_due else _by_submission)(cases, _read(after))[: size + 1]
    keys = list(places.values_list("pk", "at"))
    more, keys = len(keys) > size, keys[:size]
    found = (
        Case.objects.select_related("office", "route")
        .defer("facts", "route__definition")
        .in_bulk([pk for pk, _at in keys])
        if keys
        else {}
    )
    return Page(
        rows=_rows([found[pk] for pk, _at in keys], now),
        count=min(counted, COUNT_BOUND),
        is_bounded=counted > COUNT_BOUND,
        next=_write(keys[-1][1], keys[-1][0]) if more else "",
    )


def _by_submission(cases: QuerySet, key: Key | None) -> QuerySet:
    """The newest submission first, drafts before them: the order of an index."""
    if key is not None:
        at, pk = key
        rest = Q(submitted_at__lt=at) | Q(submitted_at=at, pk__gt=pk) if at else None
        cases = cases.filter(rest or Q(submitted_at__isnull=False) | Q(submitted_at__isnull=True, pk__gt=pk))
    return cases.annotate(at=F("submitted_at")).order_by(F("submitted_at").desc(nulls_first=True), "pk")


def _by_due(cases: QuerySet, key: Key | None) -> QuerySet:
    """The earliest due moment of a running turn first."""
    running = cases.filter(turns__closed_at__isnull=True, turns__paused_at__isnull=True)
    due = running.order_by().values("pk").annotate(at=Min("turns__due_at"))
    if key is not None and key[0] is not None:
        due = due.filter(Q(at__gt=key[0]) | Q(at=key[0], pk__gt=key[1]))
    return due.order_by("at", "pk")


def _rows(cases: Sequence[Any], now: datetime) -> list[Row]:
    turns = _open_turns([case for case in cases if case.closed_at is None])
    offices = [turn.office_id for held in turns.values() for turn in held]
    calendars = calendars_for(offices, day_of(now))
    outcomes = dict(Outcome.choices)
    return [
        Row(
            id=case.pk,
            handle=case.handle,
            reference=case.reference or "",
            title=case.title,
            language=case.language,
            office=case.office.code,
            stage=case.stage,
            stage_label=stage_label(case),
            tier=case.tier,
            value_usd=case.value_usd,
            outcome=case.outcome,
            outcome_label=str(outcomes.get(case.outcome, "")),
            submitted_at=case.submitted_at,
            closed_at=case.closed_at,
            held=tuple(_held(case, turn, now, calendars) for turn in turns.get(case.pk, ())),
        )
        for case in cases
    ]


def _open_turns(cases: Iterable[Any]) -> dict[uuid.UUID, list[Turn]]:
    found: dict[uuid.UUID, list[Turn]] = {}
    ids = [case.pk for case in cases]
    if not ids:
        return found
    for turn in Turn.objects.open().filter(case__in=ids).select_related("office").order_by("due_at", "desk"):
        found.setdefault(turn.case_id, []).append(turn)
    return found


def _held(case: Case, turn: Turn, now: datetime, calendars: Mapping[uuid.UUID, WorkCalendar]) -> Held:
    paused = turn.paused_at is not None
    return Held(
        desk=desk_label(case, turn),
        step=step_label(case, turn),
        office=turn.office.code,
        side=turn.side,
        due_at=turn.due_at,
        is_paused=paused,
        is_late=not paused and turn.due_at is not None and turn.due_at < now,
        left=days_to_go(turn, at=now, calendar=calendars.get(turn.office_id)),
    )


def _write(at: datetime | None, pk: uuid.UUID) -> str:
    text = json.dumps([at.isoformat() if at else None, str(pk)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(key: str) -> Key | None:
    if not key or len(key) > LONGEST_KEY:
        return None
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        return clock.instant_of(at) if at else None, uuid.UUID(pk)
    except (ValueError, TypeError, AttributeError):
        return None
