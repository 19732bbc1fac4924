import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from apps.offices.querysets import AbsenceQuerySet


class Absence(models.Model):
    """When the holder of a post is away, and who stands in: from an instant to an instant, for a reason.

    Two absences from one post never overlap: the database refuses it. Nothing of a row changes but that it ends
    earlier, or is called off before it began (a trigger holds that). Without a stand-in it says only that nobody
    is there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="absences")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="stands_in"
    )
    during = DateTimeRangeField()
    reason = models.TextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    called_off = models.BooleanField(default=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="offices_absence_one_at_a_time",
                expressions=[("post", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(called_off=False),
            ),
            models.CheckConstraint(
                condition=models.Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="offices_absence_is_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(stand_in=None) | ~models.Q(stand_in=models.F("holder")),
                name="offices_absence_by_another",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="offices_absence_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None, called_off=False)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="offices_absence_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_id} away from {self.post_id} during {self.during}"
