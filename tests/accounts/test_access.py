"""Declared access: who may come in is said before anything is done, and a view that says nothing is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts.access import access, by_service, public, role, rule_of, signed_in
from apps.accounts.api.permissions import Declared
from apps.accounts.middleware import AccessMiddleware
from apps.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user(
        email="amara@example.org", password="correct horse battery", full_name="Amara"
    )


def views(patterns: Any = None) -> Iterator[tuple[str, Any]]:
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.pattern), pattern.callback


def test_every_address_declares_who_may_come_in() -> None:
    assert [address for address, view in views() if rule_of(view) is None] == []


def test_a_public_address_is_one_of_these() -> None:
    found = sorted(address for address, view in views() if rule_of(view) == public)
    assert found == sorted(
        [
            "initiatives/<uuid:pk>/draft/<slug:section>/",  # keeps what was typed, and sends to sign-in itself
            "calendar/<str:secret>.ics",  # a calendar cannot sign in: its address is the secret
            "language/",
            "theme/",
            "density/",
            "sign-in/as/",
            "sign-in/",
            "sign-in/code/",  # between the password and the second factor, nobody is signed in yet
            "sign-in/sso/error/",
            "sign-in/sso/cancelled/",
            "sign-in/<slug:provider_id>/",
            "sign-in/<slug:provider_id>/back/",
            "sign-out/",
            "sign-in/inactive/",
            "sign-up/",
            "password/forgotten/",
            "password/forgotten/sent/",
            "^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            "password/new/done/",
        ]
    )


def test_every_endpoint_asks_the_declared_rule() -> None:
    """The middleware leaves endpoints to the REST framework, so each must ask there."""
    endpoints = [(address, view.cls) for address, view in views() if hasattr(view, "cls")]
    silent = [address for address, view in endpoints if Declared not in view.permission_classes]
    assert silent == []
    assert len(endpoints) >= 3


def nothing_declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def test_a_view_that_declares_nothing_is_an_error_under_tests(rf: RequestFactory, person: User) -> None:
    request = rf.get("/")
    request.user = person
    with pytest.raises(ImproperlyConfigured, match="declares no access rule"):
        AccessMiddleware(nothing_declared).process_view(request, nothing_declared, (), {})


def test_a_view_that_declares_nothing_is_closed_in_production(
    rf: RequestFactory, person: User, settings: Any
) -> None:
    settings.ICTGOV_TESTING = False
    settings.DEBUG = False
    request = rf.get("/")
    request.user = person
    answer = AccessMiddleware(nothing_declared).process_view(request, nothing_declared, (), {})
    assert answer is not None
    assert answer.status_code == 403


class Standing:
    def __init__(self, *roles: str) -> None:
        self.held = roles

    def has(self, name: str, office_id: Any = None) -> bool:
        return name in self.held


@pytest.mark.parametrize(
    ("rule", "held", "admitted"),
    [
        (public, (), True),
        (signed_in, (), True),
        (by_service, (), True),
        (role("auditor"), (), False),
        (role("auditor"), ("cito",), False),
        (role("auditor", "cito"), ("cito",), True),
    ],
)
def test_a_rule_admits_by_role(
    rf: RequestFactory, person: User, rule: Any, held: Any, admitted: bool
) -> None:
    request = rf.get("/")
    request.user = person
    request._standing_held = Standing(*held)
    assert rule.admits(request) is admitted


def test_a_rule_admits_nobody_whose_account_is_closed(rf: RequestFactory, person: User) -> None:
    person.is_active = False
    request = rf.get("/")
    request.user = person
    assert signed_in.admits(request) is False


def test_a_subclass_inherits_the_declaration() -> None:
    from django.views.generic import TemplateView

    @access(signed_in)
    class Page(TemplateView):
        template_name = "base.html"

    class Other(Page):
        pass

    assert rule_of(Other.as_view()) == signed_in


def test_nobody_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/profile/?tab=2")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/profile/%3Ftab%3D2"


def test_a_form_sent_by_nobody_comes_back_to_its_page_and_not_to_the_act(client: Client) -> None:
    assert client.post("/profile/", {"language": "fr"})["Location"] == "/sign-in/?next=/profile/"


def test_a_part_asked_by_nobody_takes_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get("/profile/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/sign-in/")
