"""The numbers of the committee's dashboard: what is where, whose turn, what is late, how much money.

Every number counts what `Case.objects.visible_to(viewer)` finds, is as of one instant, and has the filter that
shows its rows (`CaseFilter`), so that a number and its list cannot differ. A case is counted once in each table.
Amounts are the USD value frozen with the version (seam 15).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    BooleanField,
    Count,
    DurationField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.approvals.choices import APPROVALS, ConditionStatus, Outcome, RouteStatus, Side
from apps.approvals.models import Case, Clarification, Condition, Decision, Route, Turn
from apps.approvals.standing import Viewer
from apps.offices.models import Office
from apps.offices.naming import in_language

SOON = timedelta(days=7)
CONDITIONS_AHEAD = timedelta(days=30)
ZERO = Decimal(0)


# What the words mean, as conditions on cases ---------------------------------------------------------------------


def _turns(**conditions: Any) -> QuerySet:
    return Turn.objects.running().filter(case=OuterRef("pk"), **conditions)


def is_late(now: datetime) -> Exists:
    """A running turn is past its due moment."""
    return Exists(_turns(due_at__lt=now))


def is_due_soon(now: datetime) -> Exists:
    """A running turn falls due within seven days."""
    return Exists(_turns(due_at__gte=now, due_at__lt=now + SOON))


def is_with_office() -> Exists:
    """The office has a running turn."""
    return Exists(_turns(side=Side.OFFICE))


def is_returned() -> Q:
    """Questions wait for the office's answer, or the draft came back after a version was frozen."""
    asked = Clarification.objects.filter(case=OuterRef("pk"), answered_at__isnull=True)
    return Q(Exists(asked)) | Q(stage="draft", version_number__gt=0)


def _conditions() -> QuerySet:
    """The conditions that are in effect and open; those of a decision whose place another took are neither."""
    later = Decision.objects.filter(
        case=OuterRef("decision__case"), round__gt=OuterRef("decision__round"), took_effect_at__isnull=False
    )
    return Condition.objects.filter(
        ~Exists(later),
        decision__took_effect_at__isnull=False,
        decision__withdrawn_at__isnull=True,
        status=ConditionStatus.OPEN,
    )


def _condition_dates(*, missed: bool, now: datetime) -> Q:
    today = now.date()
    if missed:
        return Q(due_on__lt=today)
    return Q(due_on__gte=today, due_on__lte=today + CONDITIONS_AHEAD)


def has_condition(*, missed: bool, now: datetime) -> Q:
    """A condition in effect is open and past its date, or due within thirty days."""
    dated = _conditions().filter(_condition_dates(missed=missed, now=now))
    return Q(pk__in=dated.values("decision__case"))


# What is answered ------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """Open cases of one stage, or of one office."""

    key: str
    label: str
    cases: int = 0
    with_office: int = 0
    with_oict: int = 0
    late: int = 0
    late_with_office: int = 0
    due_soon: int = 0
    value_usd: Decimal = ZERO
    half_days: int | None = None
    most_days: int | None = None
    by_stage: dict[str, int] = field(default_factory=dict)

    @property
    def on_time_with_office(self) -> int:
        return self.with_office - self.late_with_office

    @property
    def on_time_with_oict(self) -> int:
        return self.with_oict - (self.late - self.late_with_office)

    def add(self, row: dict[str, Any]) -> None:
        """Count one group of cases."""
        n = row["n"]
        self.cases += n
        self.value_usd += row["worth"]
        self.by_stage[row["stage"]] = self.by_stage.get(row["stage"], 0) + n
        if row["with_office"]:
            self.with_office += n
        else:
            self.with_oict += n
        if row["late"]:
            self.late += n
            self.late_with_office += n if row["with_office"] else 0
        elif row["soon"]:
            self.due_soon += n


@dataclass
class Ending:
    """Closed cases of one outcome: in all, and since 1 January."""

    outcome: str
    label: str
    cases: int = 0
    value_usd: Decimal = ZERO
    cases_this_year: int = 0
    value_this_year: Decimal = ZERO


@dataclass
class Portfolio:
    """The whole dashboard, as of one instant, for one viewer."""

    as_of: datetime
    year_began: datetime
    stages: list[Line]
    offices: list[Line]
    total: Line
    endings: list[Ending]
    requested_usd: Decimal
    submitted_open: int
    returned: int
    conditions_missed: int
    conditions_due: int
    bottleneck: Line | None
    rights: list[str] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)

    def ending(self, *outcomes: str) -> Ending:
        """These outcomes taken together."""
        both = Ending(outcomes[0], "")
        for one in self.endings:
            if one.outcome in outcomes:
                both.cases += one.cases
                both.value_usd += one.value_usd
                both.cases_this_year += one.cases_this_year
                both.value_this_year += one.value_this_year
        return both

    @property
    def approved(self) -> Ending:
        return self.ending(*(str(outcome) for outcome in APPROVALS))

    @property
    def not_approved(self) -> Ending:
        return self.ending(str(Outcome.NOT_APPROVED))


class Percentile(Aggregate):
    """PostgreSQL's continuous percentile of an ordered set."""

    template = "percentile_cont(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def stages_in_order(*, submitted_only: bool = False) -> list[tuple[str, str]]:
    """The stages of the published roads with their labels, in the order in which a case meets them (one statement).

    `submitted_only` leaves out the stages at which only the office has desks: who sees submitted cases alone would
    read a dash there as "none".
    """
    found: dict[str, str] = {}
    for route in (
        Route.objects.filter(status=RouteStatus.PUBLISHED)
        .only("pk", "key", "version", "status")
        .order_by("key")
    ):
        for stage in route.road.stages:
            if submitted_only and all(desk.side == Side.OFFICE for desk in stage.desks):
                continue
            found.setdefault(stage.key, in_language(stage.labels))
    return list(found.items())


def ended_stages() -> dict[str, str]:
    """The words for cases that left the road."""
    return {"closed": _("Closed"), "registered": pgettext("stage", "Registered")}


def portfolio(viewer: Viewer, *, now: datetime) -> Portfolio:
    """Count everything for this viewer in six statements, whatever the number of cases."""
    seen = Case.objects.visible_to(viewer).filter(discarded_at__isnull=True)
    open_cases = seen.filter(closed_at__isnull=True)
    groups = list(
        open_cases.annotate(
            late=is_late(now),
            soon=is_due_soon(now),
            with_office=is_with_office(),
            returned=ExpressionWrapper(is_returned(), output_field=BooleanField()),
        )
        .values("stage", "office_id", "late", "soon", "with_office", "returned")
        .annotate(
            n=Count("pk"),
            worth=Coalesce(Sum("value_usd"), ZERO),
            submitted=Count("pk", filter=Q(submitted_at__isnull=False)),
            requested=Coalesce(Sum("value_usd", filter=Q(submitted_at__isnull=False)), ZERO),
        )
    )
    labels = dict(stages_in_order(submitted_only=not viewer.sees_everything and not viewer.own_offices))
    stages = {key: Line(key, label) for key, label in labels.items()}
    total = Line("", _("All stages"))
    offices: dict[uuid.UUID, Line] = {}
    for row in groups:
        stages.setdefault(row["stage"], Line(row["stage"], row["stage"])).add(row)
        offices.setdefault(row["office_id"], Line("", "")).add(row)
        total.add(row)
    _name(offices)
    _add_ages(open_cases, stages, now)
    conditions = (
        _conditions()
        .filter(due_on__lte=now.date() + CONDITIONS_AHEAD, decision__case__in=seen.values("pk"))
        .aggregate(
            missed=Count("decision__case", distinct=True, filter=_condition_dates(missed=True, now=now)),
            due=Count("decision__case", distinct=True, filter=_condition_dates(missed=False, now=now)),
        )
    )
    year_began = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return Portfolio(
        as_of=now,
        year_began=year_began,
        stages=list(stages.values()),
        offices=sorted(offices.values(), key=lambda line: (-line.late, -line.cases, line.key)),
        total=total,
        endings=_endings(seen.filter(closed_at__isnull=False), year_began),
        requested_usd=sum((row["requested"] for row in groups), ZERO),
        submitted_open=sum(row["submitted"] for row in groups),
        returned=sum(row["n"] for row in groups if row["returned"]),
        conditions_missed=conditions["missed"],
        conditions_due=conditions["due"],
        bottleneck=_bottleneck(stages.values()),
    )


def _name(lines: dict[uuid.UUID, Line]) -> None:
    for office in Office.objects.filter(pk__in=list(lines)).only("pk", "code", "names"):
        lines[office.pk].key = office.code
        lines[office.pk].label = office.name


def _add_ages(open_cases: QuerySet, stages: dict[str, Line], now: datetime) -> None:
    """Half of the cases of a stage, and 85 in 100, have been in it for at most so many calendar days."""
    aged = open_cases.annotate(age=ExpressionWrapper(now - F("stage_entered_at"), DurationField()))
    rows = aged.values("stage").annotate(
        half=Percentile("age", fraction="0.5"), most=Percentile("age", fraction="0.85")
    )
    for row in rows:
        line = stages[row["stage"]]
        line.half_days = max(0, row["half"].days)
        line.most_days = max(0, row["most"].days)


def _bottleneck(stages: Iterable[Line]) -> Line | None:
    """The stage with most late cases; of equals the one with more cases. None while nothing is late."""
    late = [line for line in stages if line.late]
    return max(late, key=lambda line: (line.late, line.cases)) if late else None


def _endings(closed: QuerySet, year_began: datetime) -> list[Ending]:
    this_year = Q(closed_at__gte=year_began)
    found = {
        row["outcome"]: row
        for row in closed.values("outcome").annotate(
            n=Count("pk"),
            worth=Coalesce(Sum("value_usd"), ZERO),
            n_year=Count("pk", filter=this_year),
            worth_year=Coalesce(Sum("value_usd", filter=this_year), ZERO),
        )
    }
    return [
        Ending(str(key), str(label), row["n"], row["worth"], row["n_year"], row["worth_year"])
        for key, label in Outcome.choices
        if (row := found.get(str(key)))
    ]
