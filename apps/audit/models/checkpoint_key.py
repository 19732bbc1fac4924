from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckpointKey(models.Model):
    """A public key with which checkpoints were signed, from its first use on. Keys that were replaced stay: what they
    signed must be verified for ever. Never changed, never deleted."""

    id = models.CharField(max_length=16, primary_key=True, editable=False)
    public = models.CharField(max_length=64, editable=False)
    first_used_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("key of the checkpoints")
        verbose_name_plural = _("keys of the checkpoints")
        ordering = ["first_used_at", "id"]

    def __str__(self) -> str:
        return self.id
