"""What the desks write: attestations, opinions, assessments, clarifications and the recommendation."""

import uuid

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.approvals.choices import DECIDABLE, Answer, Position
from apps.approvals.models.case import Case
from apps.approvals.models.turn import Turn
from apps.approvals.querysets import AssessmentQuerySet


class Attestation(models.Model):
    """The ICT chief's or the certifying officer's word on one frozen version (review.md 3)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attestations")
    desk = models.SlugField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version_number = models.PositiveIntegerField()
    version_hash = models.CharField(max_length=64)
    remarks = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "desk", "version_number"], name="attestation_once_a_version"
            )
        ]
        triggers = [pgtrigger.Protect(name="attestation_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.desk} on {self.case_id} v{self.version_number}"


class Opinion(models.Model):
    """The field opinion of DPKO (17e, 17c): an assessment of need and spending, never an approval."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    position = models.CharField(max_length=24, choices=Position)
    words = models.TextField()
    language = models.CharField(max_length=8)
    version_number = models.PositiveIntegerField()
    version_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version_number"], name="opinion_once_a_version"),
            models.CheckConstraint(condition=models.Q(position__in=Position.values), name="opinion_position"),
        ]
        triggers = [pgtrigger.Protect(name="opinion_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.position} on {self.case_id}"


class Assessment(models.Model):
    """One desk's assessment of one round; a draft until `submitted_at`, unchangeable after (seam 13).

    Where the office changed what it rests on, it is confirmed, or another of the later version counts in its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="assessments")
    round = models.PositiveSmallIntegerField()
    desk = models.SlugField(max_length=40)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments"
    )
    version_number = models.PositiveIntegerField()
    version_hash = models.CharField(max_length=64)
    overall = models.TextField(blank=True)
    language = models.CharField(max_length=8, default="en")
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "reviewer"], name="assessment_once_a_turn"),
            models.UniqueConstraint(
                fields=["case", "round", "desk", "version_number"],
                condition=models.Q(submitted_at__isnull=False),
                name="assessment_one_in_a_version",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="assessment_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="assessment_fixed_once_in",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.desk} on {self.case_id}, round {self.round}"


class AssessmentScore(models.Model):
    """One answer to one criterion: a score from 1 to 5 or an answer, always with its evidence in words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="scores")
    criterion = models.SlugField(max_length=60)
    score = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    evidence = models.TextField(blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 5)),
                name="score_from_1_to_5",
            ),
            models.CheckConstraint(condition=models.Q(answer__in=["", *Answer.values]), name="answer_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score or self.answer}"


class Clarification(models.Model):
    """One itemized batch of questions: the clock stops when it is sent, and resumes when it is answered.

    `extensions` counts how often the office got more time, `warned_at` when its head was told that the case lapses, and
    `lapsed_at` when it did, unanswered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clarifications")
    number = models.PositiveSmallIntegerField()
    stage = models.SlugField(max_length=40)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    about_version = models.PositiveIntegerField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answered_in_version = models.PositiveIntegerField(null=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    warned_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="clarification_number_once"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(answered_at__isnull=True), name="clarification_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} no. {self.number}"


class ClarificationItem(models.Model):
    """A question anchored to a field of the business case (the same stable keys as in the snapshot, seam 2)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clarification = models.ForeignKey(Clarification, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=80)
    section = models.CharField(max_length=40)
    question = models.TextField()
    language = models.CharField(max_length=8)
    answer = models.TextField(blank=True)
    answer_language = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["clarification", "position"], name="clarification_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.question[:40]}"


class ClarificationDraft(models.Model):
    """A question that a desk would ask: the other desks read it, the office only once it went with a batch."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clarification_drafts")
    visit = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    desk = models.SlugField(max_length=40)
    field = models.CharField(max_length=80)
    question = models.TextField()
    language = models.CharField(max_length=8)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    clarification = models.ForeignKey(
        Clarification, null=True, on_delete=models.PROTECT, related_name="drafts"
    )

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["case", "visit"], name="clarification_draft_case")]
        triggers = [pgtrigger.Protect(name="clarification_draft_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.field}: {self.question[:40]}"


class Recommendation(models.Model):
    """The lead reviewer's consolidated advice, dissent first. The decider may ask once for another: the last counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recommendations")
    round = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=30)
    summary = models.TextField()
    dissent = models.TextField(blank=True)
    proposed_conditions = models.JSONField(default=list)
    language = models.CharField(max_length=8)
    version_number = models.PositiveIntegerField()
    version_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "number"], name="recommendation_number_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[str(value) for value in DECIDABLE]),
                name="recommendation_outcome",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="recommendation_kept", operation=pgtrigger.Delete | pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.case_id}"
