"""The pages of people: sign-in, language, colours, profile, errors; and what every answer carries."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import include, path
from django.utils.formats import get_format

from apps.accounts import navigation
from apps.accounts.access import access, public
from apps.accounts.models import User
from apps.audit.reasons import Kind, Reason, refuse

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()
    navigation.forget_held()


@pytest.fixture
def person() -> User:
    return User.objects.create_user(
        email="amara@example.org", password=PASSWORD, full_name="Amara Okafor", time_zone="Africa/Juba"
    )


@pytest.fixture
def signed(client: Client, person: User) -> Client:
    client.post("/sign-in/", {"login": "amara@example.org", "password": PASSWORD})
    return client


# A table of contents with pages that fail ----------------------------------------------------------


@access(public)
def refused(request: Any, kind: str) -> None:
    refuse(kind, Reason("accounts.password_wrong", field="password", who_can=("Elena Petrova",)))


@access(public)
def broken(request: Any) -> None:
    raise RuntimeError("what nobody may read")


urlpatterns = [
    path("refused/<str:kind>/", refused),
    path("broken/", broken),
    path("", include("apps.accounts.urls")),
]
handler404 = "apps.accounts.errors.page_not_found"
handler500 = "apps.accounts.errors.server_error"


@pytest.mark.urls("tests.accounts.test_pages")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.NOT_FOUND, 404),
        (Kind.NOT_ALLOWED, 403),
        (Kind.NOT_READY, 409),
        (Kind.CONFLICT, 409),
        (Kind.INVALID, 400),
        (Kind.UNAVAILABLE, 503),
    ],
)
def test_a_refusal_is_a_page_with_sentence_remedy_and_who_can(
    client: Client, kind: Kind, status: int
) -> None:
    answer = client.get(f"/refused/{kind}/")
    assert answer.status_code == status
    page = answer.content.decode()
    assert "The password is not right" in page
    assert "Enter the password with which you sign in." in page
    assert "Elena Petrova" in page
    assert page.startswith("<!doctype html>") or "<html" in page


@pytest.mark.urls("tests.accounts.test_pages")
def test_a_refusal_to_a_part_of_a_page_is_a_part(client: Client) -> None:
    page = client.get("/refused/conflict/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'role="alert"' in page


@pytest.mark.urls("tests.accounts.test_pages")
def test_a_fault_is_a_page_that_asks_the_database_nothing(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "what nobody may read" not in answer.content.decode()


def test_a_form_without_its_proof_is_refused_with_a_way_on(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in/", {"login": "amara@example.org", "password": PASSWORD})
    assert answer.status_code == 403
    assert "Nothing was saved." in answer.content.decode()


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "address", ["/sign-in/", "/nowhere/", "/profile/", "/api/v1/me/", "/api/v1/nowhere/"]
)
def test_every_answer_is_guarded(client: Client, address: str) -> None:
    answer = client.get(address)
    assert {name: answer[name] for name in HEADERS} == HEADERS
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.urls("tests.accounts.test_pages")
@pytest.mark.parametrize("address", ["/broken/", "/refused/conflict/", "/refused/unavailable/"])
def test_answers_to_faults_are_guarded_too(client: Client, address: str) -> None:
    client.raise_request_exception = False
    answer = client.get(address)
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert "script-src 'self'" in answer["Content-Security-Policy"]


INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)


@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/", "/profile/", "/password/", "/keys/", "/look/"])
def test_nothing_is_written_into_a_page_that_the_policy_refuses(
    signed: Client, address: str, settings: Any
) -> None:
    settings.ICTGOV_DEMO = True
    assert INLINE.findall(signed.get(address).content.decode()) == []


# Signing in ----------------------------------------------------------------------------------------


def test_sign_in_and_out(client: Client, person: User) -> None:
    answer = client.post("/sign-in/", {"login": "Amara@Example.org", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/profile/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/profile/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, person: User) -> None:
    def told(login: str) -> list[str]:
        page = client.post("/sign-in/", {"login": login, "password": "wrong"}).content.decode()
        return re.findall(r'error-summary".*?</div>', page, re.DOTALL)

    assert told("amara@example.org") == told("nobody@example.org") != []


def test_nobody_signs_up(client: Client) -> None:
    fields = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    page = client.post("/sign-up/", fields)
    assert "made by the administrator" in page.content.decode()
    assert User.objects.count() == 0


def test_a_closed_account_is_signed_out_at_once(signed: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert signed.get("/profile/").status_code == 302


def test_many_wrong_passwords_are_slowed_down(client: Client, person: User) -> None:
    answers = [
        client.post("/sign-in/", {"login": "amara@example.org", "password": "wrong"}) for _n in range(7)
    ]
    assert "Too many" in answers[-1].content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        " //evil.example",
        "/\t/evil.example",
        "\x00//evil.example",
    ],
)
@pytest.mark.parametrize("form", ["sign-in", "language", "theme", "density"])
def test_nobody_is_led_away(client: Client, person: User, form: str, address: str) -> None:
    fields = {
        "sign-in": {"login": "amara@example.org", "password": PASSWORD},
        "language": {"language": "fr"},
        "theme": {"theme": "dark"},
        "density": {"density": "dense"},
    }[form]
    answer = client.post(f"/{form}/", {**fields, "next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_next_on_this_site_is_followed(client: Client, person: User) -> None:
    fields = {"login": "amara@example.org", "password": PASSWORD, "next": "/profile/"}
    assert client.post("/sign-in/", fields)["Location"] == "/profile/"


def test_a_new_password_has_fifteen_characters(signed: Client, person: User) -> None:
    fields = {"oldpassword": PASSWORD, "password1": "Four-teen-12ab", "password2": "Four-teen-12ab"}
    page = signed.post("/password/", fields).content.decode()
    assert "15" in page
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_forgotten_password_is_made_anew_by_a_link(client: Client, person: User) -> None:
    assert client.post("/password/forgotten/", {"email": "amara@example.org"}).status_code == 302
    link = re.search(r"/password/new/\S+", mail.outbox[0].body)
    assert link is not None
    page = client.get(link.group(), follow=True)
    fields = {"password1": "another horse battery staple", "password2": "another horse battery staple"}
    assert client.post(page.redirect_chain[-1][0], fields).status_code == 302
    person.refresh_from_db()
    assert person.check_password("another horse battery staple")


def test_an_unknown_address_is_sent_no_link_and_told_the_same(client: Client) -> None:
    answer = client.post("/password/forgotten/", {"email": "nobody@example.org"})
    assert answer["Location"] == "/password/forgotten/sent/"
    assert [message for message in mail.outbox if "/password/new/" in message.body] == []


# Sessions ------------------------------------------------------------------------------------------


def test_a_session_left_alone_ends(signed: Client, settings: Any) -> None:
    assert signed.get("/profile/").status_code == 200
    settings.ICTGOV_IDLE_SECONDS = -1
    assert signed.get("/profile/").status_code == 302


def test_a_session_ends_after_ten_hours(signed: Client, settings: Any) -> None:
    settings.ICTGOV_SESSION_SECONDS = -1
    assert signed.get("/profile/").status_code == 302


def at_minute(monkeypatch: pytest.MonkeyPatch, minute: float) -> None:
    """Let the wall clock, by which sessions end, stand at this minute of the story."""
    monkeypatch.setattr("django.core.signing.time.time", lambda: 1_900_000_000 + minute * 60)


def test_a_stamp_of_another_session_keeps_nobody_out(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"login": "amara@example.org", "password": PASSWORD}
    at_minute(monkeypatch, 0)
    client.post("/sign-in/", fields)
    client.get("/profile/")
    client.post("/sign-out/")
    at_minute(monkeypatch, 25)
    client.post("/sign-in/", fields)
    at_minute(monkeypatch, 50)
    assert client.get("/profile/").status_code == 200


def test_a_session_whose_stamp_is_taken_away_ends_all_the_same(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_minute(monkeypatch, 0)
    client.post("/sign-in/", {"login": "amara@example.org", "password": PASSWORD})
    at_minute(monkeypatch, 20)
    assert client.get("/profile/").status_code == 200
    del client.cookies["seen"]
    at_minute(monkeypatch, 45)
    assert client.get("/profile/").status_code == 302


def test_what_asks_by_itself_keeps_no_session_alive(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_minute(monkeypatch, 0)
    client.post("/sign-in/", {"login": "amara@example.org", "password": PASSWORD})
    by_itself = {"HX-Request": "true", "X-Asked-By-Itself": "1"}
    for minute in range(5, 30, 5):
        at_minute(monkeypatch, minute)
        assert client.get("/profile/", headers=by_itself).status_code == 200
    at_minute(monkeypatch, 31)
    assert client.get("/profile/", headers=by_itself).status_code == 204
    assert client.get("/profile/").status_code == 302


def test_what_a_person_does_keeps_the_session_alive_for_ten_hours(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_minute(monkeypatch, 0)
    client.post("/sign-in/", {"login": "amara@example.org", "password": PASSWORD})
    for minute in range(25, 600, 25):
        at_minute(monkeypatch, minute)
        assert client.get("/profile/").status_code == 200, minute
    at_minute(monkeypatch, 601)
    assert client.get("/profile/").status_code == 302


# The demonstration ---------------------------------------------------------------------------------


def test_there_are_no_people_to_try_outside_a_demonstration(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(demo_role="Submitter")
    assert 'class="demo"' not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/as/", {"person": str(person.pk)}).status_code == 404


def test_in_a_demonstration_one_click_signs_in(client: Client, person: User, settings: Any) -> None:
    settings.ICTGOV_DEMO = True
    User.objects.filter(pk=person.pk).update(demo_role="Submitter, UNMISS")
    assert "Submitter, UNMISS" in client.get("/sign-in/").content.decode()
    answer = client.post("/sign-in/as/", {"person": str(person.pk), "next": "/profile/"})
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert "Amara Okafor" in client.get("/profile/").content.decode()


@pytest.mark.parametrize("value", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_demonstration_has_nobody_else(client: Client, person: User, settings: Any, value: str) -> None:
    settings.ICTGOV_DEMO = True
    assert client.post("/sign-in/as/", {"person": value or str(person.pk)}).status_code == 404


def test_the_living_page_is_for_demonstrations(signed: Client, settings: Any) -> None:
    assert signed.get("/look/").status_code == 404
    settings.ICTGOV_DEMO = True
    assert signed.get("/look/").status_code == 200


# Language, direction, colours ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "tag", "direction"),
    [
        ("ar", "ar", "rtl"),
        ("zh", "zh-Hans", "ltr"),
        ("en", "en", "ltr"),
        ("fr", "fr", "ltr"),
        ("ru", "ru", "ltr"),
        ("es", "es", "ltr"),
    ],
)
def test_a_page_carries_its_language_and_direction(
    client: Client, language: str, tag: str, direction: str
) -> None:
    client.post("/language/", {"language": language})
    answer = client.get("/sign-in/")
    assert f'<html lang="{tag}" dir="{direction}"' in answer.content.decode()
    assert answer["Content-Language"] == tag
    assert get_format("DECIMAL_SEPARATOR") is not None


def test_the_browser_is_asked_where_nobody_chose(client: Client) -> None:
    page = client.get("/sign-in/", headers={"Accept-Language": "ar-EG,ar;q=0.9,en;q=0.5"}).content.decode()
    assert 'dir="rtl"' in page


def test_an_unknown_language_is_not_kept(client: Client) -> None:
    assert "language" not in client.post("/language/", {"language": "de"}).cookies


def test_the_choice_of_language_stays_with_the_person(signed: Client, person: User) -> None:
    signed.post("/language/", {"language": "fr"})
    person.refresh_from_db()
    assert person.language == "fr"


def test_signing_in_brings_the_persons_language(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(language="ar")
    client.post("/sign-in/", {"login": "amara@example.org", "password": PASSWORD})
    assert 'dir="rtl"' in client.get("/profile/").content.decode()


def test_colours_are_kept(client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/sign-in/").content.decode()
    client.post("/theme/", {"theme": "auto"})
    assert "data-theme" not in client.get("/sign-in/").content.decode()


def test_rows_are_as_dense_as_people_like(client: Client) -> None:
    client.post("/density/", {"density": "dense"})
    assert 'data-density="dense"' in client.get("/sign-in/").content.decode()
    client.post("/density/", {"density": "roomy"})
    assert "data-density" not in client.get("/sign-in/").content.decode()


def test_the_profile_is_kept(signed: Client, person: User) -> None:
    answer = signed.post("/profile/", {"language": "es", "time_zone": "America/Bogota"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.language, person.time_zone) == ("es", "America/Bogota")


def test_a_profile_with_a_mistake_says_which(signed: Client) -> None:
    answer = signed.post("/profile/", {"language": "es", "time_zone": "Mars/Base"})
    assert answer.status_code == 400
    assert 'href="#id_time_zone"' in answer.content.decode()


# Cost ----------------------------------------------------------------------------------------------


def test_the_frame_of_a_page_costs_few_statements(signed: Client, django_assert_num_queries: Any) -> None:
    """Session, person, and the standing (two) that decides which entries are shown; counters are held."""
    signed.get("/keys/")
    with django_assert_num_queries(4):
        signed.get("/keys/")


def test_the_first_visit_is_light(signed: Client) -> None:
    assert len(signed.get("/keys/").content) < 16_000
