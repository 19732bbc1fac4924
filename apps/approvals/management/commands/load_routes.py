"""Publish the roads and set the parameters that the product ships; doing it again changes nothing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from apps.approvals.services import publish_route, set_parameter
from apps.audit.register import origin

HERE = Path(__file__).resolve().parents[2]


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        with origin("import"):
            for row in json.loads((HERE / "parameters.json").read_text(encoding="utf-8")):
                set_parameter(
                    key=row["key"],
                    value=row["value"],
                    valid_from=date.fromisoformat(row["valid_from"]),
                    source=row["source"],
                    by=None,
                )
            for path in sorted(HERE.glob("routes/*.json")):
                route = publish_route(definition=json.loads(path.read_text(encoding="utf-8")), by=None)
                self.stdout.write(f"{route} is published")
