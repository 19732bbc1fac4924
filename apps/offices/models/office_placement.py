import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models


class OfficePlacement(models.Model):
    """Where an office stands in the tree, and from when to when: an act is judged by the tree of its day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="placements")
    parent = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="placements_below")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="offices_officeplacement_one_at_a_time",
                expressions=[("office", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=~models.Q(office=models.F("parent")),
                name="offices_officeplacement_not_below_itself",
            ),
            models.CheckConstraint(
                condition=models.Q(during__isempty=False), name="offices_officeplacement_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} below {self.parent_id} during {self.during}"
