"""Bring in the offices, duty stations, calendars, functions and posts that the portal starts with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.offices.loading import FOLDER, load_reference


class Command(BaseCommand):
    help = "Loads the reference data; what is there already stays, what differs is changed, each is recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help="another folder with the same files")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_reference(options["folder"])
        for kind, count in sorted(counts.items()):
            self.stdout.write(f"{count:6} {kind}")
        if not counts:
            self.stdout.write("nothing to change")
