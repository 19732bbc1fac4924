import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Timer(models.Model):
    """Something that is due at a moment. The row is the truth; tasks only look (seam 19).

    A timer fires once: `fired_at` is set in the transaction of its effect. `claimed_at` says that a sweep
    has had it in hand, `attempts` counts the single tries that were committed before the work, and
    `dead_at` ends them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    object_id = models.UUIDField(_("object"))
    due_version = models.PositiveIntegerField(_("version of the due moment"), default=1)
    due_at = models.DateTimeField(_("due"))
    fired_at = models.DateTimeField(_("fired"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    retry_at = models.DateTimeField(_("to be tried again"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    dead_at = models.DateTimeField(_("given up"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "due_version"], name="notices_timer_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(fired_at=None, cancelled_at=None, dead_at=None),
                name="notices_timer_waiting",
            ),
            models.Index(fields=["object_id"], name="notices_timer_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} v{self.due_version}"
