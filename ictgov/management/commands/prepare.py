"""`prepare`: everything between an empty database and a portal that can be shown; skips what is done.

One process does it all, because each start of Django costs a second. The starter runs it; so may anybody.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor

from ictgov import vendor
from ictgov.database import acting_as_owner
from ictgov.starter import ROOT, fingerprint

ALREADY = "already there"
# What ships with the product as files, in the order in which one needs the other. Loading again changes nothing.
REFERENCE = ("load_reference", "load_standards", "load_rates", "load_routes")


class Command(BaseCommand):
    help = "Sets up the database, migrates, loads reference data and the demonstration, and collects static files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stamps", type=Path, default=settings.VAR_DIR / "demo" / "prepared")
        parser.add_argument("--no-demo", action="store_true", help="reference data only")

    def handle(self, *args: Any, stamps: Path, no_demo: bool, **options: Any) -> None:
        self.stamps = stamps
        self.stamps.mkdir(parents=True, exist_ok=True)
        self._step("Language catalogues", self._compile)
        self._step("Database roles", self._roles)
        self._step("Tables", self._migrate)
        self.database = self._database_mark()
        self._step("Static files", self._collect)
        self._step("Reference data", self._reference)
        if not no_demo:
            self._step("Demonstration portfolio", self._demonstration)
            self._people()

    def _step(self, title: str, work: Callable[[], str]) -> None:
        began = time.monotonic()
        if self.stdout.isatty():
            self.stdout.write(f"  {title} ...", ending="\r")
            self.stdout.flush()
        outcome = work()
        self.stdout.write(f"  {title:<28}{outcome:<24}{time.monotonic() - began:6.1f} s")
        self.stdout.flush()

    def _once(self, name: str, mark: str, work: Callable[[], object], done: str) -> str:
        """Do the work unless it was done for the same mark."""
        stamp = self.stamps / name
        if stamp.is_file() and stamp.read_text() == mark:
            return ALREADY
        work()
        stamp.write_text(mark)
        return done

    def _compile(self) -> str:
        call_command("compile_catalogues", stdout=io.StringIO())
        return "ready"

    def _roles(self) -> str:
        mark = fingerprint(ROOT / "ictgov" / "database.py", also=settings.DATABASE_URL.partition("?")[0])
        if (self.stamps / "roles").is_file() and not self._can_connect():
            (self.stamps / "roles").unlink()
        return self._once("roles", mark, lambda: call_command("setup_database", stdout=io.StringIO()), "made")

    def _can_connect(self) -> bool:
        from django.db import OperationalError

        try:
            connection.ensure_connection()
        except OperationalError:
            return False
        return True

    def _migrate(self) -> str:
        with acting_as_owner(DEFAULT_DB_ALIAS):
            executor = MigrationExecutor(connection)
            if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return ALREADY
        call_command("migrate", verbosity=0, interactive=False)
        return "migrated"

    def _database_mark(self) -> str:
        """What tells this database from another one of the same name."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(applied)::text FROM django_migrations")
            return str(cursor.fetchone()[0])

    def _collect(self) -> str:
        if not settings.HASHED_STATIC_FILES:
            return "served as they lie"
        if settings.PRODUCTION:
            return "in the image"
        mark = fingerprint(
            ROOT / "static", ROOT / "package-lock.json", ROOT / "requirements.lock", Path(vendor.__file__)
        )
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
            (self.stamps / "static").unlink(missing_ok=True)
        return self._once(
            "static",
            mark,
            lambda: call_command("collectstatic", interactive=False, clear=True, verbosity=0),
            "collected",
        )

    def _reference(self) -> str:
        present = [name for name in REFERENCE if name in get_commands()]
        folders = [*sorted(ROOT.glob("apps/*/reference")), *sorted(ROOT.glob("apps/*/routes"))]
        code = [
            path for name in present for path in sorted(ROOT.glob(f"apps/*/management/commands/{name}.py"))
        ]

        def load() -> None:
            for name in present:
                call_command(name, stdout=io.StringIO())

        return self._once("reference", fingerprint(*folders, *code) + self.database, load, "loaded")

    def _demonstration(self) -> str:
        if "load_demo" not in get_commands():
            return "none yet"
        return self._once(
            "demonstration", self.database, lambda: call_command("load_demo", stdout=io.StringIO()), "loaded"
        )

    def _people(self) -> None:
        """Who to sign in as, for the starter to print."""
        if "load_demo" not in get_commands():
            return
        people = io.StringIO()
        call_command("load_demo", people=True, stdout=people)
        (self.stamps / "people.txt").write_text(people.getvalue())
