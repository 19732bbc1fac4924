"""The REST framework's side of declared access."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.accounts.access import rule_of

if TYPE_CHECKING:  # the framework reads this module while its own views are being imported
    from rest_framework.views import APIView


class Declared(BasePermission):
    """Admits whom the view's declared rule admits; a view that declares nothing admits nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask the rule after sign-in by session or token."""
        rule = rule_of(type(view))  # type: ignore[arg-type]
        if rule is None:
            return False
        request._request.user = request.user
        return rule.admits(request._request)
