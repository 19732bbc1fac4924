"""Is the thing ready? Reasons about cases, assessments and decisions, with no user in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.approvals.choices import APPROVALS, Outcome
from apps.approvals.workflow import Criterion, Desk, RouteDefinition
from apps.audit.reasons import Reason
from apps.offices.naming import in_language


def reasons_against_route(road: RouteDefinition, facts: Mapping[str, Any]) -> list[Reason]:
    """The road takes only cases whose facts it was made for; any other is told so, and nothing is half begun."""
    return [
        Reason("route.not_published", {"why": comparison.fact}, field=comparison.fact)
        for comparison in road.applies_when
        if not comparison.holds(facts)
    ]


def _label(criterion: Criterion) -> str:
    return in_language(criterion.labels)


def reasons_against_assessment(desk: Desk, assessment: Any) -> list[Reason]:
    """An assessment is ready when every criterion has its answer with evidence; 1 and 5 also say why (review.md 6)."""
    if assessment is None:
        return [Reason("assessment.empty")]
    given = {row.criterion: row for row in assessment.scores.all()}
    reasons: list[Reason] = []
    for criterion in desk.criteria:
        row = given.get(criterion.key)
        name = {"criterion": _label(criterion)}
        where = f"scores.{criterion.key}"
        if criterion.kind == "answer":
            if row is None or not row.answer:
                reasons.append(Reason("assessment.answer_missing", name, field=f"{where}.answer"))
            elif row.answer != "yes" and not row.evidence:
                reasons.append(Reason("assessment.evidence_missing", name, field=f"{where}.evidence"))
            continue
        if row is None or row.score is None:
            reasons.append(Reason("assessment.score_missing", name, field=f"{where}.score"))
            continue
        if not row.evidence:
            reasons.append(Reason("assessment.evidence_missing", name, field=f"{where}.evidence"))
        if row.score in (1, 5) and not row.comment:
            reasons.append(
                Reason("assessment.comment_missing", {**name, "score": row.score}, field=f"{where}.comment")
            )
    return reasons


def reasons_against_deciding(road: RouteDefinition, *, scored: set[str], recommended: bool) -> list[Reason]:
    """Nothing is decided while alignment, value added or return on investment is missing (A/61/765, 18)."""
    labels = {criterion.key: criterion for desk in road.assessment_desks() for criterion in desk.criteria}
    reasons = [
        Reason("decision.assessment_missing", {"criterion": _label(labels[key])})
        for key in road.required_criteria
        if key not in scored
    ]
    if not recommended:
        reasons.append(Reason("decision.recommendation_missing"))
    return reasons


def reasons_against_conditions(
    outcome: str, conditions: Sequence[Mapping[str, Any]], *, at: datetime
) -> list[Reason]:
    """Conditions come with an approval with conditions, and only with it; each is due in the future."""
    from django.utils.translation import gettext as _

    if outcome == Outcome.APPROVED_WITH_CONDITIONS and not conditions:
        return [Reason("decision.conditions_missing", field="conditions")]
    if outcome != Outcome.APPROVED_WITH_CONDITIONS and conditions:
        return [Reason("decision.conditions_present", field="conditions")]
    return [
        Reason("field.past", {"label": _("Due date")}, field=f"conditions.{position}.due_on")
        for position, row in enumerate(conditions)
        if row["due_on"] <= at.date()
    ]


def reasons_against_decision_content(
    case: Any, values: Mapping[str, Any], recommendation: Any, *, at: datetime
) -> list[Reason]:
    """What a decision must say, by its outcome (review.md 5 and 11)."""
    from django.utils.translation import gettext as _

    reasons = reasons_against_conditions(values["outcome"], values["conditions"], at=at)
    if values["outcome"] in APPROVALS:
        amount = values["amount_max"]
        if amount is None:
            reasons.append(Reason("decision.amount_missing", field="amount_max"))
        elif case.value_usd is not None and amount > case.value_usd:
            reasons.append(
                Reason(
                    "decision.amount_too_high",
                    {"amount": f"{amount:,.2f}", "asked": f"{case.value_usd:,.2f}"},
                    field="amount_max",
                )
            )
        if not values["scope"]:
            reasons.append(Reason("field.required", {"label": _("Scope of the approval")}, field="scope"))
        if values["valid_until"] is None:
            reasons.append(Reason("field.required", {"label": _("Valid until")}, field="valid_until"))
        elif values["valid_until"] <= at.date():
            reasons.append(Reason("field.past", {"label": _("Valid until")}, field="valid_until"))
    elif not values["what_would_change"]:
        label = _("What would change the decision")
        reasons.append(Reason("field.required", {"label": label}, field="what_would_change"))
    if (
        recommendation is not None
        and recommendation.outcome != values["outcome"]
        and not values["override_reason"]
    ):
        recommended = Outcome(recommendation.outcome).label
        reasons.append(
            Reason("decision.override_reason", {"recommended": recommended}, field="override_reason")
        )
    return reasons


def reasons_against_withdrawing_decision(decision: Any, *, at: datetime) -> list[Reason]:
    """Inside the window only; then a new act reverses it. At the very moment of effect it has taken effect."""
    if decision.took_effect_at is not None or at >= decision.effective_at:
        return [Reason("decision.window_over", {"at": decision.effective_at.isoformat(timespec="minutes")})]
    return []
