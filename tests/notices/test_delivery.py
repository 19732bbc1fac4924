import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.audit import clock
from apps.notices import services, wording
from apps.notices.delivery import ATTEMPTS_AT_LEAST, drain_outbox, one_line
from apps.notices.models import Outbox
from apps.notices.sweep import pause_after

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
wording.register_wording({"test.hello": ("Case {title}", gettext_lazy("Due {due_at}."))})


def make_reader(name: str = "amina", **fields: Any) -> User:
    return User.objects.create_user(email=f"{name}@example.org", password="x", full_name=name, **fields)


def say(reader: User, key: str = "k", **changes: Any) -> None:
    given: dict[str, Any] = {
        "recipients": [reader],
        "code": "test.hello",
        "params": {"title": "A wide network", "due_at": MOMENT},
        "dedupe_key": key,
        "link": "/cases/1/",
        "at": MOMENT,
    }
    services.post(**(given | changes))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> int:
        raise OSError("no mail server")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


@pytest.mark.django_db
def test_mail_is_sent_once_in_the_readers_language_and_zone() -> None:
    say(make_reader(language="en", time_zone="Africa/Juba"))
    with clock.set_to(MOMENT):
        assert drain_outbox().sent == 1
        assert drain_outbox().sent == 0
    message = mail.outbox[0]
    assert message.subject == "Case A wide network"
    assert message.body == "Due 2 Mar 2026, 14:00 (Africa/Juba).\n\nhttp://localhost:8000/cases/1/\n"
    assert message.to == ["amina@example.org"]
    assert message.extra_headers["Message-ID"] == f"<{Outbox.objects.get().pk}@localhost>"


@pytest.mark.django_db
def test_title_cannot_add_a_header() -> None:
    say(make_reader(), params={"title": "x\r\nBcc: all@example.org\n\u202eTo: y", "due_at": MOMENT})
    with clock.set_to(MOMENT):
        drain_outbox()
    sent = mail.outbox[0].message()
    assert sent["Bcc"] is None
    assert len(sent.get_all("Subject")) == 1
    assert len(sent.get_all("To")) == 1
    assert sent["Subject"] == "Case x Bcc: all@example.org To: y"


def test_one_line_is_short_and_single() -> None:
    assert one_line("a\x00\r\n\tb\u2028c" + "d" * 300) == "a b c" + "d" * 245


@pytest.mark.django_db
def test_nothing_is_sent_before_its_time() -> None:
    say(make_reader(), not_before=MOMENT + timedelta(days=2))
    with clock.set_to(MOMENT + timedelta(days=2) - timedelta(microseconds=1)):
        assert drain_outbox().sent == 0
        clock.advance(timedelta(microseconds=1))
        assert drain_outbox().sent == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
def test_server_that_is_down_is_left_alone_after_three_failures() -> None:
    for number in range(10):
        say(make_reader(f"r{number}"))
    with clock.set_to(MOMENT):
        assert drain_outbox().failed == 3
    assert Outbox.objects.filter(attempts=1).count() == 3
    assert Outbox.objects.filter(last_error="OSError: no mail server").count() == 3


@pytest.mark.django_db
def test_mail_waits_out_a_day_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    say(make_reader())
    with clock.set_to(MOMENT):
        with monkeypatch.context() as down:
            down.setattr(
                "django.core.mail.backends.locmem.EmailBackend.send_messages",
                lambda *args: (_ for _ in ()).throw(OSError()),
            )
            for _each in range(24 * 12):
                drain_outbox()
                clock.advance(timedelta(minutes=5))
        clock.advance(timedelta(hours=1, minutes=31))
        assert drain_outbox().sent == 1
    assert Outbox.objects.get().attempts < 60


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
def test_mail_is_given_up_after_72_hours_of_trying() -> None:
    say(make_reader())
    with clock.set_to(MOMENT):
        for _each in range(72):
            drain_outbox()
            clock.advance(timedelta(minutes=59))
        assert Outbox.objects.get().dead_at is None
        for _each in range(6):
            clock.advance(timedelta(hours=2))
            drain_outbox()
    assert Outbox.objects.get().dead_at is not None
    assert Outbox.objects.get().attempts >= ATTEMPTS_AT_LEAST


@pytest.mark.django_db
def test_reader_who_left_gets_nothing() -> None:
    reader = make_reader()
    say(reader)
    reader.is_active = False
    reader.save()
    with clock.set_to(MOMENT):
        drain_outbox()
    assert mail.outbox == []


@pytest.mark.django_db
def test_cap_of_a_tick_is_kept() -> None:
    for number in range(5):
        say(make_reader(f"r{number}"))
    with clock.set_to(MOMENT):
        assert drain_outbox(2).sent == 2
    assert Outbox.objects.filter(sent_at=None).count() == 3


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (10_000, 3600)]
)
def test_pause_doubles_from_15_seconds_to_an_hour_and_is_spread(attempts: int, seconds: int) -> None:
    pauses = [pause_after(attempts).total_seconds() for _each in range(200)]
    assert seconds * 0.5 <= min(pauses) < seconds * 0.75
    assert seconds * 1.25 < max(pauses) <= seconds * 1.5


@pytest.mark.django_db(transaction=True)
def test_ten_senders_at_once_send_each_mail_once() -> None:
    for number in range(40):
        say(make_reader(f"r{number}"))

    def run() -> None:
        try:
            drain_outbox()
        finally:
            connection.close()

    with clock.set_to(MOMENT):
        threads = [threading.Thread(target=run) for _each in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 40
    assert len(mail.outbox) == 40
