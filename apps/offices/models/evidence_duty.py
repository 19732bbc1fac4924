import uuid
from datetime import datetime

from django.db import models

from apps.offices.choices import Performance, Period
from apps.offices.querysets import EvidenceDutyQuerySet


class EvidenceDuty(models.Model):
    """When evidence of a function is due for an office: the day from which the period runs, and its due moment.

    Made where a function begins to be held, moved on by what is recorded. Whether it is overdue is asked, never
    written; timers of this row remind the holder.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    function = models.ForeignKey("offices.Function", on_delete=models.PROTECT, related_name="duties")
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="duties")
    clock_office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=12, choices=Period.choices, blank=True)
    base_on = models.DateField()
    last = models.ForeignKey(
        "offices.Evidence", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    due_version = models.PositiveIntegerField(default=1)

    objects = EvidenceDutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["function", "office"], name="offices_evidenceduty_once"),
        ]

    def __str__(self) -> str:
        return f"{self.function_id} {self.office_id} due {self.due_at}"

    def performance(self, at: datetime) -> Performance:
        """How it stands at an instant: late is after the due moment, not at it."""
        if self.last_id is None:
            return Performance.NO_EVIDENCE
        if self.due_at is not None and self.due_at < at:
            return Performance.OVERDUE
        return Performance.PERFORMING
