"""The decision of paragraph 18, and the conditions that come with it."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.approvals.choices import DECIDABLE, ConditionKind, ConditionStatus
from apps.approvals.models.case import Case


class Decision(models.Model):
    """One lawful decision a round (seam 8): decided, in effect after the window, or withdrawn inside it.

    The copied ids of who submitted, endorsed and reviewed let the database itself refuse a decider who played another
    part (seam 14). Nothing but the two moments `withdrawn_at` and `took_effect_at` ever changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=30)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    capacity = models.CharField(max_length=40)
    post_title = models.JSONField(default=dict)
    instrument_id = models.UUIDField(null=True)
    instrument_number = models.CharField(max_length=60, blank=True)
    reasons = models.TextField()
    what_would_change = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    scope = models.TextField(blank=True)
    amount_max = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    valid_until = models.DateField(null=True)
    override_reason = models.TextField(blank=True)
    version_number = models.PositiveIntegerField()
    version_hash = models.CharField(max_length=64)
    submitter_ids = ArrayField(models.UUIDField())
    endorser_ids = ArrayField(models.UUIDField())
    reviewer_ids = ArrayField(models.UUIDField())
    confirmation_method = models.CharField(max_length=20)
    confirmed_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    took_effect_at = models.DateTimeField(null=True)
    letter = models.JSONField(default=dict)
    event_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="decision_one_a_round",
                violation_error_message="already decided",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[str(value) for value in DECIDABLE]), name="decision_outcome"
            ),
            models.CheckConstraint(
                condition=~models.Q(submitter_ids__contains=[models.F("decided_by")])
                & ~models.Q(endorser_ids__contains=[models.F("decided_by")])
                & ~models.Q(reviewer_ids__contains=[models.F("decided_by")]),
                name="decision_by_a_fourth_person",
            ),
            models.CheckConstraint(
                condition=models.Q(on_behalf_of=None)
                | ~models.Q(submitter_ids__contains=[models.F("on_behalf_of")])
                & ~models.Q(endorser_ids__contains=[models.F("on_behalf_of")])
                & ~models.Q(reviewer_ids__contains=[models.F("on_behalf_of")]),
                name="decision_on_behalf_of_a_fourth",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(took_effect_at__isnull=True),
                name="decision_withdrawn_or_in_effect",
            ),
            models.CheckConstraint(
                condition=models.Q(effective_at__gte=models.F("decided_at")), name="decision_effect_follows"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="decision_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="decision_fixed", exclude=["withdrawn_at", "took_effect_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.case_id}, round {self.round}"


class Condition(models.Model):
    """One condition of an approval: what, by whom, until when, shown how, checked by whom, and what
    follows if missed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=ConditionKind)
    words = models.TextField()
    language = models.CharField(max_length=8)
    owner_role = models.CharField(max_length=40)
    due_on = models.DateField()
    evidence = models.TextField()
    effect_if_missed = models.TextField()
    verifier_role = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=ConditionStatus, default=ConditionStatus.OPEN)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "position"], name="condition_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ConditionKind.values), name="condition_kind"),
        ]
        triggers = [
            pgtrigger.Protect(name="condition_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="condition_fixed", exclude=["status"]),
        ]

    def __str__(self) -> str:
        return self.words[:60]
