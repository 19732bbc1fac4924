"""Designated officers: who decides where the CITO is away, has stepped aside, or the post is vacant.

The CITO designates OICT officers in advance, in order, by instruments with the full limits (`InstrumentStandby`).
The first in that order who is there and played no part in the case decides it (authority.md 2, review.md 7). The
rule is one function of the database, so that the query of the queue and the act ask the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from apps.approvals.permissions import APART_FROM_DECIDING as APART
from apps.approvals.standing import Viewer
from apps.audit.reasons import Reason
from apps.offices.choices import Role
from apps.offices.models import Absence, Instrument, InstrumentCoverage
from apps.offices.permissions import AuthorityCheck
from apps.offices.queries import day_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.approvals.models import Case


@dataclass(frozen=True)
class Standby:
    """The designated officer who decides a case now, under which instrument, and for which absent CITO (none where
    the CITO has stepped aside, or nobody holds the post).
    """

    instrument_id: uuid.UUID
    post_id: uuid.UUID
    user_id: uuid.UUID
    name: str
    cito_id: uuid.UUID | None
    cito_name: str


def standby_of(case_id: uuid.UUID, at: datetime) -> Standby | None:
    """Who decides this case in the CITO's place at the instant; None where the CITO is there, or nobody is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.instrument_id, s.post_id, s.user_id, u.full_name, s.cito_id, coalesce(c.full_name, '')"
            " FROM approvals_standby(%s, %s, %s, %s) s JOIN accounts_user u ON u.id = s.user_id"
            " LEFT JOIN accounts_user c ON c.id = s.cito_id",
            [case_id, APART, at, day_of(at)],
        )
        row = cursor.fetchone()
    return Standby(*row) if row else None


def standby_check(
    by: User, case: Case, at: datetime, check: AuthorityCheck, *, lock: bool = False
) -> AuthorityCheck:
    """The same check, allowed where this person is the designated officer whose turn it is to decide; else with
    the reason why a designation of theirs takes no effect now.
    """
    mine = list(
        Instrument.objects.filter(
            standby__isnull=False,
            coverage__in=InstrumentCoverage.objects.in_force(at).filter(function="18", office=case.office_id),
            delegate_post__holdings__user=by,
            delegate_post__holdings__during__contains=at,
        ).distinct()
    )
    if not mine:
        return check
    if lock:
        rows = InstrumentCoverage.objects.filter(instrument__in=mine, function="18", office=case.office_id)
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        away = Absence.objects.filter(post__role=Role.CITO, called_off=False, during__contains=at)
        list(away.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    found = standby_of(case.pk, at)
    number: dict[str, Any] = {"number": mine[0].number}
    if found is not None and found.user_id == by.pk:
        instrument = next(one for one in mine if one.pk == found.instrument_id)
        return replace(
            check,
            reasons=[],
            instrument=instrument,
            capacity="assigned_officer",
            post_id=found.post_id,
            stands_for=(found.cito_id, found.cito_name) if found.cito_id is not None else None,
        )
    if found is not None:
        return replace(
            check,
            reasons=[Reason("standby.another_first", {"name": found.name}, who_can=(found.name,))],
        )
    code = "standby.kept_out" if is_aside(case.pk, at) else "standby.not_now"
    return replace(check, reasons=[Reason(code, number, who_can=check.reasons[0].who_can)])


def is_aside(case_id: uuid.UUID, at: datetime) -> bool:
    """Whether every CITO stepped aside from the case, or played a part in it that keeps them from deciding it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT approvals_cito_is_aside(%s, %s, %s, %s)", [case_id, APART, at, day_of(at)])
        return bool(cursor.fetchone()[0])


def absent_cito(who: tuple[uuid.UUID, str], at: datetime) -> Viewer:
    """The absent CITO on whose behalf a designated officer decides."""
    nobody: frozenset[str] = frozenset()
    return Viewer(user_id=who[0], is_active=True, at=at, roles=nobody, seats=nobody, name=who[1])
