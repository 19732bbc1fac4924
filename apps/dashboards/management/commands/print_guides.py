from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from apps.dashboards.guides import GUIDES, Guide


class Command(BaseCommand):
    """Print the guides of the help pages as documents."""

    help = (
        "Print the guide of each role into docs/guides (or the folder given), from what the help pages show."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BASE_DIR / "docs/guides", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        options["to"].mkdir(parents=True, exist_ok=True)
        with translation.override("en"):
            for guide in GUIDES:
                (options["to"] / f"{guide.key}.md").write_text(_page(guide), encoding="utf-8")
            (options["to"] / "README.md").write_text(_index(), encoding="utf-8")
        self.stdout.write(f"{len(GUIDES)} guides")


def _index() -> str:
    lines = ["# Guides by role", "", "Printed by `manage.py print_guides` from what the help pages show.", ""]
    lines += [f"- [{guide.title}]({guide.key}.md): {guide.lead}" for guide in GUIDES]
    return "\n".join(lines) + "\n"


def _page(guide: Guide) -> str:
    lines = [f"# {guide.title}", "", str(guide.lead), ""]
    lines += [f"{number}. **{step.title}.** {step.text}" for number, step in enumerate(guide.steps, 1)]
    if guide.good_to_know:
        lines += ["", "Good to know:", "", *(f"- {words}" for words in guide.good_to_know)]
    return "\n".join(lines) + "\n"
