"""The tables of people."""

from apps.accounts.models.signing_in import FailedSignIn, SignIn
from apps.accounts.models.token import TokenTerms
from apps.accounts.models.user import User, UserManager

__all__ = ["FailedSignIn", "SignIn", "TokenTerms", "User", "UserManager"]
