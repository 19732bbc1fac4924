"""Turns at which nobody is there: an alert of who can mend it (review.md 3 and 4).

Nobody is there where no post of the turn has a holder, or each holder is away without a stand-in; and at a desk of
reviewers that nobody has taken, where everybody who sits there is kept out of the case; and at a decision that nobody
has authority to take, the CITO being away or having stepped aside. The alert is the section
chief's for OICT's desks, else of the head of the office, or of the nearest office above that has one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.approvals.choices import Capacity
from apps.approvals.labels import desk_label, step_label
from apps.approvals.models import Turn
from apps.approvals.permissions import APART_FROM_DECIDING, PARTS_APART
from apps.approvals.standing import Viewer
from apps.offices.choices import Role
from apps.offices.models import Post
from apps.offices.queries import day_of

CHIEF = f"{Role.SECTION_CHIEF}@oict"
SHOWN = 20

_ALERTS = """
WITH RECURSIVE oict(id) AS (
    SELECT id FROM offices_office WHERE kind = 'oict'
    UNION
    SELECT pl.office_id FROM offices_officeplacement pl JOIN oict o ON pl.parent_id = o.id WHERE pl.during @> %(day)s
), held AS (
    SELECT p.id AS post_id, p.role, p.office_id, h.user_id, a.id IS NOT NULL AS is_away, s.id AS stand_in_id
    FROM offices_postholding h
    JOIN offices_post p ON p.id = h.post_id
    JOIN accounts_user u ON u.id = h.user_id AND u.is_active
    LEFT JOIN offices_absence a ON a.post_id = p.id AND a.holder_id = h.user_id AND NOT a.called_off
     AND a.during @> %(at)s
    LEFT JOIN accounts_user s ON s.id = a.stand_in_id AND s.is_active
    WHERE h.during @> %(at)s
), present AS (
    SELECT role, office_id, CASE WHEN is_away THEN stand_in_id ELSE user_id END AS user_id,
           CASE WHEN is_away THEN user_id END AS absent_id
    FROM held WHERE NOT is_away OR stand_in_id IS NOT NULL
), there AS (
    SELECT role || '@' || office_id AS seat, user_id, absent_id FROM present
    UNION ALL
    SELECT role || '@oict', user_id, absent_id FROM present WHERE office_id IN (SELECT id FROM oict)
    UNION ALL
    SELECT role || '@any', user_id, absent_id FROM present WHERE office_id NOT IN (SELECT id FROM oict)
), seats AS (
    SELECT coalesce(array_agg(DISTINCT seat)::varchar[], '{}') AS attended,
           (SELECT coalesce(array_agg(DISTINCT role || '@' || office_id)::varchar[], '{}') FROM held WHERE is_away)
           || (SELECT coalesce(array_agg(DISTINCT role || '@oict')::varchar[], '{}') FROM held
               WHERE is_away AND office_id IN (SELECT id FROM oict)) AS away
    FROM there
), turn AS (
    SELECT t.id, t.office_id, t.due_at, t.seats,
           CASE WHEN t.seats && seats.attended THEN 'nobody' WHEN t.seats && seats.away THEN 'away' ELSE 'vacant' END
           AS kind
    FROM approvals_turn t JOIN approvals_case c ON c.id = t.case_id CROSS JOIN seats
    WHERE t.closed_at IS NULL AND c.discarded_at IS NULL AND t.stage <> 'cooling_off'
      AND (%(turns)s::uuid[] IS NULL OR t.id = ANY(%(turns)s::uuid[]))
      AND (NOT t.seats && seats.attended
           OR (t.capacity = 'reviewer' AND t.taken_by_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM there
                WHERE there.seat = ANY(t.seats)
                  AND NOT approvals_keeps_out(t.case_id, there.user_id, %(apart)s, %(at)s, %(day)s)
                  AND (there.absent_id IS NULL
                       OR NOT approvals_keeps_out(t.case_id, there.absent_id, %(apart)s, %(at)s, %(day)s))
                  AND NOT EXISTS (
                    SELECT 1 FROM approvals_participation o
                    WHERE o.case_id = t.case_id AND o.user_id IN (there.user_id, there.absent_id)
                      AND o.capacity = 'reviewer' AND o.desk <> t.desk)))
           OR (t.capacity = 'decider' AND t.taken_by_id IS NULL
               AND approvals_cito_is_aside(t.case_id, %(deciding)s, %(at)s, %(day)s)
               AND NOT EXISTS (SELECT 1 FROM approvals_standby(t.case_id, %(deciding)s, %(at)s, %(day)s))
               AND NOT EXISTS (
                SELECT 1
                FROM offices_instrumentcoverage v
                JOIN offices_instrument i ON i.id = v.instrument_id
                JOIN held ON held.post_id = i.delegate_post_id AND NOT held.is_away
                WHERE v.function_id = '18' AND v.office_id = c.office_id AND v.during @> %(at)s
                  AND v.accepted AND NOT v.suspended AND NOT v.revoked
                  AND (i.amount_limit IS NULL OR i.amount_limit >= c.value_usd)
                  AND NOT EXISTS (SELECT 1 FROM offices_instrumentstandby s WHERE s.instrument_id = i.id)
                  AND NOT approvals_keeps_out(t.case_id, held.user_id, %(deciding)s, %(at)s, %(day)s))))
), chain(office_id, id, depth) AS (
    SELECT DISTINCT office_id, office_id, 0 FROM turn
    UNION ALL
    SELECT c.office_id, pl.parent_id, c.depth + 1
    FROM chain c JOIN offices_officeplacement pl ON pl.office_id = c.id AND pl.during @> %(day)s
    WHERE c.depth < 30
), head AS (
    SELECT DISTINCT ON (chain.office_id) chain.office_id, there.seat
    FROM chain JOIN there ON there.seat = 'head_of_office@' || chain.id
    ORDER BY chain.office_id, chain.depth
), alert AS (
    SELECT turn.id, turn.kind, turn.due_at,
           CASE WHEN EXISTS (SELECT 1 FROM unnest(turn.seats) AS s(seat) WHERE s.seat LIKE '%%@oict') THEN %(chief)s
                ELSE coalesce(head.seat, %(chief)s) END AS supervisor
    FROM turn LEFT JOIN head ON head.office_id = turn.office_id
)
SELECT id, kind, supervisor FROM alert
WHERE %(mine)s::text[] IS NULL OR supervisor = ANY(%(mine)s::text[])
ORDER BY due_at NULLS LAST, id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Alert:
    """A turn at which nobody is there: `vacant` (nobody holds a post), `away` (without a stand-in) or `nobody`
    (who sits there is kept out of the case); and the seat of who can mend it.
    """

    turn_id: uuid.UUID
    kind: str
    supervisor: str


@dataclass(frozen=True)
class AlertRow:
    """An alert as the first page shows it."""

    kind: str
    turn: Turn
    handle: str
    title: str
    language: str
    desk: str
    step: str
    post: Post | None


def alerts(
    at: datetime, *, turn_ids: Sequence[uuid.UUID] | None = None, seats: Sequence[str] | None = None
) -> list[Alert]:
    """The turns of the instant at which nobody is there: these, or all; of these supervisors, or of all. One
    statement.
    """
    values = {
        "at": at,
        "day": day_of(at),
        "turns": list(turn_ids) if turn_ids is not None else None,
        "mine": list(seats) if seats is not None else None,
        "apart": [str(part) for part in PARTS_APART[Capacity.REVIEWER]],
        "deciding": APART_FROM_DECIDING,
        "chief": CHIEF,
        "limit": SHOWN if turn_ids is None else len(turn_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ALERTS, values)
        return [Alert(*row) for row in cursor.fetchall()]


def alerts_of(viewer: Viewer) -> list[AlertRow]:
    """What this viewer is to mend: nothing, and no statement, for who neither heads an office nor is a section
    chief.
    """
    seats = sorted(
        seat for seat in viewer.seats if seat == CHIEF or seat.startswith(f"{Role.HEAD_OF_OFFICE}@")
    )
    found = alerts(viewer.at, seats=seats) if seats else []
    if not found:
        return []
    turns = Turn.objects.select_related("case__route", "case__office", "office").in_bulk(
        [one.turn_id for one in found]
    )
    roles = {role for turn in turns.values() for role in turn.roles}
    posts: dict[tuple[str, uuid.UUID], Post] = {}
    for post in Post.objects.filter(role__in=roles, office__in={turn.office_id for turn in turns.values()}):
        posts.setdefault((post.role, post.office_id), post)
    return [
        AlertRow(
            kind=one.kind,
            turn=turn,
            handle=turn.case.handle,
            title=turn.case.title,
            language=turn.case.language,
            desk=desk_label(turn.case, turn),
            step=step_label(turn.case, turn),
            post=next((posts[r, turn.office_id] for r in turn.roles if (r, turn.office_id) in posts), None),
        )
        for one in found
        if (turn := turns.get(one.turn_id)) is not None
    ]
