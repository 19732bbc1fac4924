"""Which initiatives: filters that read as English. Visibility is the case's, and lives in its query (seam
12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.db.models.functions import Upper

if TYPE_CHECKING:
    from apps.approvals.standing import Viewer


class InitiativeQuerySet(QuerySet):
    def visible_to(self, viewer: Viewer, at_least: str = "summary") -> InitiativeQuerySet:
        """The initiatives whose case this viewer may see at this level or more."""
        from apps.approvals.models import Case

        cases = Case.objects.filter(subject_kind="initiative").visible_to(viewer, at_least)
        return self.filter(case_id__in=cases.values("pk"))

    def titled(self, words: str) -> InitiativeQuerySet:
        """Those whose title holds every one of these words (the trigram index answers)."""
        found = self.annotate(title_upper=Upper("title"))
        for word in words.split()[:8]:
            found = found.filter(title_upper__contains=word.upper())
        return found
