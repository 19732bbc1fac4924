"""A decision takes effect: the subject follows it, and the letter goes out to those who may read it."""

from __future__ import annotations

from datetime import datetime

from apps.approvals.choices import APPROVALS, Capacity, Level
from apps.approvals.models import Case, Decision, Participation
from apps.approvals.seats import people_for
from apps.approvals.services.emergency import end_with_decision
from apps.approvals.services.reconsideration import tell_of_effect
from apps.approvals.standing import viewer_of
from apps.approvals.subjects import subject_for
from apps.notices import services as notices
from apps.offices.choices import Role


def bring_into_effect(case: Case, decision: Decision, at: datetime) -> None:
    """Mark the decision as in effect at this instant, tell the subject, send the letter. The case is locked."""
    decision.took_effect_at = at
    decision.save(update_fields=["took_effect_at"])
    subject_for(case.subject_kind).lifecycle.on_effect(case.subject_id, outcome=decision.outcome, at=at)
    end_with_decision(case, decision, at)
    tell_of_effect(case, decision, at)
    _send_letter(case, decision, at)


def _send_letter(case: Case, decision: Decision, at: datetime) -> None:
    office = [f"{role}@{case.office_id}" for role in (Role.HEAD_OF_OFFICE, Role.ICT_CHIEF, Role.SUBMITTER)]
    people = {seated.user.pk: seated.user for seated in people_for(office, at, case_id=case.pk)}
    for part in Participation.objects.filter(
        case=case, capacity__in=[Capacity.SUBMITTER, Capacity.ENDORSER]
    ).select_related("user"):
        people.setdefault(part.user_id, part.user)
    seen = Case.objects.filter(pk=case.pk)
    readers = [user for user in people.values() if seen.visible_to(viewer_of(user, at), Level.FULL).exists()]
    notices.post(
        recipients=readers,
        code="decision.approved" if decision.outcome in APPROVALS else "decision.not_approved",
        params={"reference": case.reference or "", "title": case.title, "outcome": decision.outcome},
        dedupe_key=f"{decision.pk}:letter",
        not_before=decision.effective_at,
        case_id=case.pk,
        link=f"/cases/{case.handle}/letter/",
        at=at,
    )
