"""One's turns as a calendar (RFC 5545), for the calendar that somebody has anyway."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from apps.accounts.choices import locale_of
from apps.accounts.models import User
from apps.approvals.labels import step_label
from apps.approvals.models import CalendarFeed, Turn
from apps.approvals.standing import viewer_of
from apps.audit.canonical import sha256_hex

MOST = 500
SHOWN_BEFORE = timedelta(minutes=30)  # an event needs a length; it ends when the turn is due


def reader_of(secret: str) -> User | None:
    """Whose calendar this address is; nobody's where it was replaced or ended, or the account is closed."""
    rows = CalendarFeed.objects.filter(token_hash=sha256_hex(secret), user__is_active=True)
    found = rows.select_related("user").first()
    return found.user if found is not None else None


def dues_of(user: User, at: datetime) -> QuerySet[Turn]:
    """The turns that wait for somebody and have a due moment, the next one first."""
    waiting = Turn.objects.awaiting(viewer_of(user, at)).filter(due_at__isnull=False)
    return waiting.select_related("case__route").order_by("due_at", "id")[:MOST]


def calendar_of(user: User, at: datetime) -> bytes:
    """The calendar in its reader's language. It leaves the portal, so a confidential case has no title in it."""
    with translation.override(locale_of(user.language)):
        calendar = Calendar()
        calendar.add("prodid", "-//ICT governance portal//due dates//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Due on the ICT governance portal"))
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        for turn in dues_of(user, at):
            calendar.add_component(_event(turn, at))
        return calendar.to_ical()


def _event(turn: Turn, at: datetime) -> Event:
    case, due = turn.case, turn.due_at
    title = _("a confidential case") if case.confidential else case.title
    event = Event()
    event.add("uid", f"{turn.pk}@{settings.ICTGOV_ADDRESS.split('//')[-1]}")
    event.add("dtstamp", at)
    event.add("sequence", turn.due_version)
    if due is not None:
        event.add("dtstart", due - SHOWN_BEFORE)
        event.add("dtend", due)
    event.add(
        "summary", f"{step_label(case, turn)}: {title}" + (f" ({case.reference})" if case.reference else "")
    )
    event.add("url", f"{settings.ICTGOV_ADDRESS}/cases/{case.handle}/")
    event.add("transp", "TRANSPARENT")
    return event
