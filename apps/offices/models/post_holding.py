import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models


class PostHolding(models.Model):
    """Who held a post, from when to when. Two people never hold one post at once: the database refuses it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="holdings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="post_holdings")
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="offices_postholding_one_holder",
                expressions=[("post", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=models.Q(during__isempty=False), name="offices_postholding_lasts"
            ),
            models.CheckConstraint(
                condition=models.Q(during__lower_inf=False), name="offices_postholding_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} held by {self.user_id} during {self.during}"
