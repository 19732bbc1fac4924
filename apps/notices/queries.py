"""What there is to read: the inbox, and how the tick is doing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.navigation import Banner
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse
from apps.notices import handlers
from apps.notices.models import Notice, Outbox, Preference, TickRun, Timer
from apps.notices.ways import CHOICES, chosen_way

LATE_AFTER = timedelta(seconds=120)


@dataclass(frozen=True)
class Line:
    """A notice as its reader sees it."""

    id: UUID
    subject: str
    body: str
    link: str
    at: datetime
    is_read: bool


#: What is told is about cases, which are to the left of here: they hand over the condition under which somebody may
#: still read what was said of a case (`case_id`), for a person, an instant, and the person's standing if it is known.
Sight = Callable[[User, datetime, Any], Q]
_sight: Sight | None = None


def register_sight(find: Sight) -> None:
    """Take the condition on messages under which a person may read them."""
    global _sight
    _sight = find


def inbox(user: User, at: datetime | None = None, *, standing: Any = None) -> QuerySet[Notice]:
    """What a person has been told (until `at`, else now), newest first, less what is about a case that they may see
    no longer (they moved, or it is confidential now). An inactive person sees nothing.
    """
    if not user.is_active:
        return Notice.objects.none()
    at = at or clock.now()
    told = Notice.objects.filter(recipient=user, visible_at__lte=at)
    if _sight is not None:
        told = told.filter(_sight(user, at, standing))
    return told.order_by("-visible_at", "-id")


def is_still_for(mail: Outbox, at: datetime) -> bool:
    """Whether the recipient of a mail that waits may still read what it says."""
    if mail.recipient is None or mail.case_id is None or _sight is None:
        return True
    return Outbox.objects.filter(_sight(mail.recipient, at, None), pk=mail.pk).exists()


def before(rows: QuerySet[Notice], at: datetime, notice_id: UUID) -> QuerySet[Notice]:
    """What stands below a notice in the inbox."""
    return rows.filter(Q(visible_at__lt=at) | Q(visible_at=at, id__lt=notice_id))


def unread_count(user: User, at: datetime | None = None, *, standing: Any = None) -> int:
    """How many notices a person has not read."""
    return inbox(user, at, standing=standing).filter(read_at=None).count()


def notice_of(user: User, notice_id: UUID) -> Notice:
    """One notice of a person; refused as not found if it is not theirs."""
    notice = inbox(user).filter(pk=notice_id).first()
    if notice is None:
        refuse(Kind.NOT_FOUND, Reason("notice.not_found"))
    return notice


def line(notice: Notice, user: User) -> Line:
    """A notice in its reader's words."""
    from apps.notices.wording import render

    words = render(notice.code, notice.params, language=user.language, time_zone=user.time_zone)
    return Line(
        notice.id, words.subject, words.body, notice.link, notice.visible_at, notice.read_at is not None
    )


def ways_of(user: User) -> dict[str, str]:
    """By group how a person's messages come: what they chose, else what holds for everybody."""
    chosen = Preference.objects.filter(user=user).first()
    return {str(group): str(chosen_way(group, chosen)) for group in CHOICES}


def last_tick() -> datetime | None:
    """When the last tick ended; None if none has."""
    return (
        TickRun.objects.exclude(finished_at=None)
        .order_by("-finished_at")
        .values_list("finished_at", flat=True)
        .first()
    )


def tick_is_late(now: datetime) -> bool:
    """Whether more than 120 seconds have passed since the last tick ended (or none ever has)."""
    last = last_tick()
    return last is None or now - last > LATE_AFTER


@dataclass(frozen=True)
class Backlog:
    """How the background work stands: what waits, since when, and what was given up."""

    timers_due: int
    oldest_due_at: datetime | None
    timers_given_up: int
    timers_of_nobody: int
    mails_waiting: int
    oldest_mail_at: datetime | None
    mails_given_up: int


def backlog(now: datetime) -> Backlog:
    """What is due and not done, in two statements."""
    known = list(handlers.all_kinds())
    waiting = Q(fired_at=None, cancelled_at=None, dead_at=None, due_at__lte=now)
    timers = Timer.objects.filter(fired_at=None, cancelled_at=None).aggregate(
        due=Count("id", filter=waiting & Q(kind__in=known)),
        oldest=Min("due_at", filter=waiting & Q(kind__in=known)),
        dead=Count("id", filter=~Q(dead_at=None)),
        of_nobody=Count("id", filter=waiting & ~Q(kind__in=known)),
    )
    mails = Outbox.objects.filter(sent_at=None).aggregate(
        waiting=Count("id", filter=Q(dead_at=None, not_before__lte=now)),
        oldest=Min("not_before", filter=Q(dead_at=None, not_before__lte=now)),
        dead=Count("id", filter=~Q(dead_at=None)),
    )
    return Backlog(
        timers_due=timers["due"],
        oldest_due_at=timers["oldest"],
        timers_given_up=timers["dead"],
        timers_of_nobody=timers["of_nobody"],
        mails_waiting=mails["waiting"],
        oldest_mail_at=mails["oldest"],
        mails_given_up=mails["dead"],
    )


def late_banner() -> Banner | None:
    """The line above every page while the tick is late: what is due is not lost, but it waits."""
    if not tick_is_late(clock.now()):
        return None
    return Banner(
        code="tick_late",
        level="warn",
        text=_(
            "Reminders, mails and decisions that are due to take effect are waiting: the background work has not "
            "run for more than two minutes. Nothing is lost."
        ),
    )


def a_later_one_is_due(timer: Timer, kinds: list[str], now: datetime) -> bool:
    """Whether a later timer of the same object and version, of these kinds, is due as well: after three
    days of silence a reminder that finds one stays silent, so that only the latest is sent (review 9)."""
    return Timer.objects.filter(
        object_id=timer.object_id,
        due_version=timer.due_version,
        kind__in=kinds,
        due_at__gt=timer.due_at,
        due_at__lte=now,
        cancelled_at=None,
    ).exists()
