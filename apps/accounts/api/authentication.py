"""How the API knows who asks: the session of a browser, or a token of a service.

`request.auth` tells them apart: None for a session, the token otherwise. Deciding is refused to a token whatever
its holder may do on the pages: `decides_by_token(request)` is asked before the service is.
"""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from apps.audit.reasons import Kind, Reason, refuse


class BrowserSession(SessionAuthentication):
    """The session of a signed-in browser, with the proof against forged requests; 401 for nobody."""

    def authenticate_header(self, request: Request) -> str:
        """Name a challenge, so that nobody signed in is answered 401 and not 403."""
        return "Session"


class ServiceToken(TokenAuthentication):
    """A token, kept as a hash, valid for ninety days at most."""


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
