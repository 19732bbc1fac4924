"""Which rows: filters that read as English, over columns alone (seam 12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from apps.offices.queries import Standing


class EvidenceQuerySet(QuerySet):
    def visible_to(self, standing: Standing) -> EvidenceQuerySet:
        """The evidence whose words this person may read; the table of who reads what is in `permissions`."""
        from apps.offices.permissions import evidence_filter

        return self.filter(evidence_filter(standing))

    def current(self) -> EvidenceQuerySet:
        """What no later row corrects."""
        return self.filter(corrected_by__isnull=True)

    def of(self, function: str, office: object) -> EvidenceQuerySet:
        return self.filter(function=function, office=office)


class EvidenceDutyQuerySet(QuerySet):
    def overdue(self, *, on: datetime) -> EvidenceDutyQuerySet:
        """With evidence, the next of which is late at `on` (late is now > due, seam 5)."""
        return self.filter(last__isnull=False, due_at__lt=on)

    def performing(self, *, on: datetime) -> EvidenceDutyQuerySet:
        """With evidence, and the next not late."""
        return self.filter(last__isnull=False).filter(Q(due_at=None) | Q(due_at__gte=on))

    def without_evidence(self) -> EvidenceDutyQuerySet:
        return self.filter(last__isnull=True)
