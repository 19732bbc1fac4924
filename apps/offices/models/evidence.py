import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from apps.offices.querysets import EvidenceQuerySet


class Evidence(models.Model):
    """That a function was performed for an office: what its holder recorded, on one form of one day.

    A row never changes and is never deleted (triggers hold that): a correction is a new row that names the one which it
    corrects. `values` are the answers of the function's form, as strings; the register holds a commitment to them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    function = models.ForeignKey("offices.Function", on_delete=models.PROTECT, related_name="evidence")
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="evidence")
    form = models.CharField(max_length=12)
    performed_on = models.DateField()
    values = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    instrument = models.ForeignKey(
        "offices.Instrument", on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="evidence")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence"
    )
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.TextField(blank=True)
    idempotency_key = models.CharField(max_length=200, blank=True)
    event_id = models.UUIDField()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-performed_on", "-recorded_at"]
        indexes = [
            models.Index(fields=["function", "office", "-performed_on"], name="offices_evidence_of_function"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recorded_by", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="offices_evidence_once_a_key",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects=None, correction_reason="")
                | (models.Q(corrects__isnull=False) & ~models.Q(correction_reason="")),
                name="offices_evidence_corrected_with_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(corrects=models.F("id")), name="offices_evidence_not_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.function_id} {self.office_id} {self.performed_on}"

    def get_absolute_url(self) -> str:
        return reverse("offices:evidence-detail", args=[self.function_id, self.pk])
