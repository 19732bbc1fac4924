"""What is written about people: how they read, and that they confirm an act."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import ValidationError

from apps.accounts.choices import Language
from apps.accounts.models import User
from apps.accounts.models.user import validate_time_zone
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


def set_reading(*, user: User, language: str, time_zone: str | None = None, by: User) -> None:
    """Keep in which language and time zone a person reads; refuses what is no official language or zone."""
    if language not in Language.values:
        refuse(Kind.INVALID, Reason("accounts.language_unknown", {"language": language}, field="language"))
    user.language = language
    fields = ["language"]
    if time_zone is not None:
        try:
            validate_time_zone(time_zone)
        except ValidationError:
            refuse(Kind.INVALID, Reason("accounts.time_zone_unknown", {"zone": time_zone}, field="time_zone"))
        user.time_zone = time_zone
        fields.append("time_zone")
    user.save(update_fields=fields)
