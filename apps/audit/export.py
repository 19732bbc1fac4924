"""The register as the verifier reads it, and the snapshots that it names."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from apps.audit.canonical import sha256_hex

SnapshotSource = Callable[[], Iterable[tuple[str, str]]]
_sources: dict[str, SnapshotSource] = {}

ROWS = """
    SELECT link.seq, to_char(link.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           encode(link.prev_hash, 'hex'), encode(link.hash, 'hex'), event.payload
    FROM audit_link link LEFT JOIN audit_event event ON event.id = link.event_id
    ORDER BY link.seq
"""
ROWS_AFTER = ROWS.replace("ORDER BY", "WHERE link.seq > %s ORDER BY") + " LIMIT %s"
UNCHAINED = """
    SELECT count(*) FROM audit_event event
    WHERE NOT EXISTS (SELECT FROM audit_link link WHERE link.event_id = event.id)
"""


def register_snapshots(name: str, source: SnapshotSource) -> None:
    """Let an app hand over its frozen versions, as (the SHA-256 that its row names, the canonical text)."""
    _sources[name] = source


def hands_over_snapshots() -> bool:
    """Whether an app has registered frozen versions at all."""
    return bool(_sources)


def rows(batch: int = 2000) -> Iterator[dict[str, Any]]:
    """The rows of the register in order, as the verifier takes them, read in batches."""
    name = f"register_{uuid4().hex}"
    with transaction.atomic(), closing(connection.cursor()) as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {ROWS}")
        while True:
            cursor.execute(f"FETCH {int(batch)} FROM {name}")
            found = cursor.fetchall()
            if not found:
                break
            yield from map(_row, found)
        cursor.execute(f"CLOSE {name}")


def rows_after(seq: int, *, limit: int) -> list[dict[str, Any]]:
    """The next rows of the register, at most `limit`, in one statement: for work that is done in pieces."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS_AFTER, [seq, limit])
        return [_row(found) for found in cursor.fetchall()]


def _row(found: tuple[Any, ...]) -> dict[str, Any]:
    seq, recorded_at, prev_hash, own_hash, payload = found
    return {
        "seq": seq,
        "recorded_at": recorded_at,
        "prev_hash": prev_hash,
        "hash": own_hash,
        "payload": payload,
    }


def unchained() -> int:
    """How many events have no place in the chain; always 0 between transactions."""
    with connection.cursor() as cursor:
        cursor.execute(UNCHAINED)
        return int(cursor.fetchone()[0])


def snapshots() -> Iterator[tuple[str, str]]:
    """Every frozen version that an app has handed over, as (the SHA-256 that its row names, its text)."""
    for source in _sources.values():
        yield from source()


def hashed_snapshots() -> Iterator[tuple[str, str | None]]:
    """Every frozen version as (the SHA-256 that its row names, the one that its text has)."""
    for name, text in snapshots():
        yield name, sha256_hex(text)
