import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """One run of the verifier over the register, done in pieces: how far it came, and the first fault if there is
    one. Written by `services` alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    after_seq = models.BigIntegerField(_("begins after"), default=0)
    until_seq = models.BigIntegerField(_("head at the start"))
    seq = models.BigIntegerField(_("verified up to"), default=0)
    head = models.CharField(_("hash there"), max_length=64)
    rows = models.BigIntegerField(_("rows"), default=0)
    checkpoints = models.PositiveIntegerField(_("checkpoints that agree"), default=0)
    checkpoint_seq = models.BigIntegerField(_("last checkpoint"), null=True)
    snapshots = models.PositiveIntegerField(_("frozen versions compared"), null=True)
    fault_seq = models.BigIntegerField(_("first bad row"), null=True)
    fault_code = models.SlugField(_("fault"), max_length=40, blank=True)
    fault_words = models.TextField(_("what is wrong"), blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        indexes = [models.Index(fields=["-started_at"], name="verification_recent")]
        triggers = [pgtrigger.Protect(name="verification_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.after_seq + 1} to {self.seq}"

    def get_absolute_url(self) -> str:
        return reverse("dashboards:verification", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def is_intact(self) -> bool:
        """Whether it came to the end and found nothing wrong."""
        return self.is_finished and not self.fault_code

    @property
    def is_whole(self) -> bool:
        """Whether it began with the first event."""
        return self.after_seq == 0
