"""The task application: one beat entry, no long ETA, nothing that a request waits for (docs/adr)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ictgov.settings")

app = Celery("ictgov")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()


@app.task(name="gov.tick")
def tick() -> None:
    """One tick of the schedule; safe to run twice, and at once."""
    from ictgov.schedule import tick as run

    run()


@worker_init.connect
def _can_sign(**kwargs: Any) -> None:
    """The worker makes the register's checkpoints: without the key that signs them it does not start."""
    from apps.audit import signing

    try:
        signing.own_key()
    except signing.NoSigningKey as error:
        raise SystemExit(str(error)) from error


@worker_ready.connect
def _look_at_once(**kwargs: Any) -> None:
    """What came due while no worker ran does not wait for the next beat."""
    app.send_task("gov.tick", expires=25)
