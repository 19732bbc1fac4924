"""What follows from signing in: the session knows since when, and pages come in the person's own language."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import get_random_string

SIGNED_IN_AT = "signed_in_at"


@receiver(user_logged_in)
def remember_sign_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Start the session's ten hours, and hand the language to the answer."""
    request.session[SIGNED_IN_AT] = signing.TimestampSigner(salt=SIGNED_IN_AT).sign(get_random_string(12))
    request._language_to_keep = user.language  # type: ignore[attr-defined]
