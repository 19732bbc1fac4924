"""What a decision needs at its second: authority of one's own, the assessments and the recommendation, and that the
decider confirmed this version. The page asks the same before it draws a button.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery

from apps.accounts.models import User
from apps.accounts.services import Confirmation
from apps.approvals import policies
from apps.approvals.choices import Capacity
from apps.approvals.models import AssessmentScore, Case, Move, Recommendation
from apps.approvals.permissions import FUNCTION_EXERCISED
from apps.approvals.seats import place_of
from apps.approvals.services.act import Act
from apps.approvals.services.engine import Walk
from apps.approvals.standby import standby_check
from apps.approvals.standing import Viewer
from apps.audit.reasons import Kind, Reason, refuse
from apps.offices.choices import Role
from apps.offices.models import Absence
from apps.offices.permissions import AuthorityCheck, reasons_against_exercising


def authority_for(
    *,
    by: User,
    capacity: str,
    case: Case,
    at: datetime,
    behalf: Viewer | None = None,
    function: str = "",
    lock: bool = False,
) -> AuthorityCheck:
    """Whether this person may exercise the function of this capacity for the case: with authority of their own,
    whoever they stand in for (authority.md 2). The page and the act ask here.
    """
    function = function or FUNCTION_EXERCISED[capacity]
    check = reasons_against_exercising(
        user=by,
        function=function,
        amount_usd=amount_of(case),
        at=at,
        lock=lock,
        **place_of(case),
    )
    if case.is_reconsidered and check.instrument is not None and capacity == Capacity.DECIDER:
        check = replace(check, reasons=[Reason("reconsideration.cito_decides")])
    if check.reasons and capacity == Capacity.DECIDER:
        check = standby_check(by, case, at, check, lock=lock)
    if check.reasons and behalf is not None:
        first = Reason("standin.own_authority", {"name": behalf.name}, who_can=check.reasons[0].who_can)
        check = replace(check, reasons=[first, *check.reasons])
    return check


def amount_of(case: Case) -> Decimal:
    """The amount that a ceiling is held against; one that is not known is below none."""
    return case.value_usd if case.value_usd is not None else Decimal(10) ** 16


def recommendation_of(case: Case) -> tuple[Recommendation | None, set[str]]:
    """The last recommendation on the assessments that count, and the criteria that these have scored."""
    scores = AssessmentScore.objects.filter(
        assessment__case=case.pk,
        assessment__round=case.review_round,
        assessment__submitted_at__isnull=False,
        score__isnull=False,
    )
    found = (
        Recommendation.objects.filter(case=case, round__gte=case.review_round)
        .order_by("-round", "-number")
        .select_related("by")
        .annotate(scored=ArraySubquery(scores.values("criterion")))
        .first()
    )
    return found, set(found.scored if found else scores.values_list("criterion", flat=True))


def reasons_of_readiness(walk: Walk, recommendation: Recommendation | None, scored: set[str]) -> list[Reason]:
    """Whether the three assessments and the recommendation of this round are in."""
    reasons = policies.reasons_against_deciding(
        walk.road, scored=scored, recommended=recommendation is not None
    )
    if walk.is_own_initiative:
        assessed = Move.objects.filter(
            case=walk.case, round=walk.case.review_round, verb="submit_assessment", role=Role.INVITED_ASSESSOR
        )
        if not assessed.exists():
            reasons.append(Reason("decision.assessor_missing"))
    return reasons


def reasons_against_confirmation(act: Act, confirmation: Confirmation | None) -> list[Reason]:
    """The decider confirmed this very version a moment ago, as a person signed in (seam 9)."""
    if confirmation is None:
        return [Reason("confirmation.missing", field="password")]
    if confirmation.method == "token":
        return [Reason("confirmation.token")]
    if settings.ICTGOV_SECOND_FACTOR_REQUIRED and not confirmation.factor:
        return [Reason("accounts.second_factor_missing")]
    minutes = int(act.walk.numbers["decision.confirmation_minutes"])
    age = act.at - confirmation.at
    if age > timedelta(minutes=minutes) or age < -timedelta(minutes=1):
        return [Reason("confirmation.old", {"minutes": minutes}, field="password")]
    if confirmation.user_id != act.by.pk:
        return [Reason("confirmation.other_person", field="password")]
    if confirmation.snapshot_hash != act.case.version_hash:
        return [Reason("confirmation.other_version", field="password")]
    return []


def hold_absence(act: Act) -> None:
    """Hold the absence on whose ground they act, so that ending it waits, or has already won."""
    if act.behalf is None:
        return
    rows = Absence.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=list(act.behalf.absences), called_off=False, during__contains=act.at
    )
    if len(rows.values_list("pk", flat=True)) < len(act.behalf.absences):
        refuse(Kind.NOT_ALLOWED, Reason("standin.over", {"name": act.behalf.name}))
