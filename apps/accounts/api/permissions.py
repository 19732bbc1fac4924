"""The REST framework's side of declared access."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.accounts.access import rule_of
from apps.accounts.factors import is_missing
from apps.audit.reasons import Kind, Reason, refuse

if TYPE_CHECKING:  # the framework reads this module while its own views are being imported
    from rest_framework.views import APIView


class Declared(BasePermission):
    """Admits whom the view's declared rule admits; a view that declares nothing admits nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask the rule after sign-in; refuses a session without the factor it needs, and a token beyond its scopes."""
        from apps.accounts.api.authentication import scope_refused

        rule = rule_of(type(view))  # type: ignore[arg-type]
        if rule is None:
            return False
        request._request.user = request.user
        if not rule.admits(request._request):
            return False
        if request.auth is None and rule.factor and is_missing(request._request):
            refuse(Kind.NOT_ALLOWED, Reason("accounts.second_factor_missing"))
        if scope_refused(request, view):
            refuse(Kind.NOT_ALLOWED, Reason("accounts.token_scope"))
        return True
