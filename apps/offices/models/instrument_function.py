from django.db import models


class InstrumentFunction(models.Model):
    """A function that an instrument delegates."""

    instrument = models.ForeignKey(
        "offices.Instrument", on_delete=models.PROTECT, related_name="function_rows"
    )
    function = models.ForeignKey("offices.Function", on_delete=models.PROTECT, related_name="instrument_rows")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "function"], name="offices_instrumentfunction_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.function_id}"
