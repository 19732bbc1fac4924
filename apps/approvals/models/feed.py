from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """A secret address at which somebody's calendar reads when their turns are due; only its fingerprint is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} since {self.made_at:%Y-%m-%d}"
