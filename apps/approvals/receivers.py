"""What follows in the review from what happens to posts."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from apps.accounts.models import User
from apps.approvals.services.sweep import let_go, look_after
from apps.offices.models import Post
from apps.offices.signals import posts_changed


@receiver(posts_changed, dispatch_uid="approvals.turns_of_who_left")
def free_turns(sender: Any, user: User, at: datetime, post: Post | None = None, **kwargs: Any) -> None:
    """Turns that a person took and can no longer end pass back to their desks; a turn at which nobody is left passes
    on, or becomes an alert.
    """
    let_go(user=user, at=at)
    if post is not None:
        look_after(post=post, at=at)
