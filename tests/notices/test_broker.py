"""The broker may freeze, die, forget everything; worker and beat may be killed: nothing is lost, nobody waits."""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.db import transaction

from apps.accounts.models import User
from apps.notices import services
from apps.notices.models import Outbox, TickRun
from apps.notices.signals import work_waits
from ictgov import embedded, schedule

BESIDES = 0.2  # seconds that a broker in trouble may cost a request


class Broker:
    """A broker of the test's own, on a port that stays the same when it is started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port, socket_timeout=2, retry=None)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [embedded._valkey_program(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.home,
             "--appendonly", "yes"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for _each in range(200):
            try:
                if self.client.ping():
                    return
            except redis.RedisError:
                time.sleep(0.05)
        raise AssertionError("the broker did not start")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; after SIGKILL it is gone."""
        assert self.process is not None
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    own = Broker(tmp_path)
    own.start()
    yield own
    own.client.close()
    own.send(signal.SIGCONT)
    own.send(signal.SIGKILL)


@pytest.fixture
def reader(transactional_db: None) -> User:
    return User.objects.create_user(email="reader@example.org", password="x", full_name="Reader")


def say(reader: User, key: str) -> float:
    """Write a message as a request does; returns how long it took."""
    start = time.perf_counter()
    with transaction.atomic():
        services.post(recipients=[reader], code="register.checkpoint", dedupe_key=key, params=PARAMS)
    return time.perf_counter() - start


PARAMS = {"seq": 1, "head": "x", "time": "t"}


@pytest.fixture
def nudged(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process nudge through the test's own broker, with the portal's settings."""
    app = Celery("test")
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broker.url
    monkeypatch.setattr("ictgov.celery.app", app)
    monkeypatch.setattr(schedule, "BETWEEN_NUDGES", 0.01)
    monkeypatch.setattr(schedule, "AFTER_A_FAILED_NUDGE", 0.01)
    nudge = schedule.Nudge(schedule._send_tick)
    work_waits.disconnect(dispatch_uid="ictgov.nudge")
    work_waits.connect(nudge, dispatch_uid="test.nudge")
    yield
    work_waits.disconnect(dispatch_uid="test.nudge")
    schedule.listen()


@pytest.mark.usefixtures("nudged")
def test_request_does_not_wait_for_a_broker_that_is_frozen_or_dead(broker: Broker, reader: User) -> None:
    usual = statistics.median(say(reader, f"usual {number}") for number in range(20))
    for _each in range(100):
        if broker.client.llen("gov:celery"):
            break
        time.sleep(0.05)
    assert broker.client.llen("gov:celery") > 0, "no nudge arrived while all was well"

    broker.send(signal.SIGSTOP)
    frozen = [say(reader, f"frozen {number}") for number in range(20)]
    broker.send(signal.SIGCONT)
    broker.send(signal.SIGKILL)
    dead = [say(reader, f"dead {number}") for number in range(20)]

    print(f"usual {usual * 1000:.1f} ms, frozen {max(frozen) * 1000:.1f}, dead {max(dead) * 1000:.1f}")
    assert sorted(frozen)[-2] <= usual + BESIDES
    assert sorted(dead)[-2] <= usual + BESIDES
    assert Outbox.objects.count() == 60


@pytest.mark.slow
def test_worker_beat_and_broker_are_killed_and_every_mail_is_sent_once(
    broker: Broker, reader: User, tmp_path: Path
) -> None:
    mails = tmp_path / "mails"
    mails.mkdir()
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ictgov.settings",
        "REDIS_URL": broker.url,
        "ICTGOV_TICK_SECONDS": "1",
        "EMAIL_URL": f"filemail:///{mails}",
        "ICTGOV_CHECKPOINTS": str(tmp_path / "checkpoints"),
    }
    running: dict[str, subprocess.Popen[bytes]] = {}

    def start(name: str) -> None:
        kind = name.split("-")[0]
        what = {
            "worker": ["worker", "-c", "1", "-l", "ERROR", "--without-gossip", "--without-mingle"],
            "beat": ["beat", "-l", "ERROR", "-s", str(tmp_path / name), f"--pidfile={tmp_path / name}.pid"],
        }[kind]
        (tmp_path / f"{name}.pid").unlink(missing_ok=True)
        with (tmp_path / f"{name}.log").open("ab") as log:
            running[name] = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "ictgov.celery", *what],
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(name: str) -> None:
        os.killpg(running[name].pid, signal.SIGKILL)
        running.pop(name).wait()

    def sent(key: str) -> bool:
        return Outbox.objects.filter(dedupe_key__startswith=f"{key}:", sent_at__isnull=False).exists()

    def soon(fact: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + 90
        while not fact():
            assert time.monotonic() < end, what
            time.sleep(0.2)

    try:
        start("worker")
        start("beat")
        say(reader, "all well")
        soon(lambda: sent("all well"), "worker and beat")

        kill("worker")
        say(reader, "worker dead")
        start("worker")
        soon(lambda: sent("worker dead"), "after the worker")

        kill("beat")
        say(reader, "beat dead")
        start("beat")
        soon(lambda: sent("beat dead"), "after beat")

        broker.send(signal.SIGKILL)
        say(reader, "broker dead")
        broker.start()
        soon(lambda: sent("broker dead"), "after the broker")

        broker.client.flushall()
        say(reader, "broker empty")
        soon(lambda: sent("broker empty"), "after the broker forgot all")

        for number in range(3):
            start(f"beat-{number}")
        say(reader, "four beats")
        soon(lambda: sent("four beats"), "with four beats")
    finally:
        for name in list(running):
            kill(name)

    texts = [path.read_text() for path in mails.iterdir()]
    ids = Counter(found for text in texts for found in re.findall(r"^Message-ID: (.*)$", text, re.MULTILINE))
    assert len(ids) == 6
    assert set(ids.values()) == {1}
    assert TickRun.objects.exclude(finished_at=None).count() >= 6
    assert set(TickRun.objects.values_list("error", flat=True)) == {""}
