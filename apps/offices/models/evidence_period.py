import uuid

from django.db import models

from apps.offices.choices import Period


class EvidencePeriod(models.Model):
    """How often evidence of a function is due where no instrument says so, from a day on; without a function, of all.

    A row never changes: another period is a row with a later day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    function = models.ForeignKey(
        "offices.Function", on_delete=models.PROTECT, null=True, blank=True, related_name="periods"
    )
    period = models.CharField(max_length=12, choices=Period.choices)
    valid_from = models.DateField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["function", "valid_from"], nulls_distinct=False, name="offices_evidenceperiod_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.function_id or 'all'} {self.period} from {self.valid_from}"
