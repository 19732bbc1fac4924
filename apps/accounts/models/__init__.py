"""The tables of people."""

from apps.accounts.models.user import User, UserManager

__all__ = ["User", "UserManager"]
