"""Which rows: filters that read as English, over columns alone (seam 12)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case as SqlCase
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from apps.approvals.choices import Capacity
from apps.offices.choices import DataClass, SystemClass

if TYPE_CHECKING:
    from apps.approvals.standing import Viewer
    from apps.offices.querysets import CoverageQuerySet

#: The seats that decide.
DECIDING_SEATS = frozenset({"cito@oict", "assigned_officer@oict"})


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
        """Running turns that this viewer may take or has taken, for themselves or for an absent person; a desk
        that another person took is not theirs. What separation of duties, a recusal or missing authority keeps
        from them is left out, whichever of the two it concerns.
        """
        if not viewer.is_active or not viewer.seats:
            return self.none()
        own, *others = viewer.parts()
        open_to = Q(taken_by__isnull=True) | Q(taken_by=viewer.user_id)
        theirs = Q(seats__overlap=list(own.seats)) & open_to if own.seats else Q(pk__in=[])
        for absent in others:
            there = Q(seats__overlap=list(absent.seats)) & (open_to | Q(taken_by=absent.user_id))
            there &= ~Q(stage="cooling_off")  # who decided is alone with the decision until it takes effect
            theirs |= there & self._not_kept_from(absent, viewer) & ~Q(capacity=Capacity.OPINION)
            theirs |= there & self._not_kept_from(absent, viewer) & Q(self._covered(viewer, "17e"))
        rows = self.running().alias(**CLASSES) if others else self.running()
        return rows.filter(theirs, self._not_kept_from(own, viewer)).exclude_beyond_authority(viewer)

    def _not_kept_from(self, person: Viewer, viewer: Viewer) -> Q:
        """What this person did, stepped aside from, or served near, keeps no turn that passes from them."""
        from apps.approvals.models import ConflictDeclaration, Participation
        from apps.approvals.permissions import CAPACITIES_APART, SERVED_CAPACITIES

        parts = Participation.objects.filter(case=OuterRef("case"), user=person.user_id)
        pair = Concat(OuterRef("capacity"), Value(" "), F("capacity"), output_field=CharField())
        clash = parts.annotate(pair=pair).filter(pair__in=CAPACITIES_APART)
        desk = parts.filter(capacity=Capacity.REVIEWER).exclude(desk=OuterRef("desk"))
        recused = ConflictDeclaration.objects.filter(case=OuterRef("case"), user=person.user_id, recused=True)
        free = Q(~Exists(clash)) & Q(~Exists(recused))
        if viewer.assesses or viewer.seats & DECIDING_SEATS:
            near = Q(case__office__in=viewer.service.offices(person.user_id))
            free &= ~(Q(capacity__in=SERVED_CAPACITIES) & near)
        if viewer.assesses:
            free &= ~Q(capacity=Capacity.REVIEWER) | Q(~Exists(desk))
        return free

    @staticmethod
    def _covered(viewer: Viewer, function: str) -> Exists:
        """An instrument in force to a post that the viewer holds covers the case (seam 10)."""
        own = {"instrument__standby__isnull": True, "instrument__delegate_post__in": viewer.own_posts}
        return Exists(covering(at=viewer.at, function=function, **own))

    def exclude_beyond_authority(self, viewer: Viewer) -> TurnQuerySet:
        """Leave out decisions for which the person has no authority of their own now: who is not the CITO needs an
        instrument for the office, the amount and the classes, whether they hold the desk's post or stand in for who
        does.
        """
        if "cito@oict" in viewer.own_seats or not viewer.seats & DECIDING_SEATS:
            return self
        # what is reconsidered is the CITO's: no instrument covers it
        able = Q(taken_by=viewer.user_id) | (Q(self._covered(viewer, "18")) & Q(case__round=1))
        if "assigned_officer@oict" in viewer.own_seats:
            from apps.approvals.permissions import first_designated

            able |= Q(first_designated(viewer))
        return self.alias(**CLASSES).filter(~Q(capacity=Capacity.DECIDER) | able)


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


def covering(*, at: datetime, function: str = "18", **which: Any) -> CoverageQuerySet:
    """The coverage that lets the case of an outer turn (with the alias `CLASSES`) be decided: in force, for its office,
    up to its amount and its classes."""
    from apps.offices.models import InstrumentCoverage

    return (
        InstrumentCoverage.objects.in_force(at)
        .filter(
            Q(instrument__amount_limit__isnull=True)
            | Q(instrument__amount_limit__gte=OuterRef("case__value_usd")),
            function=function,
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

    def that_count(self, case_id: uuid.UUID, round_: int) -> AssessmentQuerySet:
        """Those of a round that are in; of one desk the last counts, as a revision takes an earlier one's place."""
        return self.submitted().filter(case_id=case_id, round=round_).order_by("version_number")
