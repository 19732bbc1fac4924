import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class CalendarVersion(models.Model):
    """One version of a calendar. A draft (not confirmed) is shown and never counted with; a national list
    only pre-fills a draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    calendar = models.ForeignKey("offices.WorkingCalendar", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    working_days = ArrayField(models.PositiveSmallIntegerField(), size=7)
    authority = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["calendar", "number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="offices_calendarversion_number"),
            models.CheckConstraint(
                condition=~models.Q(working_days=[]), name="offices_calendarversion_has_a_week"
            ),
            models.CheckConstraint(
                condition=models.Q(working_days__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                name="offices_calendarversion_iso_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar.key} v{self.number}"
