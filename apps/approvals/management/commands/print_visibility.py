from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.approvals import pictures


class Command(BaseCommand):
    """Print the table of who sees which cases."""

    help = "Print who sees which cases, and who may not be who, into docs/generated (or the folder given)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BASE_DIR / "docs/generated", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        options["to"].mkdir(parents=True, exist_ok=True)
        path = options["to"] / "visibility.md"
        path.write_text(pictures.draw_visibility(), encoding="utf-8")
        self.stdout.write(path.name)
