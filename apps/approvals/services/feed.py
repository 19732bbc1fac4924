"""The calendar of one's due dates: its secret address is made, replaced and ended by whose it is."""

from __future__ import annotations

import secrets

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.models import CalendarFeed
from apps.audit import clock
from apps.audit.canonical import sha256_hex


@transaction.atomic
def make_feed(*, by: User) -> str:
    """Make a new secret for one's calendar, and answer it: this once, as only its fingerprint is kept. An address
    that was made before opens nothing from now on."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=by, defaults={"token_hash": sha256_hex(secret), "made_at": clock.now()}
    )
    return secret


def end_feed(*, by: User) -> None:
    """Let the address of one's calendar open nothing any more."""
    CalendarFeed.objects.filter(user=by).delete()
