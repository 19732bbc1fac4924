"""Certificates that an initiative is not subject to review (A/61/765, 16 and 18; review.md 1)."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.approvals.models.case import Case


class Certificate(models.Model):
    """One request of an office, and what an OICT officer answered; a case has one at most.

    `is_subject` is the answer in force: None while it waits, False once certified, True where it was found subject, at
    once or when another officer looked at it again. Its number is the number of the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="certificate")
    words = models.TextField()
    language = models.CharField(max_length=8)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    is_subject = models.BooleanField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    reasons = models.TextField(blank=True)
    reasons_language = models.CharField(max_length=8, blank=True)
    event_id = models.UUIDField(null=True)

    is_sampled = models.BooleanField(default=False)
    examined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    examined_at = models.DateTimeField(null=True)
    examined_words = models.TextField(blank=True)
    examined_language = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_subject__isnull=True, answered_at__isnull=True)
                | (Q(is_subject__isnull=False, answered_at__isnull=False) & ~Q(reasons="")),
                name="certificate_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(examined_by__isnull=True) | ~Q(examined_by=models.F("answered_by")),
                name="certificate_examined_by_another",
            ),
        ]
        triggers = [pgtrigger.Protect(name="certificate_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"certificate of {self.case_id}"
