"""Kill -9, again and again, while 1,000 timers are due: nothing is lost, nothing is done twice.

At worst a mail is sent once more for each kill between sending and marking.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from apps.accounts.models import User
from apps.audit import clock, verification
from apps.audit.models import Event
from apps.notices import services
from apps.notices.models import Notice, Outbox, Timer

TIMERS = 1000
KILLS = 120


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killing_workers_loses_nothing_and_doubles_only_mails(tmp_path: Path) -> None:
    User.objects.create_user(email="reader@example.org", password="x", full_name="Reader")
    past = clock.now() - timedelta(hours=1)
    for number in range(TIMERS):
        kind = "nursery.change" if number % 4 == 0 else "nursery.remind"
        services.set_timer(kind=kind, object_id=uuid4(), due_at=past)
    mails = tmp_path / "mails"
    found = subprocess.run(
        [sys.executable, "-m", "tests.notices.nursery", "4", str(KILLS), "1", str(mails)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "ictgov.settings", "ICTGOV_LOG_LEVEL": "CRITICAL"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-4000:]
    deaths = Counter(json.loads(found.stdout)["deaths"])
    print(dict(deaths))

    assert Timer.objects.filter(fired_at=None).count() == 0
    assert Timer.objects.exclude(dead_at=None).count() == 0
    assert Notice.objects.count() == TIMERS
    assert Outbox.objects.exclude(sent_at=None).count() == TIMERS
    assert Event.objects.count() == TIMERS // 4
    assert Event.objects.values("object_id").distinct().count() == TIMERS // 4
    assert verification.verify_register().is_intact

    sent = Counter(mails.read_text().split())
    assert len(sent) == TIMERS
    doubled = sum(times - 1 for times in sent.values())
    assert doubled >= deaths["between sending and marking"] > 0
    assert doubled <= deaths["between sending and marking"] + deaths["from outside"]
    assert deaths["from outside"] >= KILLS // 2
    assert set(deaths) == {
        "after claiming timers",
        "after counting a try",
        "in the work",
        "after the work",
        "after claiming a mail",
        "between sending and marking",
        "from outside",
    }
