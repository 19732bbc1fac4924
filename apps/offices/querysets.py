"""Which rows: filters that read as English."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet


class AbsenceQuerySet(QuerySet):
    def in_force(self, at: datetime) -> AbsenceQuerySet:
        """The absences of the instant: begun, not over, not called off, of who still holds the post."""
        from apps.offices.models import PostHolding

        held = PostHolding.objects.filter(post=OuterRef("post"), user=OuterRef("holder"), during__contains=at)
        return self.filter(Exists(held), called_off=False, during__contains=at, holder__is_active=True)

    def stood_in(self, at: datetime) -> AbsenceQuerySet:
        """Those of the instant that somebody with an active account stands in for."""
        return self.in_force(at).filter(stand_in__is_active=True)
