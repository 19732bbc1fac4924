import uuid

from django.conf import settings
from django.db import models

from apps.offices.choices import InstrumentVerb


class InstrumentAct(models.Model):
    """What was done with an instrument: by whom, when and why. Written beside the event of the register, which keeps
    of the reason only a fingerprint; never changed.

    `through` names the other instrument of the act: the parent whose suspension or revocation reached this one,
    or the one that took its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey("offices.Instrument", on_delete=models.PROTECT, related_name="acts")
    position = models.PositiveSmallIntegerField()
    verb = models.CharField(max_length=12, choices=InstrumentVerb.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    through = models.ForeignKey(
        "offices.Instrument", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    event_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "position"], name="offices_instrumentact_once")
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.verb}"
