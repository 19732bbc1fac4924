"""Guessing passwords: slow for a stranger, no harm to the person, and nothing told about who is known."""

import re
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client

from apps.accounts import guard
from apps.accounts.models import FailedSignIn, User
from apps.accounts.services import forget_old_sign_ins
from apps.audit import clock

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


class NotSoSlow(PBKDF2PasswordHasher):
    """Slow enough to be seen with a stopwatch."""

    algorithm = "not_so_slow"
    iterations = 60_000


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person() -> User:
    return User.objects.create_user(email="amara@example.org", password=PASSWORD, full_name="Amara Okafor")


def attempt(login: str, password: str, address: str = "198.51.100.7", client: Client | None = None) -> Any:
    fields = {"login": login, "password": password}
    return (client or Client()).post("/sign-in/", fields, REMOTE_ADDR=address)


def is_in(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer["Location"] == "/")


@pytest.fixture
def known_browser(person: User) -> Client:
    """A browser in which the person has signed in before, and out again."""
    browser = Client()
    assert is_in(attempt(person.email, PASSWORD, "203.0.113.9", browser))
    browser.post("/sign-out/")
    return browser


def test_one_stranger_gets_five_guesses_in_five_minutes(person: User) -> None:
    answers = [attempt(person.email, f"guess {n}").status_code for n in range(8)]
    assert answers == [200] * 5 + [429] * 3
    assert attempt(person.email, PASSWORD).status_code == 429  # the right one is not even looked at
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        assert is_in(attempt(person.email, PASSWORD))


def test_many_strangers_together_get_fifty_an_hour_and_the_person_is_not_kept_out(
    person: User, known_browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guesses from ever other networks: after fifty, none is looked at, and the person signs in."""
    looked_at = 0
    check = User.check_password

    def count(self: User, raw: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return check(self, raw)

    monkeypatch.setattr(User, "check_password", count)
    stranger = Client()
    for n in range(120):
        answer = attempt(person.email, f"guess {n}", f"10.1.{n}.1", stranger)
        assert not is_in(answer)
    assert looked_at == guard.BY_NAME
    assert FailedSignIn.objects.count() == guard.BY_NAME  # an attack fills no table
    assert is_in(attempt(person.email, PASSWORD, "198.51.100.44", known_browser))


@pytest.mark.slow
def test_two_thousand_guesses_are_counted_in_one_statement_each(
    person: User, known_browser: Client, rf: Any, django_assert_num_queries: Any
) -> None:
    """The decision itself, without pages: what is let through of two thousand guesses in an hour."""
    begin, through = clock.now(), 0
    for n in range(2_000):
        with clock.set_to(begin + timedelta(seconds=n * 1.8)):
            made = guard.Attempt(guard.hash_of(person.email), f"10.{n % 200}.{n % 7}.{n % 11}", "")
            if not guard.is_held(made):
                through += 1
                FailedSignIn.objects.create(
                    name_hash=made.name_hash, address=made.address, device="", at=clock.now()
                )
    assert through == guard.BY_NAME
    with clock.set_to(begin + timedelta(hours=1)):
        request = rf.post("/sign-in/", REMOTE_ADDR="203.0.113.9")
        request.COOKIES = {name: morsel.value for name, morsel in known_browser.cookies.items()}
        with django_assert_num_queries(1):
            assert not guard.is_held(guard.attempt_of(request, person.email))


def test_the_persons_own_network_may_be_the_attackers_too(person: User, known_browser: Client) -> None:
    """One office behind one address: its other people wait, the known browser does not."""
    for n in range(guard.BY_ADDRESS + 5):
        attempt(f"somebody{n}@example.org", "guess", "203.0.113.9")
    assert attempt("else@example.org", "guess", "203.0.113.9").status_code == 429
    assert is_in(attempt(person.email, PASSWORD, "203.0.113.9", known_browser))


def test_a_known_browser_guesses_ten_times_and_then_is_as_any_other(
    person: User, known_browser: Client
) -> None:
    """Who finds the machine open has ten guesses, then what strangers have."""
    answers = [
        attempt(person.email, f"guess {n}", "203.0.113.9", known_browser).status_code for n in range(20)
    ]
    assert answers == [200] * 10 + [429] * 10


def test_the_cookie_of_a_browser_is_for_its_people_alone_and_cannot_be_made(
    person: User, known_browser: Client
) -> None:
    User.objects.create_user(email="elena@example.org", password=PASSWORD, full_name="Elena")
    for n in range(5):
        attempt("elena@example.org", f"guess {n}", "203.0.113.9", known_browser)
    assert attempt("elena@example.org", PASSWORD, "203.0.113.9", known_browser).status_code == 429
    forged = Client()
    forged.cookies["device"] = known_browser.cookies["device"].value[:-3] + "abc"
    for n in range(6):
        last = attempt(person.email, f"guess {n}", "203.0.113.77", forged)
    assert last.status_code == 429


def test_a_browser_is_known_after_the_whole_way_only(person: User) -> None:
    from tests.factories.offices import enrol

    enrol(person)
    browser = Client()
    answer = attempt(person.email, PASSWORD, client=browser)
    assert answer["Location"] == "/sign-in/code/"
    assert "device" not in browser.cookies


def test_known_and_unknown_names_are_answered_alike(person: User) -> None:
    """The same body and the same status, before and after the limit."""

    def answers(login: str, address: str) -> list[tuple[int, str]]:
        found = []
        for n in range(8):
            answer = attempt(login, f"guess {n}", address)
            page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
            found.append((answer.status_code, page.replace(login, "LOGIN")))
        return found

    assert answers("amara@example.org", "198.51.100.1") == answers("nobody@example.org", "198.51.100.2")


def test_known_and_unknown_names_take_the_same_time(person: User, settings: Any) -> None:
    """One hash is made for either, so that a stopwatch tells nothing."""
    settings.PASSWORD_HASHERS = ["tests.accounts.test_guard.NotSoSlow"]
    person.set_password(PASSWORD)
    person.save()

    def seconds(login: str, network: int) -> float:
        taken = []
        for n in range(9):
            begin = time.perf_counter()
            attempt(login, "guess", f"10.9.{network}.{n}")
            taken.append(time.perf_counter() - begin)
        return statistics.median(taken)

    known, unknown = seconds("amara@example.org", 1), seconds("nobody@example.org", 2)
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("login", ["", "   ", "\x00", "a" * 5000, "not an address", "\ud83d"])
def test_a_name_that_is_none_is_refused_and_counts_nobody(login: str) -> None:
    answer = attempt(login.encode("utf-8", "replace").decode(), "guess")
    assert answer.status_code in (200, 400)
    assert FailedSignIn.objects.count() == 0


def test_a_password_typed_as_the_name_is_kept_nowhere() -> None:
    attempt("my-secret-words@example.org", "guess")
    kept = FailedSignIn.objects.get()
    assert "secret" not in f"{kept.name_hash} {kept.address} {kept.device}"


def test_the_forwarded_address_of_a_stranger_is_not_believed(person: User) -> None:
    fields = {"login": person.email, "password": "guess"}
    for n in range(6):
        answer = Client().post("/sign-in/", fields, headers={"X-Forwarded-For": f"192.0.2.{n}"})
    assert answer.status_code == 429


def test_what_is_counted_is_forgotten_after_a_day(person: User) -> None:
    attempt(person.email, "guess")
    forget_old_sign_ins(at=clock.now(), by=None)
    assert FailedSignIn.objects.count() == 1
    forget_old_sign_ins(at=clock.now() + timedelta(days=1, minutes=1), by=None)
    assert FailedSignIn.objects.count() == 0
