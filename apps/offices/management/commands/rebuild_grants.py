"""Compare the map of grants with what is declared and who holds which post, and mend it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit import clock
from apps.offices.grants import rebuild_grants
from apps.offices.services.reconciling import reconcile_grants


class Command(BaseCommand):
    help = (
        "Rebuilds groups and grants from posts and declared tables, and records what it mended; with --check it only "
        "says what differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if something differs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = rebuild_grants(at=clock.now(), check=True) if options["check"] else reconcile_grants(by=None)
        for line in found:
            self.stdout.write(line)
        self.stdout.write(f"{len(found)} differences")
        if found and options["check"]:
            raise CommandError("The grants differ from what is declared; run rebuild_grants.")
