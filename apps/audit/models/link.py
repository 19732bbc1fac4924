from django.db import models
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """The place of an event in the chain, given by the database at COMMIT."""

    seq = models.BigIntegerField(primary_key=True, editable=False)
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="link", editable=False)
    recorded_at = models.DateTimeField(editable=False)
    prev_hash = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("link of the chain")
        verbose_name_plural = _("links of the chain")
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash_hex}"

    @property
    def hash_hex(self) -> str:
        """The hash of this link in hexadecimal."""
        return bytes(self.hash).hex()

    @property
    def prev_hash_hex(self) -> str:
        """The hash of the link before in hexadecimal."""
        return bytes(self.prev_hash).hex()
