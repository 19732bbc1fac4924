from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.approvals import pictures


class Command(BaseCommand):
    """Print the pictures of the roads."""

    help = "Print each published road as a diagram and a table into docs/generated (or the folder given)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BASE_DIR / "docs/generated", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        options["to"].mkdir(parents=True, exist_ok=True)
        for source in sorted(pictures.ROUTES.glob("*.json")):
            path = options["to"] / f"road-{source.stem}.md"
            path.write_text(pictures.draw_road(source.name), encoding="utf-8")
            self.stdout.write(path.name)
