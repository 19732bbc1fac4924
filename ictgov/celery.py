"""The task application: one beat entry, no long ETA, nothing that a request waits for (docs/adr)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ictgov.settings")

app = Celery("ictgov")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()


@app.task(name="gov.tick")
def tick() -> None:
    """One tick of the schedule; safe to run twice, and at once."""
    from ictgov.schedule import tick as run

    run()
