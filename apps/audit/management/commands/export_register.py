import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.audit import export, witnesses


class Command(BaseCommand):
    """Write the register to a file for the verifier."""

    help = "Write the register to a file (JSON lines) that verifier.py can verify without the portal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT.jsonl")
        parser.add_argument(
            "--snapshots", type=Path, metavar="DIR", help="also write every frozen version into this folder"
        )

        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FILE",
            help="also write the public keys of the checkpoints to this file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        written = 0
        with options["out"].open("w", encoding="utf-8") as file:
            for row in export.rows():
                file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
                written += 1
        self.stdout.write(f"{written} events")
        if options["snapshots"] is not None:
            options["snapshots"].mkdir(parents=True, exist_ok=True)
            kept = 0
            for name, text in export.snapshots():
                (options["snapshots"] / f"{name}.json").write_bytes(text.encode("utf-8"))
                kept += 1
            self.stdout.write(f"{kept} snapshots")
        if options["keys"] is not None:
            lines = witnesses.key_lines()
            options["keys"].write_text("".join(lines), encoding="utf-8")
            self.stdout.write(f"{len(lines)} public keys")
