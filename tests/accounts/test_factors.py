"""The second factor: who needs one is led to it, codes and passkeys count once, secrets are kept closed."""

import json
import re
import threading
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from apps.accounts import factors
from apps.accounts.models import User
from apps.offices.choices import Role
from tests.factories.offices import (
    SECRET,
    appoint,
    enrol,
    make_functions,
    make_office,
    make_person,
    make_post,
)
from tests.factories.signing_in import Passkey, code_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person() -> User:
    return make_person("Amara Okafor")


@pytest.fixture
def cito() -> User:
    """Who decides, and has not set anything up."""
    make_functions()
    post = make_post(make_office("OICT", "oict"), Role.CITO)
    person = appoint(post, make_person("Chief Officer"))
    person.authenticator_set.all().delete()
    return person


def options_in(answer: Any) -> dict[str, Any]:
    found = re.search(r'data-passkey-options="([^"]+)"', answer.content.decode())
    assert found is not None
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


def reauthenticate(client: Client) -> None:
    assert client.post("/password/confirm/", {"password": "password"}).status_code == 302


# Who needs one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/profile/", "/offices/", "/instruments/issue/", "/password/"])
def test_who_decides_is_led_to_set_one_up_from_wherever_they_go(cito: User, address: str) -> None:
    client = Client()
    sign_in(client, cito)
    for answer in (client.get(address), client.post(address, {})):
        assert (answer.status_code, answer["Location"]) == (302, "/second-factor/")
    part = client.get(address, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/second-factor/")
    assert "nothing else opens" in client.get("/second-factor/").content.decode()


def test_the_api_says_to_who_decides_what_is_missing(cito: User) -> None:
    client = Client()
    sign_in(client, cito)
    answer = client.get("/api/v1/me/")
    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == "accounts.second_factor_missing"


def test_who_does_not_decide_needs_none_and_may_have_one(person: User) -> None:
    client = Client()
    assert sign_in(client, person)["Location"] == "/"
    assert client.get("/profile/").status_code == 200
    assert client.get("/second-factor/").status_code == 200


@pytest.mark.parametrize(
    ("role", "needed"),
    [
        (Role.CITO, True),
        (Role.ADMINISTRATOR, True),
        (Role.ASSIGNED_OFFICER, False),
        (Role.REVIEWER_VALUE, False),
        (Role.AUDITOR, False),
    ],
)
def test_who_needs_one_follows_from_the_post(role: str, needed: bool) -> None:
    office = make_office("OICT", "oict")
    assert factors.needs_factor(appoint(make_post(office, role))) is needed


def test_an_officer_needs_one_with_an_instrument_of_paragraph_18() -> None:
    from tests.factories.offices import make_organization

    made = make_organization()
    officer = made.people["officer"]
    assert not factors.needs_factor(officer)
    made.issue("officer", ["15a"], ["UNMISS"])
    assert not factors.needs_factor(officer)
    instrument = made.issue("officer", ["18"], ["UNMISS"], amount_limit=250_000)
    assert factors.needs_factor(officer)
    from apps.offices.services import revoke_instrument

    revoke_instrument(instrument=instrument, reason="Ended.", by=made.people["cito"])
    assert not factors.needs_factor(officer)


def test_a_demonstration_alone_lifts_it_and_says_so(cito: User, settings: Any) -> None:
    from apps.accounts.navigation import forget_held

    settings.ICTGOV_SECOND_FACTOR_REQUIRED = False
    forget_held()
    client = Client()
    sign_in(client, cito)
    page = client.get("/profile/")
    forget_held()
    assert page.status_code == 200
    assert "signs in without a second factor" in page.content.decode()


# An app -----------------------------------------------------------------------------------------------------------


def test_an_app_is_set_up_with_recovery_codes_and_asked_for_from_then_on(cito: User) -> None:
    client = Client()
    sign_in(client, cito)
    assert client.get("/second-factor/app/")["Location"].startswith("/password/confirm/")
    reauthenticate(client)
    page = client.get("/second-factor/app/").content.decode()
    secret = re.search(r'secret" dir="ltr">([A-Z2-7]+)<', page)
    assert secret is not None
    code = totp.format_hotp_value(totp.hotp_value(secret[1], next(totp.yield_hotp_counters_from_time())))
    answer = client.post("/second-factor/app/", {"code": code})
    assert answer["Location"] == "/second-factor/codes/"
    shown = client.get("/second-factor/codes/").content.decode()
    codes = re.findall(r"<li><bdi[^>]*>(\d{12})<", shown)
    assert len(codes) == 10
    assert client.get("/").status_code == 200
    assert codes[0] not in client.get("/second-factor/codes/").content.decode()

    again = Client()
    assert sign_in_with_password(again, cito)["Location"] == "/sign-in/code/"
    assert again.get("/")["Location"].startswith("/sign-in/")
    assert again.post("/sign-in/code/", {"code": codes[0]})["Location"] == "/"
    third = Client()
    sign_in_with_password(third, cito)
    assert third.post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert third.get("/")["Location"].startswith("/sign-in/")


def sign_in_with_password(client: Client, person: User) -> Any:
    return client.post("/sign-in/", {"login": person.email, "password": "password"})


def test_a_code_counts_once(person: User) -> None:
    enrol(person)
    code = code_of(person)
    assert factors.use_code(person, code) is not None
    assert factors.use_code(person, code) is None


def test_an_older_code_counts_no_more_after_a_newer_one(person: User) -> None:
    enrol(person)
    before, now, _after = (
        totp.format_hotp_value(totp.hotp_value(SECRET, counter))
        for counter in totp.yield_hotp_counters_from_time()
    )
    assert factors.use_code(person, now) is not None
    assert factors.use_code(person, before) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_the_same_code_at_once_one_is_refused() -> None:
    person = enrol(make_person("Amara Okafor"))
    code, found = code_of(person), []
    start = threading.Barrier(4)

    def use() -> None:
        start.wait()
        found.append(factors.use_code(person, code) is not None)
        connection.close()

    threads = [threading.Thread(target=use) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]


@pytest.mark.parametrize("code", ["", "0", "abcdef", "000000", "１２３４５６", "\x00", "9" * 5000])
def test_a_code_that_is_none_opens_nothing(person: User, code: str) -> None:
    enrol(person)
    client = Client()
    sign_in_with_password(client, person)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 200
    assert client.get("/")["Location"].startswith("/sign-in/")


def test_wrong_codes_are_slowed_down(person: User) -> None:
    enrol(person)
    client = Client()
    sign_in_with_password(client, person)
    pages = [client.post("/sign-in/code/", {"code": "000000"}).content.decode() for _n in range(7)]
    assert "Too many" in pages[-1]


def test_the_step_after_the_password_cannot_be_taken_without_it() -> None:
    assert Client().get("/sign-in/code/")["Location"] == "/sign-in/"
    assert Client().post("/sign-in/code/", {"code": "000000"})["Location"] == "/sign-in/"


def test_secrets_are_kept_closed(person: User, settings: Any) -> None:
    enrol(person)
    kept = person.authenticator_set.get()
    assert SECRET not in json.dumps(kept.data)
    assert factors.decrypt(kept.data["secret"]) == SECRET
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, because the old one was changed as it should be"
    assert factors.decrypt(kept.data["secret"]) == SECRET


def test_who_needs_one_keeps_the_last(cito: User) -> None:
    enrol(cito)
    client = Client()
    sign_in(client, cito)
    reauthenticate(client)
    client.post("/second-factor/app/remove/")
    assert cito.authenticator_set.filter(type="totp").exists()
    key = Passkey().enrol(cito)
    assert key is not None
    pk = cito.authenticator_set.get(type="webauthn").pk
    client.post("/second-factor/app/remove/")
    assert not cito.authenticator_set.filter(type="totp").exists()
    assert client.post(f"/second-factor/passkeys/{pk}/remove/").status_code == 409
    assert cito.authenticator_set.filter(type="webauthn").exists()


def test_setting_up_and_taking_away_asks_the_password_again(person: User) -> None:
    enrol(person)
    client = Client()
    sign_in(client, person)
    for address in (
        "/second-factor/app/remove/",
        "/second-factor/codes/new/",
        "/second-factor/passkeys/add/",
    ):
        assert client.get(address)["Location"].startswith("/password/confirm/"), address
        assert client.post(address, {})["Location"].startswith("/password/confirm/"), address
    assert person.authenticator_set.count() == 1


# Passkeys ---------------------------------------------------------------------------------------------------------


def test_a_passkey_is_added_and_signs_in(cito: User) -> None:
    client, key = Client(headers={"host": "testserver"}), Passkey()
    sign_in(client, cito)
    reauthenticate(client)
    page = client.get("/second-factor/passkeys/add/")
    fields = {"name": "Laptop", "credential": key.create(options_in(page))}
    assert client.post("/second-factor/passkeys/add/", fields)["Location"] == "/second-factor/codes/"
    assert [message.to for message in mail.outbox] == [[cito.email]]  # told by mail that something changed
    assert client.get("/").status_code == 200
    again = Client()
    sign_in_with_password(again, cito)
    signed = key.sign(options_in(again.get("/sign-in/code/")))
    assert again.post("/sign-in/code/", {"credential": signed})["Location"] == "/"
    assert again.get("/").status_code == 200
    third = Client()
    sign_in_with_password(third, cito)
    third.get("/sign-in/code/")
    assert (
        third.post("/sign-in/code/", {"credential": signed}).status_code == 200
    )  # a challenge of another time


def test_a_passkey_of_another_site_or_person_opens_nothing(cito: User) -> None:
    key = Passkey().enrol(cito)
    elsewhere = Passkey(origin="https://evil.example", key=key.key, credential_id=key.credential_id)
    for wrong in (elsewhere, Passkey(credential_id=key.credential_id), Passkey()):
        client = Client()
        sign_in_with_password(client, cito)
        signed = wrong.sign(options_in(client.get("/sign-in/code/")))
        assert client.post("/sign-in/code/", {"credential": signed}).status_code == 200
        assert client.get("/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "nonsense", '{"id": 1}', "[" * 3000])
def test_what_is_no_answer_of_a_passkey_is_refused(cito: User, credential: str) -> None:
    Passkey().enrol(cito)
    client = Client()
    sign_in_with_password(client, cito)
    client.get("/sign-in/code/")
    assert client.post("/sign-in/code/", {"credential": credential}).status_code in (200, 400)
    assert client.get("/")["Location"].startswith("/sign-in/")


def test_a_passkey_is_renamed_and_another_persons_is_not_found(person: User, cito: User) -> None:
    Passkey().enrol(person)
    Passkey().enrol(cito)
    client = Client()
    client.force_login(person)
    reauthenticate(client)
    mine, theirs = (Authenticator.objects.get(user=user, type="webauthn").pk for user in (person, cito))
    assert client.post(f"/second-factor/passkeys/{mine}/", {"name": "Desk"}).status_code == 302
    assert "Desk" in client.get("/second-factor/").content.decode()
    for address in (f"/second-factor/passkeys/{theirs}/", f"/second-factor/passkeys/{theirs}/remove/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "x"}).status_code == 404


# Passwords keep it ------------------------------------------------------------------------------------------------


def test_a_forgotten_password_brings_nobody_past_the_second_factor(person: User) -> None:
    enrol(person)
    new = "seven unlikely otters juggle"
    client = Client()
    client.post("/password/forgotten/", {"email": person.email})
    link = re.search(r"/password/new/\S+", mail.outbox[-1].body)
    assert link is not None
    page = client.get(link.group(), follow=True).redirect_chain[-1][0]
    assert client.post(page, {"password1": new, "password2": new}).status_code == 302
    assert client.get("/profile/").status_code == 302
    assert client.get(link.group(), follow=True).status_code == 200
    assert (
        "id_password1" not in client.get(link.group(), follow=True).content.decode()
    )  # the link counts once
    fresh = Client()
    answer = fresh.post("/sign-in/", {"login": person.email, "password": new})
    assert answer["Location"] == "/sign-in/code/"
    assert fresh.get("/profile/").status_code == 302
    assert fresh.post("/sign-in/code/", {"code": code_of(person)})["Location"] == "/"


def test_a_session_after_a_step_has_another_id(person: User) -> None:
    client = Client()
    client.get("/sign-in/")
    client.cookies["sessionid"] = "a" * 32
    sign_in(client, person)
    first = client.cookies["sessionid"].value
    assert first != "a" * 32
    reauthenticate(client)
    second = client.cookies["sessionid"].value
    assert second != first
    assert Client(headers={"cookie": f"sessionid={first}"}).get("/profile/").status_code == 302
    assert client.get("/profile/").status_code == 200


def test_the_pages_hold_nothing_that_the_policy_refuses(cito: User) -> None:
    from tests.accounts.test_pages import INLINE

    Passkey().enrol(cito)
    client = Client()
    sign_in_with_password(client, cito)
    pages = [client.get("/sign-in/code/")]
    client.force_login(cito)
    reauthenticate(client)
    pages += [
        client.get(f"/{address}/")
        for address in ("second-factor", "second-factor/app", "second-factor/passkeys/add", "profile/sessions",
                        "profile/tokens", "second-factor/passkeys/confirm", "second-factor/codes/new")
    ]  # fmt: skip
    for page in pages:
        assert page.status_code == 200, page.request["PATH_INFO"]
        assert INLINE.findall(page.content.decode()) == [], page.request["PATH_INFO"]
        assert "passkey.js" in page.content.decode() or "data-passkey" not in page.content.decode()
