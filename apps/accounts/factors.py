"""The second factor: who needs one, whether this session has shown one, and codes that count once.

Whoever decides or administers needs one (`register_need`: offices say who that is). What a session has shown is
written into the session itself, so that no page asks the database; deciding asks again, through the confirmation.
"""

import hmac
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from apps.accounts.models import User
from apps.audit import clock

SHOWN = "factor_shown"
NEEDED = "factor_needed"
SINGLE_SIGN_ON = "sso"

_need: Callable[[Any, Any], bool] | None = None


def register_need(find: Callable[[Any, Any], bool]) -> None:
    """Take the function `decides_or_administers(user, at)`; offices register theirs when they are ready."""
    global _need
    _need = find


def needs_factor(user: User) -> bool:
    """Say whether this person decides or administers now, and so needs a second factor."""
    if not settings.ICTGOV_SECOND_FACTOR_REQUIRED or _need is None:
        return False
    return _need(user, clock.now())


def factor_of(request: HttpRequest) -> str:
    """Return which second factor this session has shown, or nothing."""
    return str(request.session.get(SHOWN, ""))


def is_missing(request: HttpRequest) -> bool:
    """Say whether this session's person needs a second factor that the session has not shown."""
    if not settings.ICTGOV_SECOND_FACTOR_REQUIRED:
        return False
    return bool(request.session.get(NEEDED)) and not factor_of(request)


def stamp(request: HttpRequest, user: User) -> None:
    """Write into a new session what it has shown, and whether that is needed."""
    shown = [
        str(record.get("type", "")) for record in get_authentication_records(request, user)
        if record.get("method") == "mfa"
    ]  # fmt: skip
    request.session[SHOWN] = shown[-1] if shown else getattr(request, "single_sign_on_factor", "")
    request.session[NEEDED] = needs_factor(user)


def app_was_set_up(request: HttpRequest, user: User) -> None:
    """The session in which an app was set up has shown it, and the code that set it up counts no more."""
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    kept.data["last_counter"] = max(totp.yield_hotp_counters_from_time())
    kept.save(update_fields=["data"])
    request.session[SHOWN] = str(Authenticator.Type.TOTP)


@transaction.atomic
def use_code(user: User, code: str) -> Authenticator | None:
    """Accept a code of the person's app or one of their recovery codes, once; None where it is wrong or used.

    The rows are locked, so that of two requests with the same code one is refused, whichever process has it.
    """
    typed = normalize_user_code(code)
    kept = Authenticator.objects.select_for_update().filter(
        user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    )
    for authenticator in kept.order_by("-type"):
        if authenticator.type == Authenticator.Type.TOTP:
            if _use_counter(authenticator, typed):
                return authenticator
        elif authenticator.wrap().validate_code(typed):
            return authenticator
    return None


def _use_counter(authenticator: Authenticator, typed: str) -> bool:
    """Accept a code whose thirty seconds lie after those of the last one that was accepted."""
    secret = decrypt(authenticator.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if hmac.compare_digest(expected.encode(), typed.encode("utf-8", "replace")):
            if counter <= authenticator.data.get("last_counter", -1):
                return False
            authenticator.data["last_counter"] = counter
            authenticator.save(update_fields=["data"])
            return True
    return False
