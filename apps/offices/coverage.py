"""What instruments come to: one row for each function, covered office and period, by the dated tree (seam
10).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.offices.models import Instrument, InstrumentCoverage

ALWAYS_CONCURRENT = ("18",)

_EXPANDED = """
WITH RECURSIVE cover(instrument_id, office_id, during, with_below) AS (
    SELECT i.id, s.office_id, i.valid, s.with_below
    FROM offices_instrument i JOIN offices_instrumentscope s ON s.instrument_id = i.id
    WHERE i.id = ANY(%(instruments)s::uuid[])
    UNION
    SELECT c.instrument_id, pl.office_id, c.during * span.during, true
    FROM cover c
    JOIN offices_officeplacement pl ON pl.parent_id = c.office_id
    CROSS JOIN LATERAL (
        SELECT tstzrange(
            lower(pl.during)::timestamp AT TIME ZONE 'UTC', upper(pl.during)::timestamp AT TIME ZONE 'UTC'
        )
    ) AS span(during)
    WHERE c.with_below AND c.during && span.during
)
SELECT instrument_id, office_id, lower(piece), upper(piece)
FROM (SELECT instrument_id, office_id, unnest(range_agg(during)) AS piece FROM cover GROUP BY 1, 2) pieces
ORDER BY 1, 2, 3
"""


def expanded(instrument_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, DateTimeTZRange]]]:
    """For each instrument the offices that it covers, each with the periods in which it does (one
    statement).
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXPANDED, {"instruments": list(instrument_ids)})
        found: dict[UUID, list[tuple[UUID, DateTimeTZRange]]] = defaultdict(list)
        for instrument_id, office_id, lower, upper in cursor.fetchall():
            found[instrument_id].append((office_id, DateTimeTZRange(lower, upper)))
    return found


def hold_still() -> None:
    """One change of the tree, or of what is covered, at a time: taken before any row, until the transaction ends.

    So two who issue, or one who issues while an office moves, never wait for each other at the exclusion constraint.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('offices.tree'))")


def standing_of(instrument: Instrument) -> dict[str, bool]:
    """What the coverage says of an instrument's life: accepted; suspended, by itself or with its parent; and gone for
    good, by itself or because its parent is."""
    parent = instrument.parent
    return {
        "accepted": instrument.accepted_at is not None,
        "suspended": instrument.suspended_at is not None
        or (parent is not None and parent.suspended_at is not None),
        "revoked": instrument.revoked_at is not None
        or (parent is not None and parent.revoked_at is not None),
    }


def rows_of(
    instrument: Instrument, offices: list[tuple[UUID, DateTimeTZRange]] | None = None
) -> list[InstrumentCoverage]:
    """The coverage rows that this instrument should have."""
    if offices is None:
        offices = expanded([instrument.pk]).get(instrument.pk, [])
    standing = standing_of(instrument)
    return [
        InstrumentCoverage(
            instrument=instrument,
            function_id=function,
            office_id=office_id,
            during=during,
            exclusive=not instrument.concurrent and function not in ALWAYS_CONCURRENT,
            **standing,
        )
        for function in instrument.function_rows.values_list("function_id", flat=True)
        for office_id, during in offices
    ]
