from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.notices.ways import CHOICES, Group


class Preference(models.Model):
    """How somebody wants to get what is not needed at once; who chose nothing has no row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="message_preference",
    )
    turns = models.CharField(_("your turns"), max_length=8)
    news = models.CharField(_("everything else"), max_length=8)

    class Meta:
        verbose_name = _("how messages come")
        verbose_name_plural = _("how messages come")
        constraints = [
            models.CheckConstraint(
                condition=Q(turns__in=CHOICES[Group.TURNS], news__in=CHOICES[Group.NEWS]),
                name="notices_preference_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.turns}, {self.news}"
