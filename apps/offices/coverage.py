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


def rows_of(
    instrument: Instrument, offices: list[tuple[UUID, DateTimeTZRange]] | None = None
) -> list[InstrumentCoverage]:
    """The coverage rows that this instrument should have."""
    if offices is None:
        offices = expanded([instrument.pk]).get(instrument.pk, [])
    return [
        InstrumentCoverage(
            instrument=instrument,
            function_id=function,
            office_id=office_id,
            during=during,
            exclusive=not instrument.concurrent and function not in ALWAYS_CONCURRENT,
            revoked=instrument.revoked_at is not None,
        )
        for function in instrument.function_rows.values_list("function_id", flat=True)
        for office_id, during in offices
    ]
