import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models


class ParagraphHolding(models.Model):
    """Which office holds the functions of a paragraph by the report itself, dated: OICT 7, 15 and 18;
    offices away and field missions 16; DPKO 17. Regional commissions and political missions have no row:
    they hold nothing without an instrument.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    paragraph = models.PositiveSmallIntegerField()
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="paragraph_holdings")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="offices_paragraphholding_once",
                expressions=[
                    ("paragraph", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(paragraph__in=[7, 15, 16, 17, 18]),
                name="offices_paragraphholding_of_the_framework",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paragraph} held by {self.office_id}"
