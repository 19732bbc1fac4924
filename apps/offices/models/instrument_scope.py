from django.db import models


class InstrumentScope(models.Model):
    """An office for which an instrument holds, with or without the offices below it."""

    instrument = models.ForeignKey("offices.Instrument", on_delete=models.PROTECT, related_name="scope_rows")
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="instrument_scopes")
    with_below = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "office"], name="offices_instrumentscope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.office_id}{' and below' if self.with_below else ''}"
