"""Named exceptions: one person is let in to one case until an instant, and the door closes at that second."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.choices import Level
from apps.approvals.models import Case, ConflictDeclaration, NamedException
from apps.approvals.permissions import role_to_name_by
from apps.approvals.seats import names_for
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.audit.register import record
from apps.notices.models import Timer
from apps.notices.services import set_timer
from apps.offices.grants import Grant, sync_object

ENDS = "exception.ends"
LONGEST = timedelta(days=366)
GRANTS = "approvals.CaseUserGrant"
CODENAME = "view_case"


def name_exception(
    *, case_id: uuid.UUID, user: User, until: datetime, reason: str, by: User
) -> NamedException:
    """Let a person read one case until an instant (authority.md 1).

    Refused: a case that is not there for `by` (not found); to whom is neither the head of the case's office nor, once
    it is submitted, OICT's section chief or CITO, of a confidential case to all but the CITO (not allowed); oneself,
    an account that is closed, who stepped aside (not allowed); without a reason, or with an end that has passed or lies
    more than a year ahead (invalid); for who sees the case already (conflict).
    """
    with transaction.atomic():
        case = _locked(case_id)
        at = clock.now()
        source = _source(case, by, at)
        refuse_if(Kind.NOT_ALLOWED, _reasons_against_person(case, user, by))
        refuse_if(Kind.INVALID, _reasons_against_terms(reason, until, at))
        if Case.objects.filter(pk=case.pk).visible_to(viewer_of(user, at), Level.FULL).exists():
            refuse(Kind.CONFLICT, Reason("exception.sees_already", {"name": user.full_name}, field="email"))
        made = NamedException.objects.create(
            case=case,
            user=user,
            reason=reason.strip(),
            source=source,
            granted_at=at,
            granted_by=by,
            until=until,
        )
        sync_object(GRANTS, case.pk, at=at)
        set_timer(kind=ENDS, object_id=made.pk, due_at=until)
        record(
            verb="case.exception_named",
            by=by,
            obj_kind="case",
            obj_id=case.pk,
            case_id=case.pk,
            occurred_at=at,
            capacity=source,
            facts={"exception": made.pk, "person": user.pk, "until": until},
            commit={"reason": made.reason},
        )
    return made


def end_exception(*, exception_id: uuid.UUID, reason: str, by: User) -> NamedException:
    """Close the door before its time; at this second. Refused as naming is, and where it is not in force (conflict)."""
    with transaction.atomic():
        found = NamedException.objects.filter(pk=exception_id).first()
        if found is None:
            refuse(Kind.NOT_FOUND, Reason("case.not_found"))
        case = _locked(found.case_id)
        at = clock.now()
        source = _source(case, by, at)
        found.refresh_from_db()
        if not found.is_in_force(at):
            refuse(Kind.CONFLICT, Reason("exception.over"))
        if not reason.strip():
            refuse(Kind.INVALID, Reason("exception.no_reason", field="reason"))
        found.ended_at, found.ended_by, found.end_reason = at, by, reason.strip()
        found.save(update_fields=["ended_at", "ended_by", "end_reason"])
        sync_object(GRANTS, case.pk, at=at)
        record(
            verb="case.exception_ended",
            by=by,
            obj_kind="case",
            obj_id=case.pk,
            case_id=case.pk,
            occurred_at=at,
            capacity=source,
            facts={"exception": found.pk, "person": found.user_id},
            commit={"reason": found.end_reason},
        )
    return found


def expected_grants(at: datetime) -> Iterable[Grant]:
    """The rows that guardian's table of cases should have: one for each person and case, of the exception that lasts
    longest (`offices.grants.register_grants`). Of a closed account there is none.
    """
    rows = NamedException.objects.filter(
        ended_at__isnull=True, granted_at__lte=at, until__gt=at, user__is_active=True
    ).order_by("until", "pk")
    last: dict[Any, Grant] = {}
    for row in rows:
        details = (row.reason, row.source, row.until)
        last[row.user_id, row.case_id] = Grant(row.user_id, row.case_id, CODENAME, details)
    return last.values()


def follow_end(timer: Timer) -> None:
    """Take the row away whose time is over. The query has shown nothing since that second; this keeps the map true."""
    found = NamedException.objects.filter(pk=timer.object_id).first()
    if found is not None:
        sync_object(GRANTS, found.case_id, at=clock.now())


def _locked(case_id: uuid.UUID) -> Case:
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("office")
        .filter(pk=case_id, discarded_at__isnull=True)
        .first()
    )
    if case is None:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    return case


def _source(case: Case, by: User, at: datetime) -> str:
    """The role by which this person names exceptions on this case; refused where there is none."""
    viewer = viewer_of(by, at)
    if not Case.objects.filter(pk=case.pk).visible_to(viewer, Level.FULL).exists():
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    source, seats = role_to_name_by(viewer, case)
    if not source:
        names = tuple(name for name in names_for(seats, at, case_id=case.pk) if name != by.full_name)
        refuse(Kind.NOT_ALLOWED, Reason("exception.not_yours", who_can=names))
    return source


def _reasons_against_person(case: Case, user: User, by: User) -> list[Reason]:
    name = {"name": user.full_name}
    if user.pk == by.pk:
        return [Reason("exception.oneself", field="email")]
    if not user.is_active:
        return [Reason("exception.inactive", name, field="email")]
    if ConflictDeclaration.objects.filter(case=case, user=user, recused=True).exists():
        return [Reason("exception.recused", name, field="email")]
    return []


def _reasons_against_terms(reason: str, until: datetime, at: datetime) -> list[Reason]:
    reasons = []
    if not reason.strip() or len(reason) > 2000 or "\x00" in reason:
        reasons.append(Reason("exception.no_reason", field="reason"))
    if not at < until <= at + LONGEST:
        reasons.append(Reason("exception.ends_when", field="until"))
    return reasons
