"""Which rows: filters that read as English, over columns alone (seam 12)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case as SqlCase
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from apps.offices.choices import DataClass, SystemClass

if TYPE_CHECKING:
    from apps.approvals.standing import Viewer
    from apps.offices.querysets import CoverageQuerySet


class CaseQuerySet(QuerySet):
    def visible_to(self, viewer: Viewer, at_least: str = "summary") -> CaseQuerySet:
        """The cases that this viewer may see at this level or more; the table of levels is in `permissions`."""
        from apps.approvals.permissions import visibility_filter

        return self.filter(visibility_filter(viewer, at_least))

    def open(self) -> CaseQuerySet:
        return self.filter(closed_at__isnull=True, discarded_at__isnull=True)


class TurnQuerySet(QuerySet):
    def open(self) -> TurnQuerySet:
        return self.filter(closed_at__isnull=True)

    def running(self) -> TurnQuerySet:
        return self.open().filter(paused_at__isnull=True)

    def overdue(self, *, on: datetime) -> TurnQuerySet:
        """Turns that are late at `on`: running, and past their due moment (late is now > due, seam 5)."""
        return self.running().filter(due_at__lt=on)

    def awaiting(self, viewer: Viewer) -> TurnQuerySet:
        """Running turns that this viewer may take or has taken; a desk that another person took is not theirs."""
        if not viewer.is_active or not viewer.seats:
            return self.none()
        return (
            self.running()
            .filter(seats__overlap=list(viewer.seats))
            .filter(Q(taken_by__isnull=True) | Q(taken_by=viewer.user_id))
            .exclude_other_parts(viewer)
            .exclude_beyond_authority(viewer)
        )

    def exclude_other_parts(self, viewer: Viewer) -> TurnQuerySet:
        """Leave out turns that separation of duties or a recusal keeps from this viewer."""
        from apps.approvals.models import ConflictDeclaration, Participation
        from apps.approvals.permissions import CAPACITIES_APART

        mine = Participation.objects.filter(case=OuterRef("case"), user=viewer.user_id)
        pair = Concat(OuterRef("capacity"), Value(" "), F("capacity"), output_field=CharField())
        clash = mine.annotate(pair=pair).filter(pair__in=CAPACITIES_APART)
        recused = ConflictDeclaration.objects.filter(case=OuterRef("case"), user=viewer.user_id, recused=True)
        return self.filter(~Exists(clash), ~Exists(recused))

    def exclude_beyond_authority(self, viewer: Viewer) -> TurnQuerySet:
        """Leave out decisions for which an assigned officer holds no instrument now (office and amount, seam 10)."""
        from apps.approvals.choices import Capacity

        if "assigned_officer@oict" not in viewer.seats or "cito@oict" in viewer.seats:
            return self
        covered = covering(at=viewer.at, instrument__delegate_post__in=viewer.posts)
        return self.alias(**CLASSES).filter(
            ~Q(capacity=Capacity.DECIDER) | Q(taken_by=viewer.user_id) | Exists(covered)
        )


def _graded(name: str, grades: Iterable[str], **otherwise: int) -> SqlCase:
    steps = (When(**{name: grade}, then=Value(place)) for place, grade in enumerate(grades, start=1))
    return SqlCase(
        *steps, When(**{name: ""}, then=Value(otherwise["empty"])), default=Value(otherwise["unknown"])
    )


#: The class of system and of data of a turn's case, graded; one that is not known is above every limit but "none".
CLASSES = {
    "system_grade": _graded("case__facts__reach", SystemClass.values, empty=98, unknown=98),
    "data_grade": _graded("case__facts__sensitivity", DataClass.values, empty=98, unknown=98),
}


def covering(*, at: datetime, **which: Any) -> CoverageQuerySet:
    """The coverage that lets the case of an outer turn (with the alias `CLASSES`) be decided: in force, for its office,
    up to its amount and its classes."""
    from apps.offices.models import InstrumentCoverage

    return (
        InstrumentCoverage.objects.in_force(at)
        .filter(
            Q(instrument__amount_limit__isnull=True)
            | Q(instrument__amount_limit__gte=OuterRef("case__value_usd")),
            function="18",
            office=OuterRef("case__office"),
            **which,
        )
        .alias(
            system_limit=_graded("instrument__system_limit", SystemClass.values, empty=99, unknown=0),
            data_limit=_graded("instrument__data_limit", DataClass.values, empty=99, unknown=0),
        )
        .filter(system_limit__gte=OuterRef("system_grade"), data_limit__gte=OuterRef("data_grade"))
    )


class AssessmentQuerySet(QuerySet):
    def visible_to(self, viewer: Viewer, case: Any) -> AssessmentQuerySet:
        """The only door to assessments (seam 13): one's own always; the others' as `permissions` says."""
        from apps.approvals.permissions import assessments_filter

        return self.filter(case=case).filter(assessments_filter(viewer, case))

    def submitted(self) -> AssessmentQuerySet:
        return self.filter(submitted_at__isnull=False)

    def in_round(self, case_id: uuid.UUID, round_: int) -> AssessmentQuerySet:
        return self.filter(case_id=case_id, round=round_)
