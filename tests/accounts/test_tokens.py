"""Tokens: for services only, for ninety days at most, recorded, ended at once."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts import services
from apps.accounts.models import User
from apps.audit.reasons import Refused

pytestmark = pytest.mark.django_db


def make(name: str, *, is_service: bool = False) -> User:
    return User.objects.create_user(email=f"{name}@example.org", full_name=name, is_service=is_service)


def me(text: str) -> int:
    return Client().get("/api/v1/me/", headers={"Authorization": f"Token {text}"}).status_code


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
