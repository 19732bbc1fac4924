"""The API's floor: who asks, refusals in one shape, the key of a request, the description."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, role, signed_in
from apps.accounts.api.authentication import refuse_token
from apps.accounts.api.idempotency import idempotency_key
from apps.accounts.models import TokenTerms, User
from apps.audit.reasons import Kind, Reason, refuse

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user(
        email="amara@example.org", password="correct horse battery staple", full_name="Amara Okafor"
    )


@pytest.fixture
def token(person: User) -> dict[str, str]:
    kept, value = AuthToken.objects.create(person, expiry=timedelta(days=1))
    TokenTerms.objects.create(token=kept, scopes=["read", "submit"])
    return {"Authorization": f"Token {value}"}


class Rows(serializers.Serializer[Any]):
    amount = serializers.IntegerField()


class Form(serializers.Serializer[Any]):
    title = serializers.CharField()
    rows = Rows(many=True)


@access(signed_in)
class Verb(APIView):
    def post(self, request: Request, verb: str) -> Response:
        if verb == "decide":
            refuse_token(request)
        if verb == "refuse":
            reason = Reason("accounts.password_wrong", {"left": 2}, field="password", who_can=("Elena",))
            refuse(Kind.NOT_READY, reason)
        if verb == "form":
            Form(data=request.data).is_valid(raise_exception=True)
        return Response({"key": idempotency_key(request)})


@access(role("auditor"))
class ForAuditors(APIView):
    def get(self, request: Request) -> Response:
        return Response({})


class Undeclared(APIView):
    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("verb/<str:verb>/", Verb.as_view()),
    path("auditors/", ForAuditors.as_view()),
    path("undeclared/", Undeclared.as_view()),
    path("", include("apps.accounts.urls")),
]
here = pytest.mark.urls("tests.accounts.test_api")


def post(client: Client, address: str, data: Any = None, **headers: str) -> Any:
    return client.post(address, data or {}, content_type="application/json", headers=headers)


def test_nobody_is_answered_401_with_a_reason(client: Client) -> None:
    answer = client.get("/api/v1/me/")
    assert answer.status_code == 401
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["not_authenticated"]


def test_a_session_and_a_token_are_told_apart(client: Client, person: User, token: dict[str, str]) -> None:
    by_token = client.get("/api/v1/me/", headers=token)
    client.force_login(person)
    by_session = client.get("/api/v1/me/")
    assert (by_token.json()["by_token"], by_session.json()["by_token"]) == (True, False)
    assert by_session.json()["email"] == "amara@example.org"
    assert by_session.json()["roles"] == []


def test_a_session_needs_its_proof(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    answer = post(client, "/api/v1/me/")
    assert answer.status_code == 403


@here
def test_a_token_cannot_decide(client: Client, token: dict[str, str]) -> None:
    answer = post(client, "/verb/decide/", **token)
    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == "accounts.token_cannot_decide"


def test_a_token_of_a_closed_account_opens_nothing(
    client: Client, person: User, token: dict[str, str]
) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/api/v1/me/", headers=token).status_code == 401


@here
def test_a_refusal_has_code_sentence_remedy_field_and_who_can(client: Client, person: User) -> None:
    client.force_login(person)
    answer = post(client, "/verb/refuse/")
    assert answer.status_code == 409
    assert answer.json() == {
        "reasons": [
            {
                "code": "accounts.password_wrong",
                "params": {"left": 2},
                "sentence": "The password is not right, so nothing was confirmed.",
                "remedy": "Enter the password with which you sign in.",
                "field": "password",
                "who_can": ["Elena"],
            }
        ]
    }


@here
def test_mistakes_of_a_form_name_their_fields(client: Client, person: User) -> None:
    client.force_login(person)
    answer = post(client, "/verb/form/", {"rows": [{"amount": "x"}]})
    assert answer.status_code == 400
    assert [(reason["field"], reason["code"]) for reason in answer.json()["reasons"]] == [
        ("title", "required"),
        ("rows.0.amount", "invalid"),
    ]


@here
@pytest.mark.parametrize(("key", "status"), [("", 400), ("k" * 201, 400), ("8f14e45f", 200)])
def test_a_request_that_writes_carries_its_key(client: Client, person: User, key: str, status: int) -> None:
    client.force_login(person)
    assert post(client, "/verb/hand_on/", **{"Idempotency-Key": key}).status_code == status


@here
def test_roles_open_endpoints_and_nothing_opens_an_undeclared_one(
    client: Client, person: User, settings: Any
) -> None:
    client.force_login(person)
    assert client.get("/auditors/").status_code == 403
    settings.ICTGOV_TESTING = False
    assert client.get("/undeclared/").status_code == 403


@pytest.mark.parametrize("address", ["schema", "docs"])
def test_the_description_is_for_people_who_are_signed_in(client: Client, address: str) -> None:
    assert client.get(f"/api/v1/{address}/").status_code == 401


def test_the_description_names_the_refusal(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    assert "Refusal" in answer.json()["components"]["schemas"]
    assert client.get("/api/v1/docs/").status_code == 200
