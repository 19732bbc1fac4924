from django.db import models

from apps.offices.models.named import Named


class DutyStation(Named):
    """A place of work: its country, its time zone and its working calendar decide every clock of the
    offices there.
    """

    code = models.SlugField(max_length=40, unique=True)
    country_iso2 = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64)
    calendar = models.ForeignKey(
        "offices.WorkingCalendar", on_delete=models.PROTECT, related_name="duty_stations"
    )

    class Meta(Named.Meta):
        ordering = ["code"]
