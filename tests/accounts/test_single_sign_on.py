"""Single sign-on against a real provider of OpenID Connect, which runs for these tests on this machine."""

import html
import re
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from apps.accounts.models import User
from apps.offices.choices import Role
from tests.factories.offices import appoint, enrol, make_office, make_person, make_post
from tests.factories.signing_in import code_of

pytestmark = pytest.mark.django_db
VERIFIED = {"email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with warnings.catch_warnings(record=True):  # of the provider's own packages
        import oidc_provider_mock

        def one(name: str, email: str, **claims: Any) -> Any:
            return oidc_provider_mock.User(sub=name, claims={"email": email, **claims})

        known = "amara.okafor@example.org"
        people = [
            one("amara", known, **VERIFIED),
            one("capital", known.upper(), **VERIFIED),
            one("unverified", known, email_verified=False),
            one("silent", known),
            one("stranger", "nobody@example.org", **VERIFIED),
            one("strong", known, amr=["pwd", "hwk"], **VERIFIED),
            one("weak", known, amr=["pwd"], **VERIFIED),
            one("graded", known, acr="urn:example:two-factors", **VERIFIED),
            one("service", "erp@example.org", **VERIFIED),
        ]
        with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture
def configured(provider: str, settings: Any) -> Iterator[None]:
    app = {
        "provider_id": "sso",
        "name": "",
        "client_id": "portal",
        "secret": "hush",
        "settings": {"server_url": provider},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    cache.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def person() -> User:
    return make_person("Amara Okafor")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def through(client: Client, who: str) -> Any:
    """Go to the provider, be this person there, and come back."""
    leave = client.post("/sign-in/sso/")
    assert leave.status_code == 302
    form = urllib.parse.urlencode({"sub": who}).encode()
    opener = urllib.request.build_opener(_Stay)
    try:
        opener.open(urllib.request.Request(leave["Location"], form))
    except urllib.error.HTTPError as moved:
        back = urllib.parse.urlsplit(moved.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def signed_in_as(client: Client) -> str:
    answer = client.get("/api/v1/me/")
    return str(answer.json().get("email", "")) if answer.status_code == 200 else ""


def test_the_page_offers_it_where_it_is_configured_only(
    client: Client, configured: None, settings: Any
) -> None:
    assert "/sign-in/sso/" in client.get("/sign-in/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "/sign-in/sso/" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/sso/").status_code == 404


def test_a_known_person_comes_back_signed_in(client: Client, person: User, configured: None) -> None:
    assert through(client, "amara")["Location"] == "/"
    assert signed_in_as(client) == person.email
    assert SocialAccount.objects.get(user=person).uid == "amara"
    again = Client()
    through(again, "amara")
    assert signed_in_as(again) == person.email
    assert SocialAccount.objects.count() == 1
    assert person.check_password("password")


def test_the_address_is_compared_whatever_its_case(client: Client, person: User, configured: None) -> None:
    through(client, "capital")
    assert signed_in_as(client) == person.email


@pytest.mark.parametrize("who", ["unverified", "silent", "stranger", "service"])
def test_nobody_is_linked_by_less_and_nobody_signs_up(
    client: Client, person: User, configured: None, who: str
) -> None:
    service = make_person("Erp", is_service=True)
    User.objects.filter(pk=service.pk).update(email="erp@example.org")
    answer = through(client, who)
    assert answer.status_code == 200
    assert "made by the administrator" in html.unescape(answer.content.decode())
    assert signed_in_as(client) == ""
    assert (User.objects.count(), SocialAccount.objects.count()) == (2, 0)


def test_a_closed_account_stays_closed(client: Client, person: User, configured: None) -> None:
    through(client, "amara")
    client.post("/sign-out/")
    User.objects.filter(pk=person.pk).update(is_active=False)
    through(client, "amara")
    assert signed_in_as(client) == ""
    assert client.get("/profile/").status_code == 302


def test_who_has_a_second_factor_here_is_asked_for_it(client: Client, person: User, configured: None) -> None:
    enrol(person)
    assert through(client, "strong")["Location"] == "/sign-in/code/"
    assert signed_in_as(client) == ""
    client.post("/sign-in/code/", {"code": code_of(person)})
    assert signed_in_as(client) == person.email


@pytest.mark.parametrize(
    ("who", "counts"), [("strong", True), ("graded", True), ("weak", False), ("amara", False)]
)
def test_the_providers_second_factor_counts_where_the_portal_is_told_so(
    client: Client, person: User, configured: None, settings: Any, who: str, counts: bool
) -> None:
    settings.OIDC_SECOND_FACTORS = ["hwk", "urn:example:two-factors"]
    appoint(make_post(make_office("OICT", "oict"), Role.ADMINISTRATOR), person)
    through(client, who)
    if counts:
        assert signed_in_as(client) == person.email
    else:
        assert client.get("/profile/")["Location"].startswith("/sign-in/")
    person.authenticator_set.all().delete()
    alone = Client()
    through(alone, who)
    assert (alone.get("/profile/").status_code == 200) is counts
    if not counts:
        assert alone.get("/profile/")["Location"] == "/second-factor/"


def test_an_answer_that_was_not_asked_for_is_refused(client: Client, person: User, configured: None) -> None:
    for query in ("", "?code=x", "?code=x&state=y", "?error=access_denied"):
        answer = client.get(f"/sign-in/sso/back/{query}")
        assert answer.status_code in (200, 302, 401, 403)
        assert signed_in_as(client) == ""


def test_the_answer_of_another_browser_signs_nobody_in(
    client: Client, person: User, configured: None
) -> None:
    """Somebody's finished round trip, sent to another person, does not sign that person in."""
    leave = client.post("/sign-in/sso/")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(leave["Location"]).query)
    assert re.fullmatch(r"S256", query["code_challenge_method"][0])
    victim = Client()
    answer = victim.get(f"/sign-in/sso/back/?code=x&state={query['state'][0]}")
    assert signed_in_as(victim) == ""
    assert "did not work" in answer.content.decode()


def test_it_starts_by_a_form_and_not_by_a_link(client: Client, person: User, configured: None) -> None:
    page = client.get("/sign-in/sso/")
    assert page.status_code == 200
    assert "come back signed in" in page.content.decode()


def test_a_token_of_another_issuer_signs_nobody_in(
    client: Client, person: User, configured: None, settings: Any
) -> None:
    """The provider is reached under another name than the one that its tokens carry."""
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    well_known = "/.well-known/openid-configuration"
    app["settings"]["server_url"] = app["settings"]["server_url"] + "/other/.." + well_known
    answer = through(client, "amara")
    assert answer.status_code == 200
    assert signed_in_as(client) == ""
    assert not SocialAccount.objects.exists()
