"""Numbers of cases: in sequence within an office and year, so that one tells nobody how many cases others have."""

from __future__ import annotations

from django.db.models import F

from apps.approvals.models import ReferenceCounter
from apps.approvals.services.act import Act


def next_reference(act: Act) -> str:
    """The next number of the office in this year, given at the first act that leaves the office, and never
    used again.
    """
    year, office = act.at.year, act.case.office
    counter, _made = ReferenceCounter.objects.get_or_create(year=year, office=office)
    ReferenceCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db(fields=["last"])
    return f"OICT-{year}-{office.code}-{counter.last:04d}"
