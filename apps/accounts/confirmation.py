"""Showing once more who one is, for one act: by password now, by passkey when sign-in brings it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache

from apps.accounts.models import User
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse

WRONG_PASSWORDS = 5
WRONG_PASSWORDS_SECONDS = 300


@dataclass(frozen=True)
class Confirmation:
    """That a person has just shown who they are, for one fingerprint: what was on their screen."""

    method: str
    at: datetime
    snapshot_hash: str
    user_id: UUID


def confirm_password(user: User, password: str, snapshot_hash: str) -> Confirmation:
    """Confirm an act by password, for the version whose fingerprint was shown.

    Refuses a wrong password, and for five minutes anything after five wrong ones; nothing locks for longer, so
    that nobody can keep a decider from deciding.
    """
    held = f"accounts.confirm.{user.pk}"
    if cache.get(held, 0) >= WRONG_PASSWORDS:
        refuse(Kind.NOT_ALLOWED, Reason("accounts.too_many_attempts", field="password"))
    if not user.is_active or not user.check_password(password):
        if not cache.add(held, 1, WRONG_PASSWORDS_SECONDS):
            cache.incr(held)
        refuse(Kind.NOT_ALLOWED, Reason("accounts.password_wrong", field="password"))
    cache.delete(held)
    return Confirmation("password", clock.now(), snapshot_hash, user.pk)
