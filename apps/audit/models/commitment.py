from django.db import models
from django.utils.translation import gettext_lazy as _


class Commitment(models.Model):
    """The salt of a commitment. Erasing it (by the owner of the database, on a lawful request) makes the text
    that was committed to unprovable, and leaves the chain whole. No foreign key: it may go, the event may
    not."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(editable=False)
    name = models.TextField(editable=False)
    salt = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [models.UniqueConstraint(fields=["event_id", "name"], name="audit_commitment_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.name}"
