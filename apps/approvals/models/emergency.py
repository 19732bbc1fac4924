"""Emergency authorizations: spending that cannot wait for the review, capped and dated (A/61/765, 6d; review.md 10)."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.choices import EmergencyEnd
from apps.approvals.models.case import Case


class Emergency(models.Model):
    """One request of a head of office for a case, its answer, and what became of it; a case has one at most.

    In force between `answered_at` and `suspended_at` or `ended_at`. `until` is when it ends or is to be confirmed,
    `case_due_at` by when the whole business case is to be endorsed, `plan_due_at` by when the office says how it winds
    down what was not approved. Amounts are in USD.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="emergency")
    need = models.TextField()
    language = models.CharField(max_length=8)
    amount_asked = models.DecimalField(max_digits=18, decimal_places=2)
    days_asked = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    authorized = models.BooleanField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)
    words_language = models.CharField(max_length=8, blank=True)
    instrument_number = models.CharField(max_length=40, blank=True)
    amount_max = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    until = models.DateTimeField(null=True)
    period = models.PositiveSmallIntegerField(default=1)
    case_due_at = models.DateTimeField(null=True)

    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=12, choices=EmergencyEnd, blank=True)
    plan_due_at = models.DateTimeField(null=True)
    plan = models.TextField(blank=True)
    plan_language = models.CharField(max_length=8, blank=True)
    plan_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(authorized__isnull=True, answered_at__isnull=True)
                | Q(authorized=False, answered_at__isnull=False)
                | Q(
                    authorized=True, amount_max__isnull=False, until__isnull=False, case_due_at__isnull=False
                ),
                name="emergency_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(amount_max__isnull=True) | Q(amount_max__lte=models.F("amount_asked")),
                name="emergency_within_what_was_asked",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="emergency_asked")]
        triggers = [pgtrigger.Protect(name="emergency_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"emergency of {self.case_id}"

    @property
    def is_in_force(self) -> bool:
        return bool(self.authorized) and self.suspended_at is None and self.ended_at is None
