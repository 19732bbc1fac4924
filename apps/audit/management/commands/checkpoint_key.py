from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit import signing


class Command(BaseCommand):
    """Make a key for the checkpoints, or show the public half of the one in use."""

    help = (
        "Make a new key that signs checkpoints in FILE; without FILE, show the public half of the one in use."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a file that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = signing.make_key_file(options["file"]) if options["file"] else signing.own_key()
        except FileExistsError as error:
            raise CommandError(f"{options['file']} is there already, and is left as it is.") from error
        except (OSError, signing.NoSigningKey) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{key.public.encoded.hex()}  # {key.public.id}")
