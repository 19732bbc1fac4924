"""Take standards in from a file; without a file, those that ship with the product."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.standards.services import load_standards

SHIPPED = Path(__file__).resolve().parents[2] / "reference" / "standards.json"


class Command(BaseCommand):
    help = "Load the standards that business cases answer to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED)

    def handle(self, *args: Any, **options: Any) -> None:
        changed, known = load_standards(path=options["file"], by=None)
        self.stdout.write(f"Standards: {changed} new or changed, {known} known already.")
