import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse


class BusinessCaseVersion(models.Model):
    """A frozen version: canonical JSON, its SHA-256, its facts. A trigger refuses every change, whoever
    asks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    initiative = models.ForeignKey(
        "initiatives.Initiative", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    schema = models.CharField(max_length=20)
    snapshot = models.TextField()
    sha256 = models.CharField(max_length=64)
    facts = models.JSONField(default=dict, blank=True)
    value_usd = models.DecimalField(max_digits=20, decimal_places=2)
    rates_on = models.DateField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "number"], name="initiatives_version_number_once"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="initiatives_version_has_hash"
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="initiatives_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("initiatives:version-detail", args=[self.initiative_id, self.number])
