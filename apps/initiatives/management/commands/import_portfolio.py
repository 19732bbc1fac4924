"""Bring in a portfolio of what runs already; each row alone, with progress and a report of what was refused
and why."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.reasons import sentence
from apps.initiatives import importing
from apps.initiatives.portfolio import PORTFOLIOS, read_mapping

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
STEP = 50
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Command(BaseCommand):
    help = "Import a portfolio. A second run changes nothing; a run that was stopped goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, default=REFERENCE / "portfolio_mapping_us2017.csv")
        parser.add_argument("--report", type=Path, help="a CSV file for the refused rows and their reasons")
        parser.add_argument("--portfolio", choices=sorted(PORTFOLIOS), default="us-itdashboard-2017")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"imported": 0, "unchanged": 0, "refused": 0}
        refused: list[importing.Outcome] = []
        try:
            outcomes = importing.import_portfolio(
                path=options["file"],
                mapping=read_mapping(options["mapping"]),
                portfolio=PORTFOLIOS[options["portfolio"]],
                by=importing.service_account(),
            )
            for number, outcome in enumerate(outcomes, start=1):
                counts[outcome.result] += 1
                if outcome.result == "refused":
                    refused.append(outcome)
                if number % STEP == 0:
                    self.stdout.write(f"{number} rows: {_in_words(counts)}")
                    self.stdout.flush()
        except (OSError, ValueError, csv.Error) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Done. {sum(counts.values())} rows: {_in_words(counts)}.")
        if options["report"]:
            _write_report(options["report"], refused)
            self.stdout.write(f"The report of {len(refused)} refused rows is in {options['report']}.")
        else:
            for outcome in refused[:20]:
                self.stdout.write(f"  line {outcome.line} ({outcome.source_id}): {_why(outcome)}")


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {result}" for result, count in counts.items())


def _why(outcome: importing.Outcome) -> str:
    return " ".join(
        f"{reason.field}: {sentence(reason)}" if reason.field else sentence(reason)
        for reason in outcome.reasons
    )


def _write_report(path: Path, refused: list[importing.Outcome]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "source_id", "codes", "why"])
        for outcome in refused:
            codes = " ".join(reason.code for reason in outcome.reasons)
            writer.writerow([outcome.line, _harmless(outcome.source_id), codes, _harmless(_why(outcome))])


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
