"""What happens around every page: declared access, language, sessions, and refusals that become pages."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from apps.accounts import access, errors
from apps.accounts.choices import Language, locale_of
from apps.accounts.receivers import SIGNED_IN_AT

LANGUAGE_COOKIE = "language"
SEEN_COOKIE = "seen"
YEAR = 365 * 24 * 60 * 60
Respond = Callable[[HttpRequest], HttpResponse]


def keep_cookie(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice of the look in the browser for a year; no script reads it."""
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )


class AccessMiddleware:
    """Refuses a view that declares no access rule, and a person whom the rule does not admit."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.standing = SimpleLazyObject(lambda: access.standing_of(request))  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let in, send to sign-in, or refuse; and show dates in the person's own time zone."""
        rule = access.rule_of(view)
        if rule is None:
            if settings.DEBUG or settings.ICTGOV_TESTING:
                raise ImproperlyConfigured(f"{view!r} declares no access rule (apps/accounts/access.py).")
            return errors.not_allowed(request)
        if not rule.sign_in or access.is_api_view(view):
            return None
        user = request.user
        if not user.is_authenticated:
            return to_sign_in(request)
        timezone.activate(user.zone)
        if rule.admits(request):
            return None
        return errors.not_allowed(request, rule=rule)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to sign-in, and from there back to what was asked (to the page itself after a form was sent)."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = redirect_to_login("/")["Location"]
        return response
    return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else request.path)


class SessionMiddleware:
    """Ends a session after ten hours, and after thirty minutes in which nobody did anything.

    The last act is in a signed cookie, written at most once a minute, so that no page writes to the database.
    Wall-clock time, not the portal's clock: a demonstration whose clock is set must not sign people out.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        started = (
            request.session.get(SIGNED_IN_AT) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        )
        seen = None
        if started is not None:
            seen = self.seen_at(request)
            idle = seen is not None and now - seen > settings.ICTGOV_IDLE_SECONDS
            if idle or now - started > settings.ICTGOV_SESSION_SECONDS:
                logout(request)
                started = None
        response = self.get_response(request)
        if started is not None and (seen is None or now - seen >= 60):
            response.set_cookie(
                SEEN_COOKIE,
                signing.dumps([now, started], salt="accounts.seen"),
                samesite="Lax",
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    @staticmethod
    def seen_at(request: HttpRequest) -> int | None:
        """Return when this session last did something; None if this browser does not tell of this session."""
        try:
            seen, started = signing.loads(request.COOKIES.get(SEEN_COOKIE, ""), salt="accounts.seen")
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return int(seen) if started == request.session.get(SIGNED_IN_AT) else None


class RefusalMiddleware:
    """Turns a refusal of a service into the page that says what, why, what to do and who can."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else goes its way."""
        return errors.page_for(request, exception)


class LanguageMiddleware:
    """Chooses the language: the cookie, which follows the person's own choice, else the browser's, else English."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        locale = self.locale_for(request)
        translation.activate(locale)
        request.LANGUAGE_CODE = locale
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-Hans" if locale == "zh-hans" else locale)
        language = getattr(request, "_language_to_keep", None)
        if language:
            keep_cookie(request, response, LANGUAGE_COOKIE, language)
        return response

    @staticmethod
    def locale_for(request: HttpRequest) -> str:
        """Return Django's locale, without a statement."""
        key = request.COOKIES.get(LANGUAGE_COOKIE, "")
        if key in Language.values:
            return locale_of(key)
        return translation.get_language_from_request(request)
