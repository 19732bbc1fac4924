import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse

from apps.accounts.choices import Language
from apps.initiatives.choices import InitiativeStatus
from apps.initiatives.querysets import InitiativeQuerySet


class Initiative(models.Model):
    """The long-lived thing that a business case is about. It holds numbered versions, and one open case at a
    time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="initiatives")
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=10, choices=Language.choices)
    kind = models.CharField(max_length=40, blank=True)
    screening = models.JSONField(default=dict, blank=True)
    case_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    status = models.CharField(max_length=30, choices=InitiativeStatus.choices, default=InitiativeStatus.OPEN)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="initiatives_title_trgm"),
            models.Index(fields=["office", "-created_at"], name="initiatives_office_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="discarded", discarded_at__isnull=False)
                | (~models.Q(status="discarded") & models.Q(discarded_at__isnull=True)),
                name="initiatives_discarded_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("initiatives:initiative-detail", args=[self.pk])
