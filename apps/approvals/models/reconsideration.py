"""Reconsideration: the head of office asks once that a decision be looked at again (review.md 11)."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models

from apps.approvals.choices import ReconsideredBy
from apps.approvals.models.case import Case
from apps.approvals.models.decision import Decision


class Reconsideration(models.Model):
    """One request for a case, which has one at most; the decision that it is about stands until another takes effect.

    `round` is the round of the review that it began. `withdrawn_at`: the office took it back, or did not answer what
    it was asked in time, and the decision stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="reconsideration")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="reconsideration")
    round = models.PositiveSmallIntegerField()
    goes_to = models.CharField(max_length=12, choices=ReconsideredBy)
    words = models.TextField()
    language = models.CharField(max_length=8)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(round__gt=1), name="reconsideration_after_the_first"),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="reconsideration_asked")]
        triggers = [
            pgtrigger.Protect(name="reconsideration_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="reconsideration_fixed", exclude=["withdrawn_at"]),
        ]

    def __str__(self) -> str:
        return f"reconsideration of {self.case_id}"
