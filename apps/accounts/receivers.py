"""What follows from signing in and out, and from what people change about it."""

from typing import Any
from uuid import UUID

from allauth.account.signals import authentication_step_completed, password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core import signing
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from apps.accounts import factors
from apps.accounts.devices import address_of, device_of
from apps.accounts.models import User
from apps.accounts.services import end_sign_ins, note_sign_in, note_sign_out
from apps.audit import clock, register

SIGNED_IN_AT = "signed_in_at"
SIGN_IN = "sign_in"


@receiver(user_logged_in)
def remember_sign_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Start the session's ten hours, note where it is and what it has shown, and hand the language to the answer."""
    request.session[SIGNED_IN_AT] = signing.TimestampSigner(salt=SIGNED_IN_AT).sign(get_random_string(12))
    request._language_to_keep = user.language  # type: ignore[attr-defined]
    request._known_from_now_on = user.email  # type: ignore[attr-defined]
    factors.stamp(request, user)
    if request.session.session_key is None:
        request.session.create()
    row = note_sign_in(
        by=user,
        session_key=str(request.session.session_key),
        device=device_of(request),
        address=address_of(request),
        factor=factors.factor_of(request),
    )
    request.session[SIGN_IN] = str(row)


def sign_in_of(request: HttpRequest) -> UUID | None:
    """Return the row of this session on the person's page."""
    kept = request.session.get(SIGN_IN)
    return UUID(kept) if kept else None


@receiver(user_logged_out)
def forget_sign_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Take the browser off the person's page."""
    row = sign_in_of(request)
    if user is not None and row is not None:
        note_sign_out(sign_in_id=row, by=user)


@receiver(authentication_step_completed)
def change_session_id(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Give the session a new id where a signed-in person has shown once more who they are."""
    if kwargs.get("reauthenticated"):
        request.session.cycle_key()


@receiver(password_changed)
@receiver(password_reset)
def end_others(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A new password ends every other session of the person."""
    own = sign_in_of(request) if request.user.is_authenticated else None
    with transaction.atomic():
        end_sign_ins(user=user, but=own, why="password", by=user)
        _record("accounts.password_changed", user)


@receiver(authenticator_added)
@receiver(authenticator_reset)
def note_factor(
    sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Write it down; the session in which a passkey was added has shown it (an app: `views.SetUpApp`)."""
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        request.session[factors.SHOWN] = str(authenticator.type)
    _record("accounts.factor_added", user, kind=str(authenticator.type))


@receiver(authenticator_removed)
def note_factor_removed(
    sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Write down that a second factor is gone."""
    _record("accounts.factor_removed", user, kind=str(authenticator.type))


def _record(verb: str, user: User, **facts: str) -> None:
    with transaction.atomic():
        register.record(
            verb=verb, by=user, obj_kind="user", obj_id=user.pk, occurred_at=clock.now(), facts=facts
        )
