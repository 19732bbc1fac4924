from typing import Any

from django.core.management.base import BaseCommand

from ictgov.schedule import tick


class Command(BaseCommand):
    """Run one tick by hand."""

    help = "Do what is due once: timers, the outbox, the register's checkpoint."

    def handle(self, *args: Any, **options: Any) -> None:
        run = tick()
        self.stdout.write(
            f"timers {run.timers_fired} fired, {run.timers_failed} failed; "
            f"mails {run.mails_sent} sent, {run.mails_failed} failed; checkpoint {run.checkpoint_seq or '-'}"
        )
        if run.error:
            self.stderr.write(run.error)
