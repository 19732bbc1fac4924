"""Load the demonstration portfolio, or print whom to sign in as."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.demo import PASSWORD
from apps.initiatives.demo import play

REFERENCE = ("load_reference", "load_standards", "load_rates", "load_routes")


class Command(BaseCommand):
    help = "Loads made-up people, instruments and initiatives at every stage of the road; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", action="store_true", help="only print whom to sign in as")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["people"]:
            self._print_people()
            return
        if settings.PRODUCTION or not settings.ICTGOV_DEMO:
            raise CommandError(
                "This is no demonstration, and made-up people do not belong here. "
                "A demonstration starts with ICTGOV_DEMO=1, outside production."
            )
        if play.is_loaded():
            self.stdout.write("The demonstration is there already; nothing has changed.")
            return
        began = time.monotonic()
        for command in REFERENCE:
            call_command(command, verbosity=0, stdout=self.stdout)
        with _settable_clock():
            loaded = play.load(say=self.stdout.write)
        if loaded:
            self.stdout.write(f"The demonstration is loaded, in {time.monotonic() - began:.0f} s.")
        else:
            self.stdout.write("The demonstration is there already; nothing has changed.")

    def _print_people(self) -> None:
        shown = [
            (person["shown"], play.address_of(person))
            for person, _posts in play.people()
            if "shown" in person
        ]
        width = max(len(role) for role, _address in shown)
        self.stdout.write(f"Sign in as one of these people; the password of each is {PASSWORD}")
        for role, address in shown:
            self.stdout.write(f"  {role:<{width}}  {address}")


@contextmanager
def _settable_clock() -> Iterator[None]:
    """Let the clock be set while the demonstration is made, and not a moment longer."""
    before = settings.ICTGOV_CLOCK_SETTABLE
    settings.ICTGOV_CLOCK_SETTABLE = True
    try:
        yield
    finally:
        settings.ICTGOV_CLOCK_SETTABLE = before
