"""`compile_catalogues`: makes the `.mo` files from the `.po` files, without gettext's programs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ictgov.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compiles the language catalogues that are missing or older than their source."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        written = [path for folder in settings.LOCALE_PATHS for path in compile_catalogues(folder)]
        self.stdout.write(f"{len(written)} catalogues compiled.")
