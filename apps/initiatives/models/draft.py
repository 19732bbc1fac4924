import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Draft(models.Model):
    """The text that is being written. Saves are not acts; what they replaced is kept in `DraftChange`.

    ``open_sections`` are the sections that may be written now: all of them in a draft, those that were asked
    about in a clarification, none while the case is with others.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    initiative = models.OneToOneField(
        "initiatives.Initiative", on_delete=models.PROTECT, related_name="draft"
    )
    schema = models.CharField(max_length=20)
    content = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    open_sections = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.initiative_id} r{self.revision}"
