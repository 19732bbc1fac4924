from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.translation import gettext_lazy

from apps.accounts import navigation
from apps.accounts.models import User
from apps.audit import clock
from apps.notices import queries, services, wording
from apps.notices.models import Notice, TickRun

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
wording.register_wording({"test.inbox": ("It is your turn: {title}", gettext_lazy("Due {due_at}."))})


@pytest.fixture(autouse=True)
def _nothing_held() -> None:
    navigation.forget_held()


@pytest.fixture
def reader() -> User:
    return User.objects.create_user(
        email="amina@example.org", password="x", full_name="Amina", time_zone="Africa/Juba"
    )


@pytest.fixture
def other() -> User:
    return User.objects.create_user(email="other@example.org", password="x", full_name="Other")


@pytest.fixture
def at_the_desk(client: Client, reader: User) -> Client:
    client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def say(reader: User, title: str, at: datetime = MOMENT, **changes: Any) -> Notice:
    given: dict[str, Any] = {
        "recipients": [reader],
        "code": "test.inbox",
        "params": {"title": title, "due_at": MOMENT},
        "dedupe_key": f"{title} {uuid4()}",
        "link": "/cases/1/",
        "at": at,
    }
    services.post(**(given | changes))
    return Notice.objects.get(dedupe_key=given["dedupe_key"])


def test_inbox_shows_ones_own_newest_first_in_ones_words(
    at_the_desk: Client, reader: User, other: User
) -> None:
    say(reader, "first")
    say(reader, "second", MOMENT + timedelta(hours=1))
    say(other, "not for Amina")
    page = at_the_desk.get("/notices/").content.decode()
    assert page.index("It is your turn: second") < page.index("It is your turn: first")
    assert "Due 2 Mar 2026, 14:00 (Africa/Juba)." in page
    assert "not for Amina" not in page
    assert 'class="head__count">2<' in page


def test_inbox_escapes_what_people_wrote(at_the_desk: Client, reader: User) -> None:
    say(reader, "<script>alert(1)</script>")
    page = at_the_desk.get("/notices/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_empty_inbox_says_what_would_fill_it(at_the_desk: Client) -> None:
    assert "You will be told here when it is your turn" in at_the_desk.get("/notices/").content.decode()
    assert "You have read everything" in at_the_desk.get("/notices/?show=unread").content.decode()


def test_notice_is_marked_as_read_and_opened(at_the_desk: Client, reader: User) -> None:
    notice = say(reader, "x")
    answer = at_the_desk.post(f"/notices/{notice.pk}/read/", {"then": "open"})
    assert (answer.status_code, answer["Location"]) == (302, "/cases/1/")
    assert queries.unread_count(reader) == 0
    assert "It is your turn" not in at_the_desk.get("/notices/?show=unread").content.decode()


@pytest.mark.parametrize(
    "link", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_notice_does_not_lead_to_another_site(reader: User, link: str) -> None:
    with pytest.raises(ValueError, match="leads to a page of the portal"):
        say(reader, "x", link=link)


def test_all_are_marked_as_read(at_the_desk: Client, reader: User, other: User) -> None:
    say(reader, "a")
    say(reader, "b")
    say(other, "c")
    at_the_desk.post("/notices/read/")
    assert (queries.unread_count(reader), queries.unread_count(other)) == (0, 1)


def test_anothers_notice_is_not_found(at_the_desk: Client, other: User) -> None:
    notice = say(other, "x")
    assert at_the_desk.post(f"/notices/{notice.pk}/read/").status_code == 404
    assert at_the_desk.post(f"/notices/{uuid4()}/read/").status_code == 404
    assert at_the_desk.post(f"/api/v1/notices/{notice.pk}/read/").status_code == 404
    assert queries.unread_count(other) == 1


def test_nobody_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/notices/").status_code == 302
    assert client.get("/api/v1/notices/").status_code in {401, 403}


def test_inbox_goes_on_after_fifty(at_the_desk: Client, reader: User) -> None:
    for number in range(60):
        say(reader, f"number {number}.", MOMENT + timedelta(minutes=number // 2))
    first = at_the_desk.get("/notices/")
    assert len(first.context["lines"]) == 50
    second = at_the_desk.get("/notices/" + first.context["next_url"])
    assert len(second.context["lines"]) == 10
    seen = [line.subject for page in (first, second) for line in page.context["lines"]]
    assert len(set(seen)) == 60
    assert at_the_desk.get("/notices/?before=nonsense").status_code == 200


@pytest.mark.parametrize("count", [1, 3, 200])
def test_inbox_costs_the_same_at_every_length(
    at_the_desk: Client, reader: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        say(reader, f"number {number}")
    at_the_desk.get("/notices/")
    with django_assert_num_queries(STATEMENTS):
        at_the_desk.get("/notices/")


STATEMENTS = 7
"""The session, the person, the rows, the count of unread, the posts one holds (the header opens by role), and the
clock twice (none outside a test's transaction)."""


def test_api_lists_marks_and_says_the_same(at_the_desk: Client, reader: User) -> None:
    notice = say(reader, "x")
    say(reader, "y", MOMENT + timedelta(hours=1))
    answer = at_the_desk.get("/api/v1/notices/").json()
    assert [row["subject"] for row in answer["results"]] == ["It is your turn: y", "It is your turn: x"]
    assert answer["results"][1]["params"] == {"title": "x", "due_at": "2026-03-02T12:00:00.000000Z"}
    assert at_the_desk.post(f"/api/v1/notices/{notice.pk}/read/").status_code == 204
    assert at_the_desk.post(f"/api/v1/notices/{notice.pk}/read/").status_code == 204
    left = at_the_desk.get("/api/v1/notices/?show=unread").json()["results"]
    assert [row["subject"] for row in left] == ["It is your turn: y"]
    assert at_the_desk.post("/api/v1/notices/read/").json() == {"marked": 1}


def test_banner_says_when_the_tick_is_late(at_the_desk: Client) -> None:
    late = "the background work has not"
    assert late in at_the_desk.get("/notices/").content.decode()
    now = clock.now()
    TickRun.objects.create(started_at=now, finished_at=now - timedelta(seconds=100))
    navigation.forget_held()
    assert late not in at_the_desk.get("/notices/").content.decode()


def test_tick_is_late_after_two_minutes() -> None:
    assert queries.tick_is_late(MOMENT)
    TickRun.objects.create(started_at=MOMENT, finished_at=MOMENT)
    TickRun.objects.create(started_at=MOMENT + timedelta(minutes=1))
    assert queries.last_tick() == MOMENT
    assert not queries.tick_is_late(MOMENT + timedelta(seconds=120))
    assert queries.tick_is_late(MOMENT + timedelta(seconds=120, microseconds=1))
