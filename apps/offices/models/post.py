import uuid

from django.db import models
from django.urls import reverse

from apps.offices.choices import Role
from apps.offices.naming import in_language


class Post(models.Model):
    """A post of an office carries one role. Authority attaches to posts; people hold posts for dates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=30, choices=Role.choices)
    code = models.CharField(max_length=80, unique=True)
    titles = models.JSONField(default=dict)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["office", "role"], name="offices_post_office_role")]
        constraints = [models.CheckConstraint(condition=~models.Q(titles={}), name="offices_post_is_titled")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("offices:post-detail", args=[self.code])

    @property
    def title(self) -> str:
        return in_language(self.titles)
