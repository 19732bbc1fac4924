"""What the database must be like, named by `manage.py check --database default` and before every migration."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from ictgov.database import EXTENSIONS

OLDEST = 150000


@register(Tags.database)
def database_is_fit(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL 15 or newer in UTF-8, with the extensions, and a portal's role that owns and empties nothing."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(
                """
                SELECT current_setting('server_version_num')::int,
                       current_setting('server_encoding'),
                       ARRAY(SELECT extname::text FROM pg_extension),
                       current_user = session_user AND (SELECT rolsuper FROM pg_roles WHERE rolname = session_user),
                       current_user = session_user AND EXISTS (
                           SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = 'public' AND pg_get_userbyid(c.relowner) = current_user),
                       to_regclass('public.django_migrations') IS NOT NULL
                           AND current_user = session_user
                           AND has_table_privilege(current_user, 'public.django_migrations', 'TRUNCATE')
                """
            )
            version, encoding, extensions, is_superuser, owns, empties = cursor.fetchone()
        if version < OLDEST:
            found.append(Error("PostgreSQL 15 or newer is needed.", id="ictgov.E001"))
        if encoding != "UTF8":
            found.append(Error(f"The database is in {encoding}, and must be in UTF-8.", id="ictgov.E002"))
        for name in EXTENSIONS:
            if name not in extensions:
                found.append(
                    Error(
                        f"The extension {name} is missing.", hint="manage.py setup_database", id="ictgov.E003"
                    )
                )
        if is_superuser or owns or empties:
            found.append(
                Error(
                    "The role that the portal signs in as may do more than read and write rows.",
                    hint="Name in DATABASE_URL a role that owns nothing (manage.py setup_database makes it), and in "
                    "MIGRATION_DATABASE_URL the one that migrates.",
                    id="ictgov.E004",
                )
            )
    return found
