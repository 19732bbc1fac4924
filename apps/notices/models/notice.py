import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One message to one person, on the page. Code and parameters are stored; the text is made for the
    reader."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="notices",
        verbose_name=_("recipient"),
    )
    code = models.CharField(_("code"), max_length=80)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    link = models.CharField(_("link"), max_length=300, blank=True, default="")
    case_id = models.UUIDField(_("case"), null=True, blank=True)
    dedupe_key = models.CharField(_("said once as"), max_length=200)
    created_at = models.DateTimeField(_("written"))
    visible_at = models.DateTimeField(_("to be shown from"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key", "recipient"], name="notices_notice_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-visible_at", "-id"], name="notices_notice_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.dedupe_key}"
