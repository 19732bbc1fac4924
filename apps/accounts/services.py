"""What is written about people: how they read, and that they confirm an act."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from knox.models import AuthToken

from apps.accounts.choices import Language
from apps.accounts.confirmation import Confirmation, confirm_password
from apps.accounts.models import User
from apps.accounts.models.user import validate_time_zone
from apps.audit import clock, register
from apps.audit.reasons import Kind, Reason, refuse

__all__ = ["Confirmation", "confirm_password", "issue_token", "revoke_tokens", "set_reading"]

LONGEST_TOKEN_DAYS = 90


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


@transaction.atomic
def issue_token(*, user: User, days: int, by: User | None) -> str:
    """Give a service account a token; its text is returned once and kept as a hash only.

    Refuses people (they sign in), closed accounts, and more than ninety days.
    """
    if not user.is_service or not user.is_active:
        refuse(Kind.NOT_ALLOWED, Reason("accounts.token_for_services_only"))
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        refuse(Kind.INVALID, Reason("accounts.token_too_long", {"days": LONGEST_TOKEN_DAYS}, field="days"))
    kept, text = AuthToken.objects.create(user, expiry=timedelta(days=days))
    register.record(
        verb="accounts.token_issued",
        by=by,
        obj_kind="user",
        obj_id=user.pk,
        occurred_at=clock.now(),
        facts={"days": days, "token": kept.token_key},
    )
    return str(text)


@transaction.atomic
def revoke_tokens(*, user: User, by: User | None) -> int:
    """End all tokens of a service account at once; return how many there were."""
    ended, _by_table = AuthToken.objects.filter(user=user).delete()
    if ended:
        register.record(
            verb="accounts.tokens_revoked",
            by=by,
            obj_kind="user",
            obj_id=user.pk,
            occurred_at=clock.now(),
            facts={"tokens": ended},
        )
    return ended
