"""Take UN operational rates of exchange in from a file; without a file, those that ship with the product."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.reasons import Refused, sentence
from apps.initiatives import rates

SHIPPED = Path(__file__).resolve().parents[2] / "reference" / "rates.csv"


class Command(BaseCommand):
    help = "Load UN operational rates of exchange (columns: date, currency, units_per_usd, source)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            new, known = rates.load_rates(options["file"], by=None)
        except Refused as refused:
            raise CommandError("\n".join(sentence(reason) for reason in refused.reasons)) from refused
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        self.stdout.write(f"Rates: {new} new, {known} known already.")
