"""One desk of a case before its turn is given to another: the turn, and who could take it."""

from __future__ import annotations

from dataclasses import dataclass

from apps.approvals import queries
from apps.approvals.eligibility import Eligible, eligible_for, reasons_against_giving
from apps.approvals.models import Case, Turn
from apps.approvals.parameters import parameter
from apps.approvals.standing import Viewer
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.offices.queries import day_of


@dataclass(frozen=True)
class DeskOfCase:
    """An open turn of a desk, and everyone who sits there."""

    case: Case
    turn: Turn
    people: list[Eligible]


def desk_of(viewer: Viewer, handle: str, desk: str) -> DeskOfCase:
    """The desk with its people, for who gives its turn to another; refuses as the act itself would."""
    case = queries.case_for(viewer, handle)
    turn = Turn.objects.open().filter(case=case, desk=desk).select_related("taken_by", "office").first()
    if turn is None:
        refuse(Kind.CONFLICT, Reason("reassign.no_turn"))
    refuse_if(Kind.NOT_ALLOWED, reasons_against_giving(viewer, turn, at=viewer.at))
    months = int(parameter("separation.months_served", on=day_of(viewer.at)))
    return DeskOfCase(case, turn, eligible_for(case, turn, at=viewer.at, months=months))
