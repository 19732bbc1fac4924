"""Sending what the outbox holds: at least once, at most once more for each kill between sending and marking.

The attempt and the next time are committed before a mail is handed over; the row is locked while it is, so that
no two send it, and a sender that dies lets go at once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.choices import Language, locale_of
from apps.audit import clock
from apps.notices import queries, wording
from apps.notices.models import Outbox
from apps.notices.sweep import pause_after
from apps.notices.ways import Group, Way, group_of, next_morning, way_of

logger = structlog.get_logger(__name__)

ONE_CLAIMS = 7_310_661_766  # the key of the advisory lock
GIVE_UP_AFTER = timedelta(hours=72)
ATTEMPTS_AT_LEAST = 20  # a mail that waited out three days of silence is tried like any other
FAILURES_IN_A_ROW = 3
MAILS_A_TICK = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass
class Delivered:
    """What a drain did."""

    sent: int = 0
    failed: int = 0


def drain_outbox(limit: int = MAILS_A_TICK) -> Delivered:
    """Send at most `limit` mails that are due; stop after three failures in a row, as the server is then down."""
    done = Delivered()
    in_a_row = 0
    backend = get_connection()
    while done.sent + done.failed < limit and in_a_row < FAILURES_IN_A_ROW:
        mail_id = _claim()
        if mail_id is None:
            break
        if _send(mail_id, backend):
            done.sent += 1
            in_a_row = 0
        else:
            done.failed += 1
            in_a_row += 1
    try:
        backend.close()
    except Exception:
        logger.warning("mail_connection_not_closed", exc_info=True)
    return done


def message_of(mail: Outbox) -> EmailMessage:
    """The mail in its reader's language, with the Message-ID that it always has, on one line in every header."""
    subject, body = _text_of(mail)
    if mail.recipient is not None and group_of(mail.code) == Group.NEEDED:
        body += f"\n\n{_said_to(mail, NEEDED_WORDS)}"
    # programs that read mail put those of one case together
    case = {"References": f"<case-{mail.case_id}@{_domain()}>"} if mail.case_id else {}
    return _message(mail, subject, body, message_id=str(mail.pk), headers=case)


def daily_message(first: Outbox, mails: Sequence[Outbox]) -> EmailMessage:
    """Everything that waited for the reader's morning, in one mail."""
    parts = ["\n".join(_text_of(mail)) for mail in mails]
    parts.append(f"{_said_to(first, DAILY_WORDS)}\n{settings.ICTGOV_ADDRESS}{reverse('notices:preferences')}")
    with translation.override(locale_of(_language_of(first))):
        count = len(mails)
        subject = ngettext("Your day: %(n)d message", "Your day: %(n)d messages", count) % {"n": count}
    return _message(first, subject, "\n\n".join(parts), message_id=f"daily-{mails[0].pk}")


NEEDED_WORDS = _("You get this whatever you chose, as the rules of the review need it.")
DAILY_WORDS = _("These come once a day. Where you choose what comes when:")


def _language_of(mail: Outbox) -> str:
    return mail.recipient.language if mail.recipient else Language.ENGLISH


def _said_to(mail: Outbox, words: str | Promise) -> str:
    with translation.override(locale_of(_language_of(mail))):
        return str(words)


def _text_of(mail: Outbox) -> tuple[str, str]:
    """Subject and body in the reader's language, with where it leads."""
    zone = mail.recipient.time_zone if mail.recipient else "UTC"
    words = wording.render(mail.code, mail.params, language=_language_of(mail), time_zone=zone)
    link = f"\n\n{settings.ICTGOV_ADDRESS}{mail.link}" if mail.link else ""
    return words.subject, words.body + link


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"


def _message(
    mail: Outbox, subject: str, body: str, *, message_id: str, headers: Mapping[str, str] | None = None
) -> EmailMessage:
    return EmailMessage(
        subject=one_line(subject),
        body=body + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[one_line(mail.recipient.email if mail.recipient else mail.address)],
        headers={
            "Message-ID": f"<{message_id}@{_domain()}>",
            "Date": _date(mail),
            "Auto-Submitted": "auto-generated",
            "Content-Language": _language_of(mail),
            **(headers or {}),
        },
    )


def one_line(text: str) -> str:
    """A text that cannot start a header of its own: control and direction characters become blanks."""
    return " ".join(_CONTROL.sub(" ", text).split())[:250]


def _date(mail: Outbox) -> str:
    from email.utils import format_datetime

    return format_datetime(mail.not_before)


def _claim() -> UUID | None:
    with transaction.atomic():
        with (
            connection.cursor() as cursor
        ):  # as in the sweep: an older snapshot must not lock what is claimed
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_CLAIMS])
        now = clock.now()
        mail = (
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(sent_at=None, dead_at=None, next_at__lte=now)
            .order_by("next_at", "id")
            .only("id", "attempts")
            .first()
        )
        if mail is None:
            return None
        Outbox.objects.filter(pk=mail.pk).update(
            attempts=mail.attempts + 1, next_at=now + pause_after(mail.attempts + 1)
        )
        return mail.pk


def _send(mail_id: UUID, backend: BaseEmailBackend) -> bool:
    try:
        with transaction.atomic():
            mail = (
                Outbox.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("recipient__message_preference")
                .filter(pk=mail_id, sent_at=None, dead_at=None)
                .first()
            )
            if mail is None:
                return True  # another has it, and will say how it went
            if mail.recipient is not None and not mail.recipient.is_active:
                Outbox.objects.filter(pk=mail_id).update(dead_at=clock.now(), last_error="inactive")
                return True
            if mail.is_daily:
                return _send_daily(mail, backend)
            if not queries.is_still_for(mail, clock.now()):
                Outbox.objects.filter(pk=mail_id).update(dead_at=clock.now(), last_error="out of sight")
                return True
            if (way := _way_of(mail)) != Way.AT_ONCE:
                _put_off(mail, way)
                return True
            message = message_of(mail)
            message.connection = backend
            message.send()
            Outbox.objects.filter(pk=mail_id).update(sent_at=clock.now(), last_error="")
    except Exception as error:  # whatever it was, the mail stays in the outbox
        logger.warning("mail_failed", mail=str(mail_id), exc_info=True)
        _note_failure(mail_id, error)
        return False
    return True


def _way_of(mail: Outbox) -> Way:
    """What the reader chose; an address that is nobody's gets everything at once."""
    if mail.recipient is None:
        return Way.AT_ONCE
    return way_of(mail.code, getattr(mail.recipient, "message_preference", None))


def _put_off(mail: Outbox, way: Way) -> None:
    """Leave a message to the page, where it stands already, or to the next daily mail of its reader; from then on it
    waits for that morning, and is not late before it."""
    row = Outbox.objects.filter(pk=mail.pk)
    if way == Way.PAGE or mail.recipient is None:
        row.delete()
        return
    at = next_morning(clock.now(), mail.recipient.time_zone)
    row.update(is_daily=True, not_before=at, next_at=at, attempts=0)


def _send_daily(first: Outbox, backend: BaseEmailBackend) -> bool:
    """One mail with everything that waits for the reader's morning, less what they may read no longer."""
    now = clock.now()
    waiting = list(
        Outbox.objects.select_for_update(of=("self",))
        .filter(recipient=first.recipient, is_daily=True, not_before__lte=now, sent_at=None, dead_at=None)
        .order_by("created_at", "id")
    )
    shown = [mail for mail in waiting if queries.is_still_for(mail, now)]
    Outbox.objects.filter(pk__in={one.pk for one in waiting} - {one.pk for one in shown}).update(
        dead_at=now, last_error="out of sight"
    )
    if shown:
        message = daily_message(first, shown)
        message.connection = backend
        message.send()
        Outbox.objects.filter(pk__in=[one.pk for one in shown]).update(sent_at=now, last_error="")
    return True


def _note_failure(mail_id: UUID, error: Exception) -> None:
    with transaction.atomic():
        now = clock.now()
        waiting = Outbox.objects.filter(pk=mail_id, sent_at=None)
        waiting.update(last_error=f"{type(error).__name__}: {error}"[:1000])
        if waiting.filter(not_before__lte=now - GIVE_UP_AFTER, attempts__gte=ATTEMPTS_AT_LEAST).update(
            dead_at=now
        ):
            logger.error("mail_given_up", mail=str(mail_id))
