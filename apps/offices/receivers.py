"""What follows for posts and groups from what happens to people."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.offices import grants
from apps.offices.services.posts import follow_inactivity


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="offices.inactive_people")
def take_groups_from_the_inactive(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    """An account that is no longer active is in no group; its posts count for nothing until it is
    active again."""
    if not created and not instance.is_active:
        grants.drop_memberships(instance)
        follow_inactivity(user=instance)
