from django.db import models


class InstrumentStandby(models.Model):
    """That an instrument of the CITO takes effect only where the CITO is away, has stepped aside, or the post is
    vacant; and at which place in the order of those who were designated (A/61/765, 18).
    """

    instrument = models.OneToOneField(
        "offices.Instrument", on_delete=models.PROTECT, primary_key=True, related_name="standby"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="offices_standby_counts_from_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id}: {self.position}"
