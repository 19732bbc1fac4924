"""How the tests run: a real PostgreSQL, migrated once as its owner, cloned for each worker, used as the portal.

- The embedded server starts with the first test that needs a database, is shared by the workers (and by other runs
  in this folder), and stops with the last. ADMIN_DATABASE_URL (a superuser's) and, for the broker, REDIS_URL name
  servers of one's own instead.
- The migrated template is kept under `var/` until a model, a migration or a library changes.
- A clone has checkpoints of its own: those of a demonstration in this folder speak of another register.
- Everything a test does, it does as `ictgov_app`. A transactional test leaves its database behind and the next
  one gets a new clone: the portal's role may not truncate, and the register may not be emptied.
- A worker, a browser or a second process finds the same clone in DATABASE_URL.
"""

import contextlib
import hashlib
import os
import shutil
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from ictgov import embedded
from ictgov.catalogues import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent
SHARED = embedded.Shared(ROOT / "var" / "test")
LIBRARIES_WITH_TABLES = (
    "Django",
    "django-guardian",
    "django-rest-knox",
    "django-allauth",
    "django-pgtrigger",
)


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    os.environ["ICTGOV_TESTING"] = "1"
    if not hasattr(config, "workerinput"):
        compile_catalogues(ROOT / "locale")
    settings.ICTGOV_TESTING = True
    settings.ICTGOV_CLOCK_SETTABLE = True
    if "MIGRATION_DATABASE_URL" not in os.environ:
        settings.MIGRATION_DATABASE_URL = ""  # not that of a demonstration that runs in this folder
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


# The order ------------------------------------------------------------------------------------------------------

STORIES = "tests/journeys/"
WAITING = (
    STORIES,
    "tests/ictgov/test_starter.py",
    "tests/notices/test_kill.py",
    "tests/notices/test_broker.py",
    "tests/initiatives/test_browser.py",
    "tests/accounts/test_accessibility.py",
)
"""What waits for browsers, workers and windows of time begins first. One worker tells all the stories, one after the
other, while the others work: two at once would take each other's time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(WAITING))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadFileScheduling

    class OneTellsAll(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return STORIES if nodeid.startswith(STORIES) else super()._split_scope(nodeid)

    return OneTellsAll(config, log) if config.getvalue("dist") == "loadfile" else None


# The database ---------------------------------------------------------------------------------------------------


def _template_name() -> str:
    """A name that changes when the tables may have changed."""
    digest = hashlib.sha256()
    for name in LIBRARIES_WITH_TABLES:
        digest.update(f"{name}=={version(name)}\n".encode())
    watched = [ROOT / "ictgov/database.py", ROOT / "ictgov/settings.py"]
    for pattern in ("*/migrations/**/*.py", "*/models/**/*.py", "*/choices.py", "**/*.sql"):
        watched += sorted((ROOT / "apps").glob(pattern))
    for path in watched:
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(path.read_bytes())
    return f"ictgov_template_{digest.hexdigest()[:12]}"


def _make_template(admin_url: str, app_url: str, template: str) -> None:
    """Migrate the template as the owner, unless a run before this one did."""
    from django.core.management import call_command

    from ictgov import database

    made = ROOT / "var" / "test" / f"{template}.made"
    known = database.names_like(admin_url, "ictgov\\_template\\_%")
    if template in known and (made.exists() or "ADMIN_DATABASE_URL" in os.environ):
        return
    for name in known:
        database.drop_database(admin_url, name)
    for stale in made.parent.glob("ictgov_template_*.made"):
        stale.unlink()
    making = f"{template}_making"
    database.drop_database(admin_url, making)
    database.prepare_roles(admin_url, app_url=app_url)
    database.prepare_database(admin_url, making)
    with database.acting_as_owner(url=admin_url, name=making):
        call_command("migrate", verbosity=0, interactive=False)
    database.rename_database(admin_url, making, template)
    made.touch()


def _drop_leftovers(admin_url: str) -> None:
    """Drop the clones of runs that were killed: the name holds the process that made it."""
    from ictgov import database

    for name in database.names_like(admin_url, "test\\_%"):
        pid = name.split("_")[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with contextlib.suppress(Exception):
                database.drop_database(admin_url, name)


class _Clone:
    """This process's own database, and the way to a fresh one."""

    def __init__(self, admin_url: str, template: str, app_url: str) -> None:
        self.admin_url = admin_url
        self.template = template
        self.app_url = app_url
        self.number = 0
        self.name = ""
        self._opened: weakref.WeakSet[Any] = weakref.WeakSet()

    def renew(self) -> None:
        """Point the connections to a new clone; the old one goes, with whoever is still signed in to it."""
        from django.db import connection

        from ictgov import database

        self._close_all()
        old = self.name
        self.number += 1
        self.name = f"test_{os.getpid()}_{self.number}"
        database.clone_database(self.admin_url, self.template, self.name)
        kept = connection.settings_dict["OPTIONS"].get("options", "")
        connection.settings_dict.update(database.connection_settings(self.app_url))
        connection.settings_dict["NAME"] = self.name
        connection.settings_dict["OPTIONS"]["options"] = kept
        os.environ["DATABASE_URL"] = database.with_name(self.app_url, self.name)
        self._keep_checkpoints_apart()
        if old:
            database.drop_database(self.admin_url, old)

    def _keep_checkpoints_apart(self) -> None:
        from django.conf import settings

        shutil.rmtree(self._checkpoints, ignore_errors=True)
        settings.ICTGOV_CHECKPOINTS = self._checkpoints / self.name
        os.environ["ICTGOV_CHECKPOINTS"] = str(settings.ICTGOV_CHECKPOINTS)

    @property
    def _checkpoints(self) -> Path:
        return SHARED.home / f"checkpoints-{os.getpid()}"

    def opened(self, connection: Any, **_signal: Any) -> None:
        """Remember a connection of this process: a thread in which a loop runs, as a browser's driver has it, keeps
        another one than the same thread without."""
        self._opened.add(connection)

    def _close_all(self) -> None:
        """Close this thread's connections, that in use and those out of sight; another thread closes its own."""
        for known in list(self._opened):
            if known._thread_ident == threading.get_ident():
                known.close()

    def close(self) -> None:
        """Leave nothing behind."""
        from ictgov import database

        self._close_all()
        database.drop_database(self.admin_url, self.name)
        shutil.rmtree(self._checkpoints, ignore_errors=True)


_clone: _Clone | None = None


def renew_database() -> None:
    """Give this process a fresh clone (for what is loaded once for a whole file, and committed)."""
    assert _clone is not None
    _clone.renew()


@pytest.fixture(scope="session")
def _servers() -> Iterator[None]:
    """Keep the embedded servers in use for as long as this process runs tests."""
    SHARED.enter()
    yield
    SHARED.leave()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Give this process a clone of the template, and the connection to it as the portal's role."""
    global _clone
    from django.db.backends.signals import connection_created
    from django.test import TransactionTestCase

    from ictgov import database

    external = os.environ.get("ADMIN_DATABASE_URL", "")
    if not external:
        request.getfixturevalue("_servers")
    admin_url = external or SHARED.postgres.url(embedded.SUPERUSER, "postgres")
    app_url = os.environ.get("DATABASE_URL", "") if external else ""
    app_url = app_url or database.with_role(admin_url, embedded.APP_ROLE)
    template = _template_name()
    with django_db_blocker.unblock():
        with embedded.locked(ROOT / "var" / "test" / "template.lock"):
            _make_template(admin_url, app_url, template)
            _drop_leftovers(admin_url)
        _clone = _Clone(admin_url, template, app_url)
        connection_created.connect(_clone.opened)
        _clone.renew()

    def renew_instead_of_flushing(case: TransactionTestCase) -> None:
        assert _clone is not None
        _clone.renew()

    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = renew_instead_of_flushing
    yield
    TransactionTestCase._fixture_teardown = flush
    with django_db_blocker.unblock():
        _clone.close()


@pytest.fixture(autouse=True)
def _no_checkpoint_of_another_test() -> None:
    """A test that is rolled back leaves no row, and its checkpoints would speak of rows that are not there."""
    shutil.rmtree(SHARED.home / f"checkpoints-{os.getpid()}", ignore_errors=True)


@pytest.fixture
def as_owner(db: None) -> Any:
    """A context manager: within it the test acts as the role that owns the tables (to tamper, to inspect)."""
    from ictgov import database

    assert _clone is not None
    clone = _clone

    def acting() -> Any:
        return database.acting_as_owner(url=clone.admin_url, name=clone.name)

    return acting


@pytest.fixture
def chained(db: None) -> Callable[[], None]:
    """Let what was recorded take its place in the register now, within the test's own transaction."""

    def chain() -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return chain


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> str:
    """The address of a broker: REDIS_URL, else an embedded Valkey."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        return given
    request.getfixturevalue("_servers")
    with embedded.locked(SHARED.home / "start.lock"):
        SHARED.valkey.start()
    return SHARED.valkey.url()


# The outside world ----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _no_other_hosts() -> Iterator[None]:
    """Nothing in the tests may reach another host: only this machine answers."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse_others(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise RuntimeError(f"A test tried to reach {address!r}.")

    def guarded_connect(self: socket.socket, address: Any) -> Any:
        refuse_others(self, address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> Any:
        refuse_others(self, address)
        return connect_ex(self, address)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _banners_are_held() -> None:
    """Hold what pages ask only every few seconds, so that a count of statements does not depend on the hour."""
    from apps.accounts import navigation

    navigation.HELD_SECONDS = 86_400.0


@pytest.fixture(autouse=True, scope="session")
def _signing_in_at_once_is_signing_in_in_full() -> Iterator[None]:
    """`force_login` leaves a session as the whole way leaves it: who has a second factor has shown it.

    It spares the steps, not the factor: who has none is led to set one up, here as anywhere.
    """
    from allauth.mfa.models import Authenticator
    from django.test import Client

    from apps.accounts import factors

    force_login = Client.force_login

    def in_full(self: Client, user: Any, backend: str | None = None) -> None:
        force_login(self, user, backend)
        kind = (
            Authenticator.objects.filter(user=user, type__in=["totp", "webauthn"])
            .values_list("type", flat=True)
            .first()
        )
        if kind:
            session = self.session
            session[factors.SHOWN] = kind
            session.save()

    Client.force_login = in_full  # type: ignore[method-assign]
    yield
    Client.force_login = force_login  # type: ignore[method-assign]


@pytest.fixture
def real_data() -> Path:
    """The folder of real portfolios and reference figures; the test is skipped where there is none."""
    folder = Path(os.environ.get("ICTGOV_REAL_DATA", ""))
    if not os.environ.get("ICTGOV_REAL_DATA") or not folder.is_dir():
        pytest.skip("set ICTGOV_REAL_DATA to a folder of real portfolios")
    return folder


assert sys.version_info >= (3, 11), "The portal needs Python 3.11 or newer."
