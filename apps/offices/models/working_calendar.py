from django.db import models

from apps.offices.models.named import Named


class WorkingCalendar(Named):
    """The working calendar of a duty station: a key under which versions are kept."""

    key = models.SlugField(max_length=60, unique=True)

    class Meta(Named.Meta):
        ordering = ["key"]
