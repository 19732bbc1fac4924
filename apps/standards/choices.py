"""Closed vocabularies of standards."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StandardStatus(TextChoices):
    IN_FORCE = "in_force", _("In force")
    SUNSETTING = "sunsetting", _("To be replaced")
    RETIRED = "retired", _("Retired")
