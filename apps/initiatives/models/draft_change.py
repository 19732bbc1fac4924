import uuid

from django.conf import settings
from django.db import models


class DraftChange(models.Model):
    """What one save replaced, so that no typed text is ever lost; and the texts that were set aside by a
    conflict."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey("initiatives.Draft", on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    previous = models.JSONField(default=dict, blank=True)
    set_aside = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="initiatives_change_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} r{self.revision}"
