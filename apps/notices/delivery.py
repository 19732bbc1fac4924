"""Sending what the outbox holds: at least once, at most once more for each kill between sending and marking.

The attempt and the next time are committed before a mail is handed over; the row is locked while it is, so that
no two send it, and a sender that dies lets go at once.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from apps.accounts.choices import Language
from apps.audit import clock
from apps.notices import queries, wording
from apps.notices.models import Outbox
from apps.notices.sweep import pause_after

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
    reader = mail.recipient
    words = wording.render(
        mail.code,
        mail.params,
        language=reader.language if reader else Language.ENGLISH,
        time_zone=reader.time_zone if reader else "UTC",
    )
    body = words.body
    if mail.link:
        body += f"\n\n{settings.ICTGOV_ADDRESS}{mail.link}"
    return EmailMessage(
        subject=one_line(words.subject),
        body=body + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[one_line(reader.email if reader else mail.address)],
        headers={
            "Message-ID": f"<{mail.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('> ') or 'localhost'}>",
            "Date": _date(mail),
            "Auto-Submitted": "auto-generated",
            "Content-Language": reader.language if reader else Language.ENGLISH,
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
                .select_related("recipient")
                .filter(pk=mail_id, sent_at=None, dead_at=None)
                .first()
            )
            if mail is None:
                return True  # another has it, and will say how it went
            if mail.recipient is not None and not mail.recipient.is_active:
                Outbox.objects.filter(pk=mail_id).update(dead_at=clock.now(), last_error="inactive")
                return True
            if not queries.is_still_for(mail, clock.now()):
                Outbox.objects.filter(pk=mail_id).update(dead_at=clock.now(), last_error="out of sight")
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


def _note_failure(mail_id: UUID, error: Exception) -> None:
    with transaction.atomic():
        now = clock.now()
        waiting = Outbox.objects.filter(pk=mail_id, sent_at=None)
        waiting.update(last_error=f"{type(error).__name__}: {error}"[:1000])
        if waiting.filter(not_before__lte=now - GIVE_UP_AFTER, attempts__gte=ATTEMPTS_AT_LEAST).update(
            dead_at=now
        ):
            logger.error("mail_given_up", mail=str(mail_id))
