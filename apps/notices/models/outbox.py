import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Outbox(models.Model):
    """One mail to one address, written in the transaction of what it tells of, sent later, at least once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dedupe_key = models.CharField(_("said once as"), max_length=250, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("recipient"),
    )
    address = models.EmailField(_("address without a person"), blank=True, default="")
    code = models.CharField(_("code"), max_length=80)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    link = models.CharField(_("link"), max_length=300, blank=True, default="")
    case_id = models.UUIDField(_("case"), null=True, blank=True)
    created_at = models.DateTimeField(_("written"))
    not_before = models.DateTimeField(_("not before"))
    next_at = models.DateTimeField(_("next attempt"))
    is_daily = models.BooleanField(_("goes with the daily mail"), default=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    dead_at = models.DateTimeField(_("given up"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(address=""), name="notices_outbox_has_a_reader"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=Q(sent_at=None, dead_at=None),
                name="notices_outbox_waiting",
            ),
            models.Index(
                fields=["recipient", "not_before"],
                condition=Q(sent_at=None, dead_at=None, is_daily=True),
                name="notices_outbox_daily",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.dedupe_key}"
