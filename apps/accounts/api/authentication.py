"""How the API knows who asks: the session of a browser, or a token of a service.

`request.auth` tells them apart: None for a session, the token otherwise. Deciding is refused to a token whatever
its holder may do on the pages: `decides_by_token(request)` is asked before the service is.
"""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.choices import TokenScope
from apps.accounts.devices import address_of
from apps.accounts.models import TokenTerms, User
from apps.accounts.services import note_token_used
from apps.audit.reasons import Kind, Reason, refuse

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class BrowserSession(SessionAuthentication):
    """The session of a signed-in browser, with the proof against forged requests; 401 for nobody."""

    def authenticate_header(self, request: Request) -> str:
        """Name a challenge, so that nobody signed in is answered 401 and not 403."""
        return "Session"


class ServiceToken(TokenAuthentication):
    """A token, kept as a hash, valid for ninety days at most, used from its networks only."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        """Return who the token acts as, and the token with its terms; an answer of 401 tells nothing more."""
        found = super().authenticate(request)
        if found is None:
            return None
        user, token = found
        terms = TokenTerms.objects.filter(token=token).first()
        if terms is None or not terms.admits_address(address_of(request._request) or ""):
            raise AuthenticationFailed(_("Invalid token."))
        token.terms = terms
        note_token_used(terms=terms, by=user)
        return user, token


def scope_refused(request: Request, view: object) -> bool:
    """Say whether a token asks for more than its scopes: reading, writing, or what a view names (`token_scope`)."""
    if not is_by_token(request):
        return False
    default = TokenScope.READ if request.method in SAFE_METHODS else TokenScope.SUBMIT
    wanted = getattr(view, "token_scope", default)
    token: Any = request.auth
    return str(wanted) not in token.terms.scopes


class ServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names the token."""

    target_class = "apps.accounts.api.authentication.ServiceToken"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the header in which the token stands."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <value>"}


class BrowserSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names the session."""

    target_class = "apps.accounts.api.authentication.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the cookie of the session."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def is_by_token(request: Request) -> bool:
    """Say whether a token, and no signed-in browser, sent this request."""
    return request.auth is not None


def refuse_token(request: Request) -> None:
    """Refuse what only a person at a browser may do: deciding."""
    if is_by_token(request):
        refuse(Kind.NOT_ALLOWED, Reason("accounts.token_cannot_decide"))
