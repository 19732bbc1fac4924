from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.notices.services import try_again
from ictgov.schedule import tick


class Command(BaseCommand):
    """Run one tick by hand."""

    help = "Do what is due once: timers, the outbox, the register's checkpoint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--try-again",
            action="store_true",
            help="first take up again the timers and mails that were given up",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["try_again"]:
            timers, mails = try_again()
            self.stdout.write(f"taken up again: {timers} timers, {mails} mails")
        run = tick()
        self.stdout.write(
            f"timers {run.timers_fired} fired, {run.timers_failed} failed; "
            f"mails {run.mails_sent} sent, {run.mails_failed} failed; checkpoint {run.checkpoint_seq or '-'}"
        )
        if run.error:
            self.stderr.write(run.error)
