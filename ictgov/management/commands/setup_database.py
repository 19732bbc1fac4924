"""`setup_database`: roles, extensions and default privileges, once per cluster, never a migration."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ictgov.database import parameters, prepare_database, prepare_roles


class Command(BaseCommand):
    help = (
        "Makes the roles (owner, portal, migrations), the database, its extensions and default privileges. "
        "Signs in through ADMIN_DATABASE_URL, a role that may create roles. Running it again changes nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--admin-url", default=os.environ.get("ADMIN_DATABASE_URL", ""))

    def handle(self, *args: Any, admin_url: str, **options: Any) -> None:
        app_url = os.environ.get("DATABASE_URL", "")
        migration_url = os.environ.get("MIGRATION_DATABASE_URL", "")
        if not (admin_url and app_url and migration_url):
            raise CommandError(
                "Set ADMIN_DATABASE_URL (a role that may create roles), MIGRATION_DATABASE_URL and DATABASE_URL."
            )
        app, migrator = parameters(app_url), parameters(migration_url)
        if app["user"] in (migrator["user"], parameters(admin_url).get("user")):
            raise CommandError("DATABASE_URL must name a role of its own: the portal's role owns nothing.")
        prepare_roles(admin_url, app_url=app_url, migration_url=migration_url)
        prepare_database(admin_url, app["dbname"], app_role=app["user"])
        self.stdout.write(f"Database {app['dbname']} is ready for migrations by {migrator['user']}.")
