"""What follows in the review from what happens to posts and instruments."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from apps.accounts.models import User
from apps.approvals.services.sweep import let_go, let_go_of_decisions, look_after
from apps.offices.models import Post
from apps.offices.signals import authority_taken, posts_changed


@receiver(posts_changed, dispatch_uid="approvals.turns_of_who_left")
def free_turns(sender: Any, user: User, at: datetime, post: Post | None = None, **kwargs: Any) -> None:
    """Turns that a person took and can no longer end pass back to their desks; a turn at which nobody is left passes
    on, or becomes an alert.
    """
    let_go(user=user, at=at)
    if post is not None:
        look_after(post=post, at=at)


@receiver(authority_taken, dispatch_uid="approvals.turns_without_authority")
def free_decisions(sender: Any, post_ids: Iterable[uuid.UUID], at: datetime, **kwargs: Any) -> None:
    """Decisions that a person took and has no authority for any more wait for all who have."""
    let_go_of_decisions(post_ids=post_ids, at=at)
