"""What tests of the register need."""

from collections.abc import Callable

import pytest
from django.db import connection


@pytest.fixture
def chained(db: None) -> Callable[[], None]:
    """Let what was recorded take its place in the chain now, within the test's own transaction."""

    def chain() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return chain
