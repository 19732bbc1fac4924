"""How a message reaches somebody: at once, once a day at seven in the morning where they are, or on the page alone.

What the rules of the review need is mailed at once whatever anybody chose, and says so. One's own turn is, unless one
asks for the daily mail; everything else comes in the daily mail, unless one asks for it at once or on the page alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from apps.notices.models import Preference

MORNING = time(7)


class Group(TextChoices):
    """What a message is about, for who chooses how to get it."""

    NEEDED = "needed", _("What the rules need")
    TURNS = "turns", _("Your turns")
    NEWS = "news", _("Everything else")


class Way(TextChoices):
    AT_ONCE = "at_once", _("By mail, at once")
    DAILY = "daily", _("By mail, once a day at 07:00")
    PAGE = "page", _("On the page alone")


#: What may be chosen, by group; the first is what holds for who has chosen nothing.
CHOICES: Mapping[Group, tuple[Way, ...]] = {
    Group.TURNS: (Way.AT_ONCE, Way.DAILY),
    Group.NEWS: (Way.DAILY, Way.AT_ONCE, Way.PAGE),
}
HELP: Mapping[Group, str | Promise] = {
    Group.TURNS: _("When you have the turn, and before it is due."),
    Group.NEWS: _("What others did: an absence began, a turn was given to another, more time was given."),
}

_groups: dict[str, Group] = {}


def register_groups(groups: Mapping[str, Group]) -> None:
    """Say what codes are about (each app's `AppConfig.ready`); a code of which nothing is said is about one's turn."""
    _groups.update(groups)


def group_of(code: str) -> Group:
    return _groups.get(code, Group.TURNS)


def way_of(code: str, preference: Preference | None) -> Way:
    """How this message reaches who chose this, or nothing yet."""
    group = group_of(code)
    return Way.AT_ONCE if group == Group.NEEDED else chosen_way(group, preference)


def chosen_way(group: Group, preference: Preference | None) -> Way:
    """What somebody chose for a group, else what holds for who chose nothing."""
    chosen = getattr(preference, str(group)) if preference is not None else ""
    return Way(chosen) if chosen in CHOICES[group] else CHOICES[group][0]


def next_morning(after: datetime, time_zone: str) -> datetime:
    """The first seven o'clock in the morning after an instant, where somebody is."""
    zone = ZoneInfo(time_zone)
    local = after.astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone)
