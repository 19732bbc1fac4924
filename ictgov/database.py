"""The database's roles: who owns, who migrates, who works (docs/adr, seam "database roles").

The portal signs in as a role that owns nothing: it can neither change a table's shape, nor empty one, nor lift a
trigger. Migrations sign in as a member of the owning role and act as that role.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2 import sql

from ictgov.embedded import APP_ROLE, OWNER_ROLE

EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")


def parameters(url: str, **overrides: Any) -> dict[str, Any]:
    """A database address (postgres://...) as psycopg2's connection parameters."""
    parts = urlsplit(url)
    found: dict[str, Any] = {
        "host": unquote(parts.hostname or "") or None,
        "port": parts.port,
        "user": unquote(parts.username or "") or None,
        "password": unquote(parts.password or "") or None,
        "dbname": parts.path.lstrip("/") or None,
        **dict(parse_qsl(parts.query)),
        **overrides,
    }
    return {name: value for name, value in found.items() if value is not None}


def connection_settings(url: str, **server_options: str) -> dict[str, Any]:
    """An address as an entry of Django's DATABASES; `server_options` are set when the session begins."""
    given = parameters(url)
    options = " ".join(f"-c {name}={value}" for name, value in server_options.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
        "OPTIONS": {**given, **({"options": options} if options else {})},
    }


def _connect(url: str, **overrides: Any) -> Any:
    connection = psycopg2.connect(**parameters(url, **overrides))
    connection.autocommit = True
    return connection


def prepare_roles(admin_url: str, *, app_url: str = "", migration_url: str = "") -> None:
    """Make the roles of the cluster, or mend them; running it again changes nothing.

    `app_url` and `migration_url` give the names and, where they hold one, the passwords of the two that sign in.
    """
    app = parameters(app_url) if app_url else {"user": APP_ROLE}
    migrator = parameters(migration_url) if migration_url else {}
    admin = parameters(admin_url)
    with contextlib.closing(_connect(admin_url)) as connection, connection.cursor() as cursor:
        # Two first starts at once make the roles one after the other.
        cursor.execute("SELECT pg_advisory_lock(661765)")

        def ensure(role: str, kind: str, password: str | None = None) -> None:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} " + kind).format(sql.Identifier(role)))
            if password:
                cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), [password])

        ensure(OWNER_ROLE, "NOLOGIN")
        ensure(app["user"], "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", app.get("password"))
        if migrator.get("user") and migrator["user"] != admin.get("user"):
            ensure(migrator["user"], "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", migrator.get("password"))
        for member in {migrator.get("user"), admin.get("user")} - {None}:
            cursor.execute(
                "SELECT rolsuper OR pg_has_role(oid, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s",
                [OWNER_ROLE, member],
            )
            if not cursor.fetchone()[0]:
                cursor.execute(
                    sql.SQL("GRANT {} TO {}").format(sql.Identifier(OWNER_ROLE), sql.Identifier(member))
                )


def prepare_database(admin_url: str, name: str, *, app_role: str = APP_ROLE) -> None:
    """Make the database if it is not there, and give it extensions and privileges; safe to run again.

    The portal's role may read and write rows and use sequences; it may not create, truncate, or set triggers.
    """
    with contextlib.closing(_connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE)
                )
            )
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(app_role)
            )
        )
    with contextlib.closing(_connect(admin_url, dbname=name)) as connection, connection.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        for statement in (
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {app}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        ):
            cursor.execute(
                sql.SQL(statement).format(app=sql.Identifier(app_role), owner=sql.Identifier(OWNER_ROLE))
            )


def clone_database(admin_url: str, template: str, name: str) -> None:
    """A new database with the template's shape and rows; one of that name is dropped with its sessions."""
    drop_database(admin_url, name)
    with contextlib.closing(_connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(OWNER_ROLE), sql.Identifier(template)
            )
        )
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(APP_ROLE)
            )
        )


def drop_database(admin_url: str, name: str) -> None:
    with contextlib.closing(_connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename_database(admin_url: str, name: str, to: str) -> None:
    with contextlib.closing(_connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))
        )


def with_name(url: str, name: str) -> str:
    """The same address with another database's name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def with_role(url: str, role: str) -> str:
    """The same address for another role, without a password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}"))


def names_like(admin_url: str, pattern: str) -> list[str]:
    with contextlib.closing(_connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY datname", [pattern])
        return [row[0] for row in cursor.fetchall()]


@contextlib.contextmanager
def acting_as_owner(
    alias: str = "default", url: str | None = None, name: str | None = None
) -> Iterator[None]:
    """Within the block the connection signs in through MIGRATION_DATABASE_URL and acts as the owning role.

    Without that address the connection stays as it is, and what the role may not do fails by name.
    """
    address = url or settings.MIGRATION_DATABASE_URL
    if not address:
        yield
        return
    connection = connections[alias]
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(connection_settings(address, role=OWNER_ROLE, lock_timeout="30s"))
    connection.settings_dict["NAME"] = name or kept["NAME"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(kept)
