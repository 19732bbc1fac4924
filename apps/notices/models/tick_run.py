from django.db import models
from django.utils.translation import gettext_lazy as _


class TickRun(models.Model):
    """The heartbeat: one row for each tick, written when it starts and finished when it ends."""

    id = models.BigAutoField(primary_key=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    timers_fired = models.PositiveIntegerField(_("timers fired"), default=0)
    timers_failed = models.PositiveIntegerField(_("timers failed"), default=0)
    mails_sent = models.PositiveIntegerField(_("mails sent"), default=0)
    mails_failed = models.PositiveIntegerField(_("mails failed"), default=0)
    checkpoint_seq = models.BigIntegerField(_("checkpoint"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True, default="")

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        indexes = [models.Index(fields=["-finished_at"], name="notices_tick_finished")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S}"
