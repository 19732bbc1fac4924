"""How the sign-in library behaves here: nobody signs up, people come from the administrator."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, and keeps the library's own notes out of the pages."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing on signing in and out: the page that follows shows it."""
        template = str(kwargs.get("message_template") or (args[0] if args else ""))
        if "logged_in" in template or "logged_out" in template:
            return
        super().add_message(request, level, *args, **kwargs)
