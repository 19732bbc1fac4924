"""How the sign-in library behaves here: nobody signs up, guesses are slow, secrets are kept closed."""

import base64
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse, SignupClosedException
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import factors, guard
from apps.accounts.models import User
from apps.accounts.services import note_failed_sign_in

logger = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, counts wrong passwords, and keeps the library's own notes out of the pages."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong passwords. Wait five minutes and try again. Where you have signed in before, you still can."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing on signing in and out: the page that follows shows it."""
        template = str(kwargs.get("message_template") or (args[0] if args else ""))
        if "logged_in" in template or "logged_out" in template:
            return
        super().add_message(request, level, *args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Hold an attempt that comes after too many wrong ones, before the password is looked at."""
        if guard.is_held(guard.attempt_of(request, str(credentials.get("email", "")))):
            request.is_held = True  # type: ignore[attr-defined]
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a wrong password."""
        attempt = guard.attempt_of(request, str(credentials.get("email", "")))
        note_failed_sign_in(attempt=attempt, by=None)

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Ask the password once more, of the one person who is signed in."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_login_stages(self) -> list[str]:
        """Put a stage of ours in the place of the library's: single sign-on may have shown the second factor."""
        return [
            "apps.accounts.stages.SecondFactorStage" if stage.endswith(".AuthenticateStage") else stage
            for stage in super().get_login_stages()
        ]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Name the ways to show once more who one is as the pages here name them."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use your passkey"),
        }
        return [
            {**way, "description": words[way["id"]]} for way in super().get_reauthentication_methods(user)
        ]

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the person by mail what was changed about their sign-in; a mail server that is away stops nothing."""
        try:
            super().send_notification_mail(template_prefix, user, context, email or user.email)
        except OSError as error:  # smtplib's errors are OSErrors
            logger.warning("notification_not_sent", error=type(error).__name__)


def _keys() -> MultiFernet:
    """The keys of second factors, from the portal's secret key, the old ones behind it."""

    def derive(secret: str | bytes) -> Fernet:
        expand = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ictgov second factors v1")
        return Fernet(base64.urlsafe_b64encode(expand.derive(force_bytes(secret))))

    return MultiFernet([derive(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


class FactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted, and names them in plain words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("The code is not right, or was used before. Take the next one."),
        "cannot_delete_authenticator": gettext_lazy(
            "You decide or administer, and this is your last one. Add another one first."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return the secret as it is kept."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret itself."""
        return _keys().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Keep the last second factor of whoever needs one."""
        others = type(authenticator).objects.filter(
            user_id=authenticator.user_id, type__in=["totp", "webauthn"]
        )
        return others.exclude(pk=authenticator.pk).exists() or not factors.needs_factor(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Propose a name for a new passkey."""
        return _("My passkey")


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Links a person of the identity provider to the one whom the administrator made: by verified address, or not."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse every sign-up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person by the verified address of the answer; anyone else is told that sign-up is closed."""
        if request.user.is_authenticated or sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("accounts:profile")))
        token = sociallogin.account.extra_data.get("id_token") or {}
        named = sociallogin.provider.app.settings["server_url"].split("/.well-known/")[0]
        if str(token.get("iss", "")).rstrip("/") != named.rstrip("/"):
            raise SignupClosedException  # somebody else's answer, whatever its metadata say
        if not sociallogin.is_existing:
            verified = {one.email.strip().lower() for one in sociallogin.email_addresses if one.verified}
            people = list(User.objects.filter(email__in=verified, is_active=True, is_service=False)[:2])
            if len(people) != 1:
                raise SignupClosedException
            sociallogin.connect(request, people[0])
        if sociallogin.user.is_service:
            raise SignupClosedException
        if _shown_by_provider(sociallogin.account.extra_data):
            request.single_sign_on_factor = factors.SINGLE_SIGN_ON  # type: ignore[attr-defined]


def _shown_by_provider(answer: dict[str, Any]) -> bool:
    """Say whether the provider's own token names a way of signing in that counts here as a second factor."""
    token = answer.get("id_token") or {}
    named = token.get("amr") or []
    named = [named] if isinstance(named, str) else list(named)
    return bool(set(settings.OIDC_SECOND_FACTORS) & {str(one) for one in (*named, token.get("acr", ""))})
