"""The two addresses that machines ask."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client


def test_alive_asks_nothing(client: Client) -> None:
    """No database, no host name, no session."""
    answer = client.get("/healthz", headers={"host": "any.name.at.all"})
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert not answer.cookies


def test_ready_tells_tick_outbox_and_register(
    db: None, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.ICTGOV_CHECKPOINTS = tmp_path
    answer = client.get("/readyz", headers={"host": "any.name.at.all"})
    assert answer.json() == {
        "status": "ready",
        "tick_last_ran": None,
        "tick_late": True,
        "outbox_waiting": 0,
        "outbox_oldest_seconds": 0,
        "register_last_written": None,
        "register_last_signed": None,
        "register_parted": False,
        "witnesses": 1,
        "witnesses_behind": 0,
    }
    assert answer.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_the_database(client: Client) -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
