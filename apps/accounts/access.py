"""Declared access: every page and every endpoint says who may come in, before it does anything.

    @access(signed_in)
    def my_work(request): ...

    @access(role("auditor", "cito"))
    class RegisterList(ListView): ...

Rules: `public`, `signed_in`, `role(...)`, `by_service` (signed in; the service that is called decides), `enrolling`
(signed in, also before the second factor is set up). A view that declares none is refused by the middleware: an
error under tests and in debugging, "not allowed" in production. Visibility of single objects is never a matter of
this room: it lives in the query, and what one may not see is "not found".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.accounts.models import User

Declared = TypeVar("Declared")


@dataclass(frozen=True)
class Rule:
    """Who may come in. `roles` is empty where any signed-in person may; `factor`: not before the second factor that
    whoever decides or administers needs."""

    name: str
    sign_in: bool = True
    factor: bool = True
    roles: frozenset[str] = field(default_factory=frozenset)

    def admits(self, request: HttpRequest) -> bool:
        """Say whether this request's person may come in (the person is signed in where the rule wants it)."""
        if not self.sign_in:
            return True
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return False
        if not self.roles:
            return True
        standing = standing_of(request)
        return standing is not None and any(standing.has(name) for name in self.roles)


public = Rule("public", sign_in=False)
signed_in = Rule("signed_in")
by_service = Rule("by_service")
enrolling = Rule("enrolling", factor=False)


def role(*names: str) -> Rule:
    """Return the rule that opens a page to the holders of any of these roles."""
    if not names:
        raise ValueError("role() names at least one role.")
    return Rule("role", roles=frozenset(names))


def access(rule: Rule) -> Callable[[Declared], Declared]:
    """Declare the rule of a view function, a class-based view, an API view or a view set."""

    def declare(view: Declared) -> Declared:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return declare


def person_of(request: Any) -> User:
    """Return the person whom a view's rule has let in; for code that runs behind `signed_in` or more."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


# The views of libraries, which cannot carry the decorator: by the name of their module and of themselves.
_DECLARED_BY_NAME: dict[str, Rule] = {}


def declare_views(rule: Rule, names: Iterable[str]) -> None:
    """Declare the rule of views that others wrote, each as `module.Name`."""
    for name in names:
        _DECLARED_BY_NAME[name] = rule


def rule_of(callback: Callable[..., Any]) -> Rule | None:
    """Return what a view declares, or None. A class's own declaration is inherited by its subclasses."""
    for candidate in (
        callback,
        getattr(callback, "view_class", None),
        getattr(callback, "cls", None),
    ):
        rule = getattr(candidate, "access_rule", None)
        if isinstance(rule, Rule):
            return rule
    for candidate in (getattr(callback, "view_class", None), getattr(callback, "cls", None), callback):
        if candidate is not None:
            name = f"{candidate.__module__}.{getattr(candidate, '__qualname__', type(candidate).__name__)}"
            if name in _DECLARED_BY_NAME:
                return _DECLARED_BY_NAME[name]
    return None


def is_api_view(callback: Callable[..., Any]) -> bool:
    """Say whether the REST framework serves this view, which then checks the rule after its own sign-in."""
    from rest_framework.views import APIView

    candidate = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    return isinstance(candidate, type) and issubclass(candidate, APIView)


# Offices are to the left of people, so they hand over the function that answers "which posts, which roles".
_standing: Callable[[Any, Any], Any] | None = None


def register_standing(find: Callable[[Any, Any], Any]) -> None:
    """Take the function `standing_of(user, at)`; offices register theirs when they are ready."""
    global _standing
    _standing = find


def standing_of(request: HttpRequest) -> Any:
    """Return the standing of this request's person, asked once a request; None for nobody.

    It serves pages and permissions before the lock only; after the lock, authority is read anew (seam 12).
    """
    held = request.__dict__.get("_standing_held")
    if held is not None:
        return held
    user = getattr(request, "user", None)
    if _standing is None or user is None or not user.is_authenticated:
        return None
    from apps.audit import clock

    request._standing_held = _standing(user, clock.now())  # type: ignore[attr-defined]
    return request._standing_held  # type: ignore[attr-defined]
