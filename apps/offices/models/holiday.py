import uuid

from django.db import models

from apps.offices.naming import in_language


class Holiday(models.Model):
    """A day on which a duty station does not work, in one version of its calendar."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey("offices.CalendarVersion", on_delete=models.PROTECT, related_name="holidays")
    date = models.DateField()
    names = models.JSONField(default=dict)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["version", "date"], name="offices_holiday_once_a_day"),
            models.CheckConstraint(condition=~models.Q(names={}), name="offices_holiday_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    @property
    def name(self) -> str:
        return in_language(self.names)
