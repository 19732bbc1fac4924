import uuid

from django.db import models
from django.urls import reverse

from apps.offices.naming import in_language
from apps.standards.choices import StandardStatus


class Standard(models.Model):
    """A standard that business cases answer to (A/61/765, 15c): what it asks, who set it, since when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40, unique=True)
    titles = models.JSONField(default=dict)
    asks = models.JSONField(default=dict, blank=True)
    body = models.CharField(max_length=160)
    mandatory = models.BooleanField(default=False)
    status = models.CharField(max_length=20, choices=StandardStatus.choices, default=StandardStatus.IN_FORCE)
    url = models.URLField(blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(titles={}), name="standards_standard_is_titled"),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z0-9][A-Z0-9.-]*$"), name="standards_standard_code"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="standards_standard_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("standards:standard-detail", args=[self.code])

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.titles)

    @property
    def question(self) -> str:
        """What it asks of an initiative, in the reader's language."""
        return in_language(self.asks)
