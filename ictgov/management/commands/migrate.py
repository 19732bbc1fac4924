"""`migrate`, as the role that owns the tables (MIGRATION_DATABASE_URL); everything else runs as the portal's."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand

from ictgov.database import acting_as_owner


class Command(DjangoCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as_owner(options["database"]):
            super().handle(*args, **options)
