"""What is written about people: how they read, where they are signed in, tokens; and that they confirm an act."""

from apps.accounts.confirmation import Confirmation, confirm_code, confirm_passkey, confirm_password
from apps.accounts.services.reading import set_reading
from apps.accounts.services.signing_in import (
    end_sign_in,
    end_sign_ins,
    forget_old_sign_ins,
    note_failed_sign_in,
    note_sign_in,
    note_sign_out,
)
from apps.accounts.services.tokens import issue_token, note_token_used, revoke_token, revoke_tokens

__all__ = [
    "Confirmation",
    "confirm_code",
    "confirm_passkey",
    "confirm_password",
    "end_sign_in",
    "end_sign_ins",
    "forget_old_sign_ins",
    "issue_token",
    "note_failed_sign_in",
    "note_sign_in",
    "note_sign_out",
    "note_token_used",
    "revoke_token",
    "revoke_tokens",
    "set_reading",
]
