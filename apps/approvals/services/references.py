"""Numbers of cases: in sequence within an office and year, so that one tells nobody how many cases others have."""

from __future__ import annotations

from django.db.models import F

from apps.approvals.models import ReferenceCounter
from apps.approvals.services.act import Act


def give_reference(act: Act) -> str:
    """The number of the case: the next one of the office in this year, given at the first act that leaves the office,
    kept, and never used again.
    """
    if act.case.reference is None:
        act.case.reference = _next_reference(act)
    reference: str = act.case.reference
    return reference


def _next_reference(act: Act) -> str:
    year, office = act.at.year, act.case.office
    counter, _made = ReferenceCounter.objects.get_or_create(year=year, office=office)
    ReferenceCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db(fields=["last"])
    return f"OICT-{year}-{office.code}-{counter.last:04d}"
