"""What follows in the review from what happens to posts."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from apps.accounts.models import User
from apps.approvals.services.sweep import let_go
from apps.offices.signals import posts_changed


@receiver(posts_changed, dispatch_uid="approvals.turns_of_who_left")
def free_turns(sender: Any, user: User, at: datetime, **kwargs: Any) -> None:
    """Turns that a person took and can no longer end pass back to their desks."""
    let_go(user=user, at=at)
