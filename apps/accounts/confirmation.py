"""Showing once more who one is, for one act: by passkey, by a code of one's app, or by password.

Each way yields a `Confirmation` for the fingerprint of what was on the screen. By passkey, the fingerprint is part
of the challenge that the passkey signs, so that what was signed can be nothing else.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from fido2.webauthn import UserVerificationRequirement

from apps.accounts import factors
from apps.accounts.models import User
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse

WRONG_PASSWORDS = 5
WRONG_PASSWORDS_SECONDS = 300
STATE = "confirm_by_passkey"


@dataclass(frozen=True)
class Confirmation:
    """That a person has just shown who they are, for one fingerprint: what was on their screen.

    `factor` is the second factor that the session, or the confirmation itself, has shown; empty for none.
    """

    method: str
    at: datetime
    snapshot_hash: str
    user_id: UUID
    factor: str = ""


def _count_wrong(user: User, field: str) -> str:
    held = f"accounts.confirm.{user.pk}"
    if cache.get(held, 0) >= WRONG_PASSWORDS:
        refuse(Kind.NOT_ALLOWED, Reason("accounts.too_many_attempts", field=field))
    return held


def _one_more_wrong(held: str) -> None:
    if not cache.add(held, 1, WRONG_PASSWORDS_SECONDS):
        cache.incr(held)


def confirm_password(user: User, password: str, snapshot_hash: str, *, factor: str = "") -> Confirmation:
    """Confirm an act by password, for the version whose fingerprint was shown.

    Refuses a wrong password, and for five minutes anything after five wrong ones; nothing locks for longer, so
    that nobody can keep a decider from deciding.
    """
    held = _count_wrong(user, "password")
    if not user.is_active or not user.check_password(password):
        _one_more_wrong(held)
        refuse(Kind.NOT_ALLOWED, Reason("accounts.password_wrong", field="password"))
    cache.delete(held)
    return Confirmation("password", clock.now(), snapshot_hash, user.pk, factor)


def confirm_code(user: User, code: str, snapshot_hash: str) -> Confirmation:
    """Confirm an act by a code of the person's app (or a recovery code), which counts once.

    Refuses a wrong or used code, and for five minutes anything after five wrong ones.
    """
    held = _count_wrong(user, "code")
    found = factors.use_code(user, code) if user.is_active else None
    if found is None:
        _one_more_wrong(held)
        refuse(Kind.NOT_ALLOWED, Reason("accounts.code_wrong", field="code"))
    cache.delete(held)
    return Confirmation(str(found.type), clock.now(), snapshot_hash, user.pk, str(found.type))


# By passkey -------------------------------------------------------------------------------------------------------


def has_passkey(user: User) -> bool:
    """Say whether the person has a passkey here."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def passkey_challenge(request: HttpRequest, user: User, snapshot_hash: str) -> str:
    """Return, as JSON for the browser, what the person's passkey is asked to sign: nothing where there is none.

    The challenge is chance and the fingerprint of what is shown, hashed together; the session keeps it for one use.
    """
    credentials = webauthn.get_credentials(user)
    if not credentials:
        return ""
    chance = secrets.token_bytes(32)
    options, state = webauthn.get_server().authenticate_begin(
        credentials=credentials,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_bound(chance, snapshot_hash),
    )
    request.session[STATE] = {"state": state, "chance": chance.hex(), "at": clock.now().isoformat()}
    return json.dumps(dict(options))


def _bound(chance: bytes, snapshot_hash: str) -> bytes:
    return hashlib.sha256(b"ictgov.decision.v1\x00" + chance + snapshot_hash.encode()).digest()


def confirm_passkey(request: HttpRequest, user: User, credential: str, snapshot_hash: str) -> Confirmation:
    """Confirm an act by what the person's passkey has signed: a challenge made of this very fingerprint.

    Refuses another's passkey, another fingerprint than the one that was shown, and the same answer a second time.
    The confirmation is as old as the challenge, so that the engine's five minutes begin at what was shown.
    """
    kept: dict[str, Any] = request.session.pop(STATE, None) or {}
    if not kept or not user.is_active:
        refuse(Kind.NOT_ALLOWED, Reason("accounts.passkey_wrong", field="password"))
    challenge = _bound(bytes.fromhex(kept["chance"]), snapshot_hash)
    state = {**kept["state"], "challenge": webauthn_text(challenge)}
    try:
        answer = json.loads(credential)
        webauthn.parse_authentication_response(answer)
        webauthn.get_server().authenticate_complete(state, webauthn.get_credentials(user), answer)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, ValidationError):
        refuse(Kind.NOT_ALLOWED, Reason("accounts.passkey_wrong", field="password"))
    at = datetime.fromisoformat(kept["at"])
    return Confirmation("passkey", at, snapshot_hash, user.pk, "webauthn")


def webauthn_text(value: bytes) -> str:
    """Return bytes as the browser writes them: base64 for addresses, without padding."""
    from fido2.utils import websafe_encode

    return str(websafe_encode(value))
