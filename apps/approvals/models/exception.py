"""Who was let in to one case beyond what posts open, until when, why, and by whom."""

import uuid
from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models

from apps.approvals.models.case import Case


class NamedException(models.Model):
    """One person may read one case until an instant, for a reason (authority.md 1).

    This row is the source; the row of `CaseUserGrant` that opens the case is derived from it while it is in force.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exceptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exceptions")
    reason = models.TextField()
    source = models.CharField(max_length=60)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("granted_at")), name="exception_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (models.Q(ended_at__isnull=False, ended_by__isnull=False) & ~models.Q(end_reason="")),
                name="exception_ended_says_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(user=models.F("granted_by")), name="exception_is_another_persons"
            ),
        ]
        indexes = [models.Index(fields=["case", "user"], name="exception_case_user")]
        triggers = [pgtrigger.Protect(name="exception_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.case_id} until {self.until:%Y-%m-%d}"

    def is_in_force(self, at: datetime) -> bool:
        """Whether it opens the case at this instant (the person's account apart)."""
        return self.ended_at is None and self.granted_at <= at < self.until
