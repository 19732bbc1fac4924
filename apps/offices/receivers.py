"""What follows for posts and groups from what happens to people, and for duties from a changed calendar."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.accounts.services import end_sign_ins
from apps.offices import grants
from apps.offices.models import CalendarVersion
from apps.offices.services.evidence_clocks import follow_calendar
from apps.offices.services.posts import follow_inactivity
from apps.offices.signals import calendar_changed, posts_changed


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="offices.inactive_people")
def take_groups_from_the_inactive(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    """An account that is no longer active is in no group; its posts count for nothing until it is
    active again."""
    if not created and not instance.is_active:
        grants.drop_memberships(instance)
        follow_inactivity(user=instance)


@receiver(posts_changed, dispatch_uid="offices.sessions_of_who_changed")
def end_sessions_of_who_changed(sender: Any, user: Any, **kwargs: Any) -> None:
    """A post that began or ended ends the person's sessions: they sign in anew, with what the new part needs."""
    end_sign_ins(user=user, why="role" if user.is_active else "closed", by=None)


@receiver(calendar_changed, dispatch_uid="offices.evidence_due")
def move_evidence_due(sender: Any, version: CalendarVersion, at: datetime, **kwargs: Any) -> None:
    """Evidence is due in the working time of the calendar that is in force."""
    follow_calendar(version, at)
