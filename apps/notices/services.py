"""Every write of timers and messages. Nothing is sent here: rows are written in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.models import User
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse_if
from apps.notices.models import Notice, Outbox, Preference, TickRun, Timer
from apps.notices.signals import work_waits
from apps.notices.ways import CHOICES, Group
from apps.notices.wording import storable

#: A notice that was taken back is kept, and is shown from this instant on.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def set_timer(*, kind: str, object_id: UUID, due_at: datetime, due_version: int = 1) -> None:
    """Let a timer of this kind ring for an object at an instant. Setting the same one again moves it,
    unless it has fired."""
    set_timers(object_id=object_id, due={kind: due_at}, due_version=due_version)


def set_timers(*, object_id: UUID, due: Mapping[str, datetime], due_version: int = 1) -> None:
    """Set several timers of one object, {kind: instant}, in one statement."""
    set_timers_of((kind, object_id, due_at, due_version) for kind, due_at in due.items())


def set_timers_of(timers: Iterable[tuple[str, UUID, datetime, int]]) -> None:
    """Set timers of many objects, each (kind, object, instant, version), in one statement."""
    rows = [
        Timer(kind=kind, object_id=object_id, due_at=due_at, due_version=due_version)
        for kind, object_id, due_at, due_version in timers
    ]
    if not rows:
        return
    for row in rows:
        if row.due_at.tzinfo is None:
            raise ValueError("a timer is due at an aware instant")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_timer (id, kind, object_id, due_version, due_at, attempts, last_error)"
            " SELECT id, kind, object_id, due_version, due_at, 0, ''"
            " FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::int[], %s::timestamptz[])"
            " AS new (id, kind, object_id, due_version, due_at)"
            " ON CONFLICT (kind, object_id, due_version) DO UPDATE"
            " SET due_at = EXCLUDED.due_at, cancelled_at = NULL, claimed_at = NULL, retry_at = NULL"
            " WHERE notices_timer.fired_at IS NULL",
            [
                [str(row.id) for row in rows],
                [row.kind for row in rows],
                [str(row.object_id) for row in rows],
                [row.due_version for row in rows],
                [row.due_at for row in rows],
            ],
        )


def cancel_timers(*, object_id: UUID, kinds: Iterable[str] | None = None) -> int:
    """Cancel what has not fired for an object (all kinds, or these); returns how many."""
    waiting = Timer.objects.filter(object_id=object_id, fired_at=None, cancelled_at=None)
    if kinds is not None:
        waiting = waiting.filter(kind__in=list(kinds))
    return waiting.update(cancelled_at=clock.now())


def post(
    *,
    recipients: Iterable[User],
    code: str,
    params: Mapping[str, Any],
    dedupe_key: str,
    not_before: datetime | None = None,
    mail: bool = True,
    case_id: UUID | None = None,
    link: str = "",
    at: datetime | None = None,
) -> None:
    """Say something to people: a notice on the page, and a mail unless `mail` is False.

    Said once for each (dedupe_key, person), whatever is restarted or run twice. Recipients are fixed now,
    the words are made when read or sent, in the reader's language. Nothing is shown or sent before
    `not_before`.
    """
    if link and not url_has_allowed_host_and_scheme(link, None):
        raise ValueError(f"a notice leads to a page of the portal: {link!r}")
    people = {person.pk: person for person in recipients if person.is_active and not person.is_service}
    if not people:
        return
    at = at or clock.now()
    visible_at = max(at, not_before) if not_before else at
    stored = storable(params)
    Notice.objects.bulk_create(
        (
            Notice(
                recipient_id=pk,
                code=code,
                params=stored,
                link=link,
                case_id=case_id,
                dedupe_key=dedupe_key,
                created_at=at,
                visible_at=visible_at,
            )
            for pk in people
        ),
        ignore_conflicts=True,
    )
    if mail:
        Outbox.objects.bulk_create(
            (
                Outbox(
                    dedupe_key=f"{dedupe_key}:{pk}",
                    recipient_id=pk,
                    code=code,
                    params=stored,
                    link=link,
                    case_id=case_id,
                    created_at=at,
                    not_before=visible_at,
                    next_at=visible_at,
                )
                for pk in people
            ),
            ignore_conflicts=True,
        )
        _hint()


def post_to_address(
    *, address: str, code: str, params: Mapping[str, Any], dedupe_key: str, at: datetime | None = None
) -> None:
    """Write a mail to an address that is no user's (a witness of the register), once for each dedupe_key."""
    at = at or clock.now()
    Outbox.objects.bulk_create(
        [
            Outbox(
                dedupe_key=dedupe_key,
                address=address,
                code=code,
                params=storable(params),
                created_at=at,
                not_before=at,
                next_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    _hint()


def take_back(*, case_id: UUID, by: User) -> None:
    """Show a person who steps aside nothing more of what they were told about a case; no mail that waits is sent."""
    Notice.objects.filter(case_id=case_id, recipient=by).update(visible_at=NEVER)
    Outbox.objects.filter(case_id=case_id, recipient=by, sent_at=None, dead_at=None).update(
        dead_at=clock.now(), last_error="taken back"
    )


def mark_read(*, notice_id: UUID, by: User) -> Notice:
    """Mark one's own notice as read, and return it; what is not one's own is not found."""
    from apps.notices import queries

    notice = queries.notice_of(by, notice_id)
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, by: User) -> int:
    """Mark all that one can see as read; returns how many."""
    from apps.notices import queries

    now = clock.now()
    return queries.inbox(by, now).filter(read_at=None).order_by().update(read_at=now)


@transaction.atomic
def choose_messages(*, turns: str, news: str, by: User) -> Preference:
    """Take how somebody wants to get their messages; refuses (invalid) what is no choice, naming the field."""
    given = {Group.TURNS: turns, Group.NEWS: news}
    refuse_if(
        Kind.INVALID,
        [
            Reason("notice.no_such_way", {"value": value[:40]}, field=str(group))
            for group, value in given.items()
            if value not in CHOICES[group]
        ],
    )
    return Preference.objects.update_or_create(user=by, defaults={"turns": turns, "news": news})[0]


def _hint() -> None:
    transaction.on_commit(lambda: work_waits.send_robust(sender=None), robust=True)


def start_tick(*, keep: timedelta) -> TickRun:
    """Write down that a tick begins; forgets ticks older than `keep`."""
    now = clock.now()
    TickRun.objects.filter(started_at__lt=now - keep).delete()
    return TickRun.objects.create(started_at=now)


def finish_tick(run: TickRun, **found: Any) -> TickRun:
    """Write down what a tick did, and that it ended: the heartbeat that pages look at."""
    for name, value in found.items():
        setattr(run, name, value)
    run.finished_at = clock.now()
    run.save()
    return run


def try_again() -> tuple[int, int]:
    """Take up again what was given up, after its cause was mended; returns how many timers and mails."""
    now = clock.now()
    timers = Timer.objects.filter(fired_at=None, cancelled_at=None).exclude(dead_at=None)
    mails = Outbox.objects.filter(sent_at=None).exclude(dead_at=None)
    return (
        timers.update(dead_at=None, attempts=0, claimed_at=None, retry_at=None),
        mails.update(dead_at=None, attempts=0, next_at=now),
    )
