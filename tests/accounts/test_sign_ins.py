"""Where a person is signed in: shown, ended by them, by what changes about them; and what that costs."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.models import SignIn, User
from apps.accounts.services import forget_old_sign_ins
from apps.audit import clock
from apps.audit.models import Event
from apps.offices.choices import Role
from tests.accounts.test_pages import at_minute
from tests.factories.approvals import tick
from tests.factories.offices import appoint, make_office, make_person, make_post
from tests.factories.signing_in import sign_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person() -> User:
    return make_person("Amara Okafor")


@pytest.fixture
def desk(person: User) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    sign_in(client, person)
    return client


@pytest.fixture
def phone(person: User) -> Client:
    client = Client(headers={"user-agent": IPHONE})
    sign_in(client, person)
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_each_browser_is_shown_with_what_it_is_and_which_is_this_one(desk: Client, phone: Client) -> None:
    page = desk.get("/profile/sessions/").content.decode()
    assert page.count("Firefox · Linux") > page.count("Safari · iPhone") - 2
    assert "Safari · iPhone" in page
    assert page.count("this one") == 1
    assert "127.0.0.1" in page
    assert page.count(">End it<") == 1


def test_one_is_ended_and_the_next_request_from_there_is_nobodys(
    desk: Client, phone: Client, person: User, chained: Any
) -> None:
    other = SignIn.objects.get(user=person, device="Safari · iPhone")
    assert desk.post(f"/profile/sessions/{other.pk}/end/").status_code == 302
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert "Safari" not in desk.get("/profile/sessions/").content.decode()
    assert Event.objects.filter(payload__contains="accounts.sessions_ended").count() == 1


def test_all_others_are_ended_at_once(desk: Client, phone: Client, person: User) -> None:
    third = Client()
    sign_in(third, person)
    assert desk.post("/profile/sessions/others/end/").status_code == 302
    assert [is_in(client) for client in (desk, phone, third)] == [True, False, False]


def test_nobody_ends_another_persons(desk: Client) -> None:
    other = make_person("Elena Petrova")
    client = Client()
    sign_in(client, other)
    row = SignIn.objects.get(user=other)
    assert desk.post(f"/profile/sessions/{row.pk}/end/").status_code == 404
    assert is_in(client)


def test_signing_out_ends_it_for_good(desk: Client, person: User) -> None:
    kept = desk.cookies["sessionid"].value
    desk.post("/sign-out/")
    assert not SignIn.objects.filter(user=person).exists()
    assert not is_in(Client(headers={"cookie": f"sessionid={kept}"}))


def test_a_new_password_ends_the_others_and_not_this_one(desk: Client, phone: Client, person: User) -> None:
    new = "seven unlikely otters juggle"
    fields = {"oldpassword": "password", "password1": new, "password2": new}
    assert desk.post("/password/", fields).status_code == 302
    assert (is_in(desk), is_in(phone)) == (True, False)
    page = desk.get("/profile/sessions/").content.decode()
    assert ("this one" in page, "Safari" in page) == (True, False)


def test_a_post_that_begins_or_ends_ends_the_sessions(desk: Client, person: User) -> None:
    post = make_post(make_office("UNMISS"), Role.SUBMITTER)
    appoint(post, person, from_=clock.now())
    assert not is_in(desk)
    sign_in(desk, person)
    assert is_in(desk)
    from apps.offices.services import end_holding

    end_holding(holding=post.holdings.get(), by=None)
    with clock.set_to(clock.now() + timedelta(seconds=2)):
        tick()
    assert not is_in(desk)


def test_a_post_that_begins_later_ends_them_then(desk: Client, person: User) -> None:
    post = make_post(make_office("UNMISS"), Role.SUBMITTER)
    begin = clock.now() + timedelta(days=1)
    appoint(post, person, from_=begin)
    tick()
    assert is_in(desk)
    with clock.set_to(begin + timedelta(seconds=2)):
        tick()
    assert not is_in(desk)


def test_a_closed_account_is_out_with_the_next_request(desk: Client, person: User) -> None:
    person.is_active = False
    person.save()
    assert not is_in(desk)


def test_last_seen_is_written_at_most_once_a_minute_and_costs_nothing_between(
    person: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    client = Client()
    at_minute(monkeypatch, 0)
    sign_in(client, person)
    client.get("/keys/")
    with django_assert_num_queries(4):
        client.get("/keys/")
    at_minute(monkeypatch, 2)
    with django_assert_num_queries(6):  # the clock is asked, and the row written
        client.get("/keys/")
    with django_assert_num_queries(4):
        client.get("/keys/")


def test_rows_of_sessions_that_are_gone_are_not_shown_and_dropped(
    desk: Client, phone: Client, person: User
) -> None:
    row = SignIn.objects.get(user=person, device="Safari · iPhone")
    Session.objects.filter(session_key=row.session_key).delete()
    assert "Safari" not in desk.get("/profile/sessions/").content.decode()
    forget_old_sign_ins(at=clock.now(), by=None)
    assert SignIn.objects.filter(user=person).count() == 1


def test_the_administrator_ends_the_sessions_of_a_person(desk: Client, phone: Client, person: User) -> None:
    by = make_person("Ada Ministrator")
    call_command("end_sessions", person.email, "--by", by.email, stdout=StringIO())
    assert not is_in(desk)
    assert not is_in(phone)
    with pytest.raises(CommandError):
        call_command("end_sessions", "nobody@example.org", "--by", by.email)


def test_who_is_signed_out_while_a_page_is_made_signs_in_and_gets_it(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.accounts import views

    client = Client()
    sign_in(client, person)
    shown = views.render

    def ended_meanwhile(request: Any, *args: Any, **kwargs: Any) -> Any:
        Session.objects.all().delete()
        request.session["seen"] = "profile"  # what is to be kept of the page finds no session
        return shown(request, *args, **kwargs)

    monkeypatch.setattr(views, "render", ended_meanwhile)
    answer = client.get("/profile/?part=2")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/profile/%3Fpart%3D2")
