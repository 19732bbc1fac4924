"""What happens around every page: declared access, language, sessions, and refusals that become pages."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from apps.accounts import access, errors, factors, guard
from apps.accounts.choices import Language, locale_of
from apps.accounts.models import SignIn
from apps.accounts.receivers import SIGNED_IN_AT, sign_in_of
from apps.audit import clock

LANGUAGE_COOKIE = "language"
SEEN_COOKIE = "seen"
SEEN_SECONDS = 60
ASKED_BY_ITSELF = "X-Asked-By-Itself"  # a part of a page that asks anew by itself: nobody is doing anything
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
        if access.is_api_view(view):
            return None
        user = request.user
        if not rule.sign_in:
            if settings.SESSION_COOKIE_NAME in request.COOKIES and user.is_authenticated:
                timezone.activate(user.zone)
            return None
        if not user.is_authenticated:
            return to_sign_in(request)
        timezone.activate(user.zone)
        if rule.factor and factors.is_missing(request):
            return to_second_factor(request)
        if rule.admits(request):
            return None
        return errors.not_allowed(request, rule=rule)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """Lead whoever decides or administers to the page where a second factor is set up; nothing else opens."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("mfa_index")
        return response
    return HttpResponseRedirect(reverse("mfa_index"))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to sign-in, and from there back to what was asked (to the page itself after a form was sent)."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = redirect_to_login("/")["Location"]
        return response
    return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else request.path)


class SessionMiddleware:
    """Ends a session after ten hours, and after thirty minutes in which nobody did anything.

    Both are stamps signed with their time (the wall clock's, because a clock that is set for a demonstration
    must not sign people out): the first lies in the session, the second in a cookie that is renewed at most once
    a minute, so that no page writes to the database for it.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        had_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
        stamp = request.session.get(SIGNED_IN_AT) if had_cookie else None
        key = request.session.session_key if stamp is not None else None
        renew = False
        if stamp is not None:
            if self.is_over(request, stamp):
                logout(request)
                stamp = None
            elif not request.headers.get(ASKED_BY_ITSELF):
                renew = not self.is_fresh(request.COOKIES.get(SEEN_COOKIE, ""), SEEN_COOKIE, SEEN_SECONDS)
        response = self.get_response(request)
        if stamp is not None and key is not None:
            self.keep_row(request, key, seen=renew and not self.is_fresh(stamp, SIGNED_IN_AT, SEEN_SECONDS))
        if renew and stamp is not None:
            self.set_cookie(
                response, SEEN_COOKIE, signing.TimestampSigner(salt=SEEN_COOKIE).sign(stamp.split(":")[0])
            )
        name = getattr(request, "_known_from_now_on", None)
        if name:
            self.set_cookie(
                response, guard.DEVICE_COOKIE, guard.device_cookie(request, name), guard.DEVICE_SECONDS
            )
        return response

    @staticmethod
    def set_cookie(response: HttpResponse, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie that no script reads."""
        response.set_cookie(
            name, value, max_age=seconds, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )

    @staticmethod
    def keep_row(request: HttpRequest, key: str, *, seen: bool) -> None:
        """Bring the person's page of sessions up to date: at most once a minute, or where the id has changed."""
        changed: dict[str, Any] = {}
        now = request.session.session_key
        if now != key and now is not None and request.session.get(SIGNED_IN_AT):
            changed["session_key"] = now
        if seen:
            changed["seen_at"] = clock.now()
        row = sign_in_of(request) if changed else None
        if row is not None:
            SignIn.objects.filter(pk=row).update(**changed)

    def is_over(self, request: HttpRequest, stamp: str) -> bool:
        """Say whether this session is ten hours old, or was left alone for too long."""
        if not self.is_fresh(stamp, SIGNED_IN_AT, settings.ICTGOV_SESSION_SECONDS):
            return True
        seen = request.COOKIES.get(SEEN_COOKIE, "")
        if seen.split(":")[0] != stamp.split(":")[0]:  # none yet, another session's, or taken away
            return not self.is_fresh(stamp, SIGNED_IN_AT, settings.ICTGOV_IDLE_SECONDS)
        return not self.is_fresh(seen, SEEN_COOKIE, settings.ICTGOV_IDLE_SECONDS)

    @staticmethod
    def is_fresh(signed: str, salt: str, seconds: int) -> bool:
        """Say whether a stamp is ours and at most so many seconds old."""
        try:
            signing.TimestampSigner(salt=salt).unsign(signed, max_age=seconds)
        except signing.BadSignature:
            return False
        return True


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
    """Chooses the language: the cookie, which follows the person's choice, else the browser's, else English."""

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
