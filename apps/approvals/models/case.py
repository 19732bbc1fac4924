"""The case: what is being decided, where it is, and the facts that it was frozen with."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse

from apps.approvals.choices import Capacity, Outcome
from apps.approvals.models.route import Route
from apps.approvals.querysets import CaseQuerySet
from apps.offices.grants import UserGrant


class Case(models.Model):
    """One run of one subject along one road (seam 1).

    `stage` and everything that says where the case stands are written by `services.engine` alone. The columns from
    `office` to `submitted_at` are copies of the frozen facts, so that lists and visibility need no other
    table (seam 12).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_kind = models.SlugField(max_length=40)
    subject_id = models.UUIDField()
    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 (unique where given)
    predecessor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    round = models.PositiveSmallIntegerField(default=1)
    review_round = models.PositiveSmallIntegerField(default=1)  # whose assessments count for this round
    visit = models.PositiveIntegerField(default=0)
    stage = models.SlugField(max_length=40)
    outcome = models.CharField(max_length=30, choices=Outcome, blank=True)

    version_number = models.PositiveIntegerField(default=0)
    version_hash = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)

    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="cases")
    tier = models.PositiveSmallIntegerField(null=True)
    value_usd = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=8, default="en")
    confidential = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True)
    emergency_at = models.DateTimeField(null=True)  # when its office asked for an emergency authorization

    opened_at = models.DateTimeField()
    stage_entered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=models.Q(closed_at__isnull=True, discarded_at__isnull=True),
                name="case_one_open_per_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=["closed", "registered"], closed_at__isnull=False)
                | (~models.Q(stage__in=["closed", "registered"]) & models.Q(closed_at__isnull=True)),
                name="case_closed_is_dated",
            ),
            models.CheckConstraint(
                # a decision that is reconsidered stands, and a certificate that is examined again
                condition=models.Q(closed_at__isnull=True, outcome="")
                | models.Q(closed_at__isnull=True, round__gt=1)
                | models.Q(closed_at__isnull=True, outcome=Outcome.NOT_SUBJECT)
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="case_closed_has_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "-submitted_at"], name="case_office"),
            models.Index(fields=["stage", "office"], name="case_stage"),
            models.Index(fields=["subject_kind", "subject_id"], name="case_subject"),
            models.Index(fields=["-opened_at", "id"], name="case_opened"),
            models.Index(fields=["-stage_entered_at", "id"], name="case_entered"),
            GinIndex(fields=["title"], name="case_title_trgm", opclasses=["gin_trgm_ops"]),
        ]
        triggers = [pgtrigger.Protect(name="case_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference or self.title

    def get_absolute_url(self) -> str:
        return reverse("approvals:case-detail", args=[self.handle])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.discarded_at is None

    @property
    def is_reconsidered(self) -> bool:
        """Whether its decision is, or was, looked at again: from then on the CITO decides (review.md 11)."""
        return self.round > 1

    @property
    def short_hash(self) -> str:
        """The first twelve characters of the fingerprint, as people compare it."""
        return self.version_hash[:12]

    @property
    def handle(self) -> str:
        """What stands in addresses: the reference where there is one, else the id (seam 17)."""
        return self.reference or str(self.pk)


class ReferenceCounter(models.Model):
    """The next number of an office in a year: a number tells nobody how many cases others have (review.md 12)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField()
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "office"], name="reference_counter_once")]

    def __str__(self) -> str:
        return f"{self.year} {self.office_id}: {self.last}"


class Participation(models.Model):
    """That a person played a part in a case; separation of duties and "the people on the case" read this."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="participations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="participations"
    )
    capacity = models.CharField(max_length=12, choices=Capacity)
    desk = models.SlugField(max_length=40, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user", "capacity", "desk"], name="participation_once"),
        ]
        indexes = [models.Index(fields=["user", "case"], name="participation_user")]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.capacity} on {self.case_id}"


class ConflictDeclaration(models.Model):
    """What a person declared before the documents opened: no conflict, or a recusal that takes all access away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="declarations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations")
    recused = models.BooleanField()
    words = models.TextField(blank=True)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user", "recused"], name="declaration_once")]
        indexes = [models.Index(fields=["user", "recused"], name="declaration_user")]
        triggers = [pgtrigger.Protect(name="declaration_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.case_id}: {'recused' if self.recused else 'no conflict'}"


class CaseUserGrant(UserGrant):
    """A named exception: one person may see one case until a date, for a reason (authority.md 1)."""

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE)
    reason = models.TextField()
    source = models.CharField(max_length=60)
    until = models.DateTimeField()

    class Meta(UserGrant.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.user_id} on {self.content_object_id} until {self.until:%Y-%m-%d}"
