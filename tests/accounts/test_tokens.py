"""Tokens: for services only, for ninety days at most, recorded, ended at once."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from knox.models import AuthToken

from apps.accounts import services
from apps.accounts.models import TokenTerms, User
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.offices.choices import Role
from tests.factories.offices import appoint, make_office, make_post

pytestmark = pytest.mark.django_db


def make(name: str, *, is_service: bool = False) -> User:
    return User.objects.create_user(email=f"{name}@example.org", full_name=name, is_service=is_service)


def me(text: str, **extra: str) -> int:
    return Client().get("/api/v1/me/", headers={"Authorization": f"Token {text}"}, **extra).status_code


def test_a_service_gets_a_token_that_works_until_it_is_revoked() -> None:
    service, administrator = make("erp", is_service=True), make("administrator")
    text = services.issue_token(user=service, days=30, by=administrator)
    assert me(text) == 200
    assert services.revoke_tokens(user=service, by=administrator) == 1
    assert me(text) == 401


@pytest.mark.parametrize("days", [0, 91])
def test_a_token_is_not_for_longer_than_ninety_days(days: int) -> None:
    with pytest.raises(Refused) as refusal:
        services.issue_token(user=make("erp", is_service=True), days=days, by=make("administrator"))
    assert refusal.value.reasons[0].code == "accounts.token_too_long"


def test_a_person_gets_no_token() -> None:
    with pytest.raises(Refused) as refusal:
        services.issue_token(user=make("amara"), days=30, by=make("administrator"))
    assert refusal.value.reasons[0].code == "accounts.token_for_services_only"


def test_the_command_shows_the_token_once() -> None:
    make("erp", is_service=True)
    make("administrator")
    shown = StringIO()
    call_command("issue_token", "erp@example.org", "--by", "administrator@example.org", stdout=shown)
    assert me(shown.getvalue().strip()) == 200


def test_the_command_says_why_not() -> None:
    make("amara")
    with pytest.raises(CommandError, match="service account"):
        call_command("issue_token", "amara@example.org", "--by", "amara@example.org")


# Terms ------------------------------------------------------------------------------------------------------------


def issue(service: User, by: User, **terms: Any) -> str:
    return services.issue_token(user=service, days=30, by=by, **terms)


def test_a_token_without_terms_opens_nothing() -> None:
    service = make("erp", is_service=True)
    text = issue(service, make("administrator"))
    TokenTerms.objects.all().delete()
    assert me(text) == 401


def test_the_text_of_a_token_is_kept_nowhere() -> None:
    text = issue(make("erp", is_service=True), make("administrator"))
    kept = AuthToken.objects.get()
    assert text not in (kept.digest, kept.token_key)
    assert kept.token_key == text[: len(kept.token_key)]
    assert len(kept.token_key) < len(text) / 2


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        ([], "203.0.113.9", 200),
        (["198.51.100.0/24"], "198.51.100.77", 200),
        (["198.51.100.0/24"], "203.0.113.9", 401),
        (["198.51.100.0/24", "2001:db8::/32"], "2001:db8::1", 200),
        (["2001:db8::/32"], "198.51.100.77", 401),
    ],
)
def test_a_token_is_used_from_its_networks_only(networks: list[str], address: str, status: int) -> None:
    text = issue(make("erp", is_service=True), make("administrator"), networks=networks)
    assert me(text, REMOTE_ADDR=address) == status


def test_a_token_does_what_its_scopes_say() -> None:
    service, by = make("erp", is_service=True), make("administrator")
    appoint(make_post(make_office("UN-SECRETARIAT"), Role.AUDITOR), service)
    addresses = {"read": ("get", "/api/v1/me/"), "submit": ("post", "/api/v1/notices/read/"),
                 "admin": ("get", "/api/v1/register/events/")}  # fmt: skip
    for scope in ("read", "submit", "admin"):
        text = issue(service, by, scopes=[scope])
        for wanted, (method, address) in addresses.items():
            answer = getattr(Client(), method)(address, headers={"Authorization": f"Token {text}"})
            codes = [reason["code"] for reason in answer.json().get("reasons", [])] if answer.content else []
            assert ("accounts.token_scope" in codes) is (wanted != scope), address


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"scopes": []}, "accounts.token_scope_unknown"),
        ({"scopes": ["decide"]}, "accounts.token_scope_unknown"),
        ({"networks": ["anywhere"]}, "accounts.token_network_unknown"),
    ],
)
def test_terms_that_are_none_are_refused(terms: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        issue(make("erp", is_service=True), make("administrator"), **terms)
    assert refusal.value.reasons[0].code == code


def test_the_last_use_is_kept_and_written_at_most_once_a_minute() -> None:
    text = issue(make("erp", is_service=True), make("administrator"))
    assert TokenTerms.objects.get().last_used_at is None
    begin = clock.now()
    for seconds, kept in ((0, 0), (30, 0), (61, 61)):
        with clock.set_to(begin + timedelta(seconds=seconds)):
            assert me(text) == 200
        assert TokenTerms.objects.get().last_used_at == begin + timedelta(seconds=kept)


def test_a_token_is_shown_to_who_issued_it_and_ended_there(client: Client) -> None:
    service, by, other = make("erp", is_service=True), make("amara"), make("elena")
    text = issue(service, by, label="Nightly", scopes=["read", "submit"], networks=["198.51.100.0/24"])
    row = TokenTerms.objects.get()
    client.force_login(by)
    page = client.get("/profile/tokens/").content.decode()
    for shown in (row.token.token_key, "Nightly", "198.51.100.0/24", "erp", "never"):
        assert shown in page
    assert text not in page
    client.force_login(other)
    assert row.token.token_key not in client.get("/profile/tokens/").content.decode()
    address = f"/profile/tokens/{row.pk}/revoke/"
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    client.force_login(by)
    assert "cannot be undone" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert me(text, REMOTE_ADDR="198.51.100.7") == 401
    assert "No tokens" in client.get("/profile/tokens/").content.decode()
