import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from apps.offices.querysets import CoverageQuerySet


class InstrumentCoverage(models.Model):
    """What an instrument comes to: one row for each function and covered office. Derived from the
    instrument and the dated tree.

    The same function at the same office is never held twice in the same period unless the instrument is
    concurrent: the exclusion constraint refuses it, from the issue on. A row gives authority while it is accepted and
    neither suspended nor revoked; the three say what the instrument and its parent come to together (`revoked`: never
    again), and a trigger keeps a row from giving more than they do. Deciding reads these rows `FOR SHARE`; every act
    that takes authority away takes them `FOR UPDATE`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey("offices.Instrument", on_delete=models.PROTECT, related_name="coverage")
    function = models.ForeignKey("offices.Function", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="+")
    during = DateTimeRangeField()
    exclusive = models.BooleanField()
    accepted = models.BooleanField(default=False)
    suspended = models.BooleanField(default=False)
    revoked = models.BooleanField(default=False)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["function", "office"], name="offices_coverage_function")]
        constraints = [
            ExclusionConstraint(
                name="offices_instrumentcoverage_held_once",
                expressions=[
                    ("function", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(exclusive=True, revoked=False),
            ),
            models.CheckConstraint(
                condition=models.Q(exclusive=False) | ~models.Q(function="18"),
                name="offices_instrumentcoverage_18_is_concurrent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.function_id} {self.office_id}"
