"""The steps of signing in that are ours."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest


class SecondFactorStage(AuthenticateStage):
    """Asks whoever has a second factor for it, unless single sign-on has shown one that counts."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if getattr(request, "single_sign_on_factor", ""):
            return False
        return bool(super()._should_handle(request))
