"""What happens around every page: declared access, language, and refusals that become pages."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from apps.accounts import access, errors
from apps.accounts.choices import Language, locale_of

LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
Respond = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Refuses a view that declares no access rule, and a person whom the rule does not admit."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.standing = SimpleLazyObject(lambda: access.standing_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let in, send to sign-in, or refuse."""
        rule = access.rule_of(view)
        if rule is None:
            if settings.DEBUG or getattr(settings, "ICTGOV_TESTING", False):
                raise ImproperlyConfigured(f"{view!r} declares no access rule (apps/accounts/access.py).")
            return errors.not_allowed(request)
        if not rule.sign_in or access.is_api_view(view):
            return None
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                response = HttpResponse(status=204)
                response["HX-Redirect"] = redirect_to_login(request.path).headers["Location"]
                return response
            return redirect_to_login(request.get_full_path())
        if rule.admits(request):
            return None
        return errors.not_allowed(request, rule=rule)


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
    """Chooses the language: the person's own, else the cookie's, else the browser's, else English."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        locale = self.locale_for(request)
        translation.activate(locale)
        request.LANGUAGE_CODE = locale
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    @staticmethod
    def locale_for(request: HttpRequest) -> str:
        """Return Django's locale, without a statement: the cookie follows the person's field."""
        key = request.COOKIES.get(LANGUAGE_COOKIE, "")
        if key in Language.values:
            return locale_of(key)
        return translation.get_language_from_request(request)
