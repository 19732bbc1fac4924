from django.db import models
from django.utils.translation import gettext_lazy as _


class Head(models.Model):
    """The one row that says how far the chain goes; moved by the chaining trigger alone."""

    id = models.SmallIntegerField(primary_key=True, editable=False)
    seq = models.BigIntegerField(editable=False)
    hash = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("head of the chain")
        verbose_name_plural = _("head of the chain")

    def __str__(self) -> str:
        return str(self.seq)
