from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit import verification, verifier


class Command(BaseCommand):
    """Verify the register in the database, against the checkpoints that are at hand."""

    help = "Verify the register where it is: the chain, the checkpoint files, and the frozen versions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint that a witness kept, beside those in the checkpoint folder",
        )
        parser.add_argument(
            "--key",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="public keys that a witness kept, in place of those that the portal knows",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = [found for path in options["checkpoint"] for found in verifier.checkpoints_of(path)]
            keys = {name: key for path in options["key"] for name, key in verifier.keys_of(path).items()}
        except (OSError, verifier.Unreadable) as error:
            raise CommandError(str(error), returncode=2) from error
        report = verification.verify_register(kept, keys=keys)
        for line in verifier.lines_of(report):
            self.stdout.write(line)
        if not report.is_intact:
            raise CommandError("the register is not intact", returncode=1)
