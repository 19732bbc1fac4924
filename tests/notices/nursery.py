"""Sweeps and senders that are killed: forks children that work like a worker, and kills them with -9.

    python -m tests.notices.nursery CHILDREN KILLS SEED MAILS_FILE

Children die at points between two steps (after claiming, after counting a try, within the work, after the work and
before its commit, after a mail was handed over and before it is marked) and at any moment from outside. Prints what
died where, as JSON, when nothing is left to do.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.mail.backends.base import BaseEmailBackend  # noqa: E402
from django.db import connection  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.audit import clock, register  # noqa: E402
from apps.notices import delivery, handlers, services, sweep, wording  # noqa: E402
from apps.notices.models import Outbox, Timer  # noqa: E402

MAILS = Path(sys.argv[4])
wording.register_wording({"nursery": ("Subject {n}", "Body")})


class FileBackend(BaseEmailBackend):
    """A mail server that keeps the Message-IDs it has taken, safely."""

    def send_messages(self, messages: Any) -> int:
        """Take them."""
        for message in messages:
            with MAILS.open("a") as file:
                file.write(message.extra_headers["Message-ID"] + "\n")
                file.flush()
                os.fsync(file.fileno())
        return len(messages)


def remind(timer: Timer) -> None:
    """Post a notice and a mail for a timer."""
    reader = User.objects.get(email="reader@example.org")
    services.post(recipients=[reader], code="nursery", params={"n": 1}, dedupe_key=str(timer.object_id))
    maybe_die("in the work", 0.004)


def change(timer: Timer) -> None:
    """Record an act in the register, and say so: a change of state."""
    register.record(
        verb="escalate", by=None, obj_kind="turn", obj_id=timer.object_id, occurred_at=clock.now()
    )
    remind(timer)


def maybe_die(point: str, chance: float) -> None:
    """Die at this point, sometimes, and leave a word of it."""
    if random.random() < chance:  # noqa: S311
        with Path(f"{MAILS}.deaths").open("a") as file:
            file.write(point + "\n")
        os.kill(os.getpid(), signal.SIGKILL)


def dying_after(module: Any, name: str, point: str, chance: float) -> None:
    """Wrap a function so that the process may die when it has returned."""
    inner = getattr(module, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = inner(*args, **kwargs)
        maybe_die(point, chance)
        return found

    setattr(module, name, wrapped)


def prepare() -> None:
    """Shorten the waits, and put the deaths in.

    A child dies here every few hundredths of a second, and on a busy machine before it has done anything: as the waits
    are shorter by a thousand, a timer is given up after more tries.
    """
    sweep.ATTEMPTS = 1000
    sweep.LEFT_BEHIND_AFTER = timedelta(milliseconds=200)
    sweep.FIRST_PAUSE = timedelta(milliseconds=50)
    sweep.LONGEST_PAUSE = timedelta(milliseconds=400)
    handlers.REMINDERS_IN_A_BATCH = 60
    handlers.CHANGES_IN_A_BATCH = 20
    settings.EMAIL_BACKEND = "tests.notices.nursery.FileBackend"
    sys.modules["tests.notices.nursery"] = sys.modules["__main__"]
    handlers.register("nursery.remind", remind)
    handlers.register("nursery.change", change, changes_state=True)
    dying_after(sweep, "_claim", "after claiming timers", 0.15)
    dying_after(sweep, "_count_attempt", "after counting a try", 0.02)
    dying_after(sweep, "_fire", "after the work", 0.1)
    dying_after(delivery, "_claim", "after claiming a mail", 0.02)
    dying_after(FileBackend, "send_messages", "between sending and marking", 0.05)


def is_done() -> bool:
    """Whether nothing waits any more."""
    return not (
        Timer.objects.filter(fired_at=None, dead_at=None).exists()
        or Outbox.objects.filter(sent_at=None, dead_at=None).exists()
    )


def work(seed: int) -> None:
    """What a worker does, without end."""
    random.seed(seed)
    while not is_done():
        sweep.sweep(limit=200)
        delivery.drain_outbox(40)
        time.sleep(0.01)


def main() -> None:
    """Keep the children at work until nothing is left; kill one now and then."""
    children, kills, seed = (int(argument) for argument in sys.argv[1:4])
    chance = random.Random(seed)  # noqa: S311
    prepare()
    alive: set[int] = set()
    deaths: Counter[str] = Counter()
    forks = 0
    finished = 0
    while True:
        while finished == 0 and len(alive) < children:
            forks += 1
            pid = os.fork()
            if pid == 0:
                connection.connection = None
                work(seed * 1000 + forks)
                os._exit(0)
            alive.add(pid)
        if not alive:
            break
        time.sleep(chance.uniform(0.005, 0.05))
        if finished == 0 and deaths["from outside"] < kills and chance.random() < 0.5:
            victim = chance.choice(sorted(alive))
            os.kill(victim, signal.SIGKILL)
            with Path(f"{MAILS}.deaths").open("a") as file:
                file.write("from outside\n")
            deaths["from outside"] += 1
        for pid in list(alive):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                alive.discard(pid)
                if os.WIFEXITED(status):
                    if os.WEXITSTATUS(status):
                        raise SystemExit(f"a child failed: {status}")
                    finished += 1
    found = Counter(Path(f"{MAILS}.deaths").read_text().splitlines())
    print(json.dumps({"forks": forks, "deaths": found}))


if __name__ == "__main__":
    main()
