"""The tests' own database: a fresh clone must be met by every connection of this process."""

import asyncio

import pytest
from django.db import connection

from tests.conftest import renew_database


@pytest.mark.django_db(transaction=True)
def test_no_connection_stays_with_a_clone_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a loop runs in the thread, as a browser's driver has it, Django keeps another connection than without."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

    def database() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            return str(cursor.fetchone()[0])

    async def renewed() -> tuple[str, str]:
        before = database()
        renew_database()
        return before, database()

    outside = database()
    before, after = asyncio.run(renewed())
    assert before == outside != after == database()
