from django.db import models
from django.utils.translation import gettext_lazy as _


class SignedCheckpoint(models.Model):
    """A checkpoint as it was signed, kept here until every witness has it: witnesses that could not be reached are
    brought up to date from these rows. What proves the register is the witnesses' copies. Never changed, never
    deleted."""

    seq = models.BigIntegerField(primary_key=True, editable=False)
    head = models.CharField(max_length=64, editable=False)
    time = models.CharField(max_length=32, editable=False)
    taken_at = models.DateTimeField(editable=False)
    key = models.CharField(max_length=16, editable=False)
    signature = models.CharField(max_length=128, editable=False)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.head}"
