import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RegisterExport(models.Model):
    """That somebody took a copy of the register, and how far it went. A reading is no act, so it stands here and
    not in the register; auditors alone see it (review.md 13)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    until_seq = models.BigIntegerField(_("up to"))
    head = models.CharField(_("hash there"), max_length=64)

    class Meta:
        verbose_name = _("export of the register")
        verbose_name_plural = _("exports of the register")
        indexes = [models.Index(fields=["-at"], name="register_export_recent")]
        triggers = [
            pgtrigger.Protect(name="register_export_kept", operation=pgtrigger.Delete | pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"1 to {self.until_seq}"
