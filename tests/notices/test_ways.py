"""How messages come: one's turn at once, the rest in the morning or on the page, what is needed always."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import User
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices import services, wording
from apps.notices.delivery import drain_outbox
from apps.notices.models import Notice, Outbox, Preference
from apps.notices.queries import backlog
from apps.notices.ways import Group, next_morning, register_groups
from tests.notices.test_delivery import make_reader, say

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
JUBA_MORNING = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)  # 07:00 in Juba

wording.register_wording(
    {
        "test.news": ("News of {title}", "Somebody did something."),
        "test.needed": ("Decided: {title}", "The letter is there."),
    }
)
register_groups({"test.news": Group.NEWS, "test.needed": Group.NEEDED})


def drained(at: datetime) -> list[Any]:
    mail.outbox.clear()
    with clock.set_to(at):
        drain_outbox()
    return list(mail.outbox)


def reader(**chosen: str) -> User:
    user = make_reader(time_zone="Africa/Juba")
    if chosen:
        services.choose_messages(**{"turns": "at_once", "news": "daily", **chosen}, by=user)
    return user


def test_news_wait_for_the_morning_and_come_in_one_mail() -> None:
    user = reader()
    for number in range(3):
        say(user, f"n{number}", code="test.news", params={"title": f"Case {number}"}, at=NOON)
    assert drained(NOON) == []
    assert drained(JUBA_MORNING - timedelta(seconds=1)) == []
    (sent,) = drained(JUBA_MORNING)
    assert sent.subject == "Your day: 3 messages"
    assert [f"News of Case {number}" in sent.body for number in range(3)] == [True] * 3
    assert "/notices/preferences/" in sent.body
    assert drained(JUBA_MORNING + timedelta(days=2)) == []
    assert not Outbox.objects.filter(sent_at=None).exists()


def test_ones_turn_comes_at_once_unless_one_asks_for_the_morning() -> None:
    first = reader()
    say(first, "a", at=NOON)
    assert len(drained(NOON)) == 1
    services.choose_messages(turns="daily", news="page", by=first)
    say(first, "b", at=NOON)
    say(first, "c", code="test.news", params={"title": "x"}, at=NOON)
    assert drained(NOON) == []
    (sent,) = drained(JUBA_MORNING)
    assert sent.subject == "Your day: 1 message"
    assert "News of" not in sent.body
    assert Notice.objects.filter(recipient=first).count() == 3  # all of it is on the page


@pytest.mark.parametrize("news", ["daily", "page", "at_once"])
def test_what_is_needed_comes_at_once_whatever_was_chosen_and_says_so(news: str) -> None:
    say(reader(turns="daily", news=news), code="test.needed", params={"title": "x"}, at=NOON)
    (sent,) = drained(NOON)
    assert sent.subject == "Decided: x"
    assert "whatever you chose" in sent.body


def test_three_days_of_silence_give_one_daily_mail() -> None:
    user = reader()
    for day in range(3):
        at = NOON + timedelta(days=day)
        say(user, f"d{day}", code="test.news", params={"title": f"Day {day}"}, at=at)
    back = NOON + timedelta(days=3, hours=1)
    assert drained(back) == []
    (sent,) = drained(JUBA_MORNING + timedelta(days=3))
    assert [f"News of Day {day}" in sent.body for day in range(3)] == [True] * 3
    assert not Outbox.objects.filter(sent_at=None).exists()


def test_the_daily_mail_leaves_out_what_may_be_read_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    user = reader()
    say(user, "seen", code="test.news", params={"title": "Seen"}, at=NOON)
    say(user, "gone", code="test.news", params={"title": "Gone"}, at=NOON)
    drained(NOON)
    monkeypatch.setattr(
        "apps.notices.queries.is_still_for", lambda one, at: not one.dedupe_key.startswith("gone")
    )
    (sent,) = drained(JUBA_MORNING)
    assert "News of Seen" in sent.body
    assert "Gone" not in sent.body
    assert Outbox.objects.get(dedupe_key__startswith="gone").last_error == "out of sight"


def test_a_daily_mail_that_fails_is_tried_again_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    user = reader()
    say(user, "one", code="test.news", params={"title": "One"}, at=NOON)
    say(user, "two", code="test.news", params={"title": "Two"}, at=NOON)
    drained(NOON)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _refuse)
        assert drained(JUBA_MORNING) == []
    assert Outbox.objects.filter(sent_at=None, dead_at=None).count() == 2
    (sent,) = drained(JUBA_MORNING + timedelta(hours=3))
    assert "One" in sent.body
    assert "Two" in sent.body


def _refuse(*args: Any) -> int:
    raise OSError("no mail server")


def test_what_waits_for_the_morning_or_stays_on_the_page_is_neither_late_nor_given_up() -> None:
    first, second = reader(), make_reader("page")
    services.choose_messages(turns="at_once", news="page", by=second)
    for user in (first, second):
        say(user, f"n{user.full_name}", code="test.news", params={"title": "x"}, at=NOON)
    assert drained(NOON) == []
    found = backlog(NOON + timedelta(hours=3))
    assert (found.mails_waiting, found.oldest_mail_at, found.mails_given_up) == (0, None, 0)
    assert backlog(JUBA_MORNING).mails_waiting == 1


def test_mails_of_a_case_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.notices.queries.is_still_for", lambda one, at: True)
    case = UUID(int=7)
    say(reader(), case_id=case, at=NOON)
    say(make_reader("else"), "other", at=NOON)
    with_case, without = sorted(drained(NOON), key=lambda one: "References" not in one.extra_headers)
    assert with_case.extra_headers["References"] == f"<case-{case}@localhost>"
    assert "References" not in without.extra_headers


@pytest.mark.parametrize(
    ("after", "morning"),
    [
        (datetime(2026, 3, 2, 4, 59, tzinfo=UTC), datetime(2026, 3, 2, 5, 0, tzinfo=UTC)),
        (datetime(2026, 3, 2, 5, 0, tzinfo=UTC), datetime(2026, 3, 3, 5, 0, tzinfo=UTC)),
    ],
)
def test_the_next_morning_is_where_the_reader_is(after: datetime, morning: datetime) -> None:
    assert next_morning(after, "Africa/Juba") == morning


def test_the_morning_is_at_seven_also_when_summer_time_begins() -> None:
    at = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)  # the night before New York changes
    assert next_morning(at, "America/New_York") == datetime(2026, 3, 8, 11, 0, tzinfo=UTC)


def test_choosing_on_the_page_and_by_the_api(client: Client) -> None:
    user = make_reader(time_zone="Africa/Juba")
    client.force_login(user)
    page = client.get("/notices/preferences/").content.decode()
    assert "Africa/Juba" in page
    assert client.post("/notices/preferences/", {"turns": "daily", "news": "page"}).status_code == 302
    assert (Preference.objects.get(user=user).turns, Preference.objects.get(user=user).news) == (
        "daily",
        "page",
    )
    assert client.get("/api/v1/notices/preferences/").json() == {"turns": "daily", "news": "page"}
    given = {"turns": "at_once", "news": "at_once"}
    sent = client.post("/api/v1/notices/preferences/", given, content_type="application/json")
    assert (sent.status_code, sent.json()) == (200, given)


def test_a_choice_that_is_none_is_refused_by_its_field(client: Client) -> None:
    user = make_reader()
    with pytest.raises(Refused) as refused:
        services.choose_messages(turns="page", news="never", by=user)
    assert [(one.code, one.field) for one in refused.value.reasons] == [
        ("notice.no_such_way", "turns"),
        ("notice.no_such_way", "news"),
    ]
    client.force_login(user)
    answer = client.post("/notices/preferences/", {"turns": "page", "news": "daily"})
    assert answer.status_code == 400
    assert "no way in which these messages come" in answer.content.decode()
    assert not Preference.objects.exists()
