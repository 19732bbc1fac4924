"""Issuing and revoking instruments of delegation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.audit.register import record
from apps.offices import coverage, permissions, policies
from apps.offices.choices import SubDelegation
from apps.offices.models import (
    Function,
    Instrument,
    InstrumentCounter,
    InstrumentCoverage,
    InstrumentFunction,
    InstrumentScope,
    Office,
    Post,
)

if TYPE_CHECKING:
    from apps.accounts.models import User


def issue_instrument(
    *,
    by: User,
    delegate_post: Post,
    functions: Sequence[str],
    scope: Sequence[tuple[Office, bool]],
    legal_basis: str,
    valid_until: datetime,
    valid_from: datetime | None = None,
    amount_limit: Decimal | None = None,
    currency: str = "USD",
    conditions: str = "",
    reporting_duty: str = "",
    concurrent: bool = False,
    sub_delegation: str = SubDelegation.NONE,
    parent: Instrument | None = None,
    number: str = "",
) -> Instrument:
    """Delegate functions to a post for offices, from now (or later) for 24 months at most (A/61/765, 14 to
    18).

    `scope` holds (office, with the offices below). Refused: to whom is not the CITO (with a `parent`: the
    holder of the post that it names); functions of 7, 15 and 18 outside OICT; delegation to oneself; what
    another instrument already gives without "concurrent" (conflict). Function 18 is always concurrent,
    graded by ceiling.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(Kind.NOT_ALLOWED, permissions.reasons_against_issuing(user=by, at=at, parent=parent))
        if parent is not None:
            parent = Instrument.objects.select_for_update(of=("self",)).get(pk=parent.pk)
        given_by = parent.delegate_post if parent is not None else permissions.issuing_post(by, at)
        if given_by is None:
            refuse(Kind.NOT_ALLOWED, Reason("offices.not_an_issuer"))
        draft = policies.InstrumentDraft(
            delegator=by,
            delegate_post=delegate_post,
            functions=tuple(dict.fromkeys(functions)),
            scope=tuple(dict(scope).items()),
            legal_basis=legal_basis,
            valid_from=valid_from if valid_from is not None else at,
            valid_until=valid_until,
            amount_limit=amount_limit,
            currency=currency,
            concurrent=concurrent,
            sub_delegation=sub_delegation,
            parent=parent,
        )
        refuse_if(Kind.INVALID, policies.reasons_against_instrument(draft, at=at))
        instrument = Instrument.objects.create(
            number=_number(number, at),
            legal_basis=legal_basis.strip(),
            parent=parent,
            delegator_post=given_by,
            delegator=by,
            delegate_post=delegate_post,
            amount_limit=amount_limit,
            currency=currency,
            conditions=conditions.strip(),
            reporting_duty=reporting_duty.strip(),
            valid=draft.valid,
            concurrent=concurrent,
            sub_delegation=sub_delegation,
            issued_at=at,
            issued_by=by,
        )
        InstrumentFunction.objects.bulk_create(
            InstrumentFunction(instrument=instrument, function_id=code)
            for code in Function.objects.filter(pk__in=draft.functions).values_list("pk", flat=True)
        )
        InstrumentScope.objects.bulk_create(
            InstrumentScope(instrument=instrument, office=office, with_below=with_below)
            for office, with_below in draft.scope
        )
        _cover(instrument)
        record(
            verb="instrument.issued",
            by=by,
            obj_kind="instrument",
            obj_id=instrument.pk,
            occurred_at=at,
            instrument_id=instrument.pk,
            capacity=given_by.role,
            facts={
                "number": instrument.number,
                "functions": " ".join(sorted(draft.functions)),
                "offices": len(draft.scope),
                "delegate_post": delegate_post.code,
                "ceiling_usd": amount_limit,
                "from": draft.valid_from,
                "until": draft.valid_until,
                "parent": parent.number if parent is not None else None,
            },
            commit={"legal_basis": legal_basis, "conditions": conditions},
        )
    return instrument


def revoke_instrument(*, instrument: Instrument, reason: str, by: User) -> Instrument:
    """Take an instrument back at once, with its sub-delegations; what was done under it stands.

    The coverage is locked first, so that an act under way has either read it before, or finds it gone.
    Refused: to whom neither holds the issuing post nor is the CITO; without a reason; a second time
    (conflict).
    """
    with transaction.atomic():
        instrument = (
            Instrument.objects.select_for_update(of=("self",))
            .select_related("delegator_post")
            .get(pk=instrument.pk)
        )
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED, permissions.reasons_against_revoking(user=by, instrument=instrument, at=at)
        )
        refuse_if(Kind.CONFLICT, policies.reasons_against_revoking_again(instrument))
        if not reason.strip():
            refuse(Kind.INVALID, Reason("offices.no_reason_given", field="reason"))
        children = Instrument.objects.select_for_update().filter(parent=instrument, revoked_at=None)
        for each in [instrument, *children.order_by("number")]:
            _revoke(each, reason.strip(), by, at)
            record(
                verb="instrument.revoked",
                by=by,
                obj_kind="instrument",
                obj_id=each.pk,
                occurred_at=at,
                instrument_id=each.pk,
                facts={
                    "number": each.number,
                    "with_parent": None if each is instrument else instrument.number,
                },
                commit={"reason": reason.strip()},
            )
    return instrument


def _revoke(instrument: Instrument, reason: str, by: User, at: datetime) -> None:
    rows = InstrumentCoverage.objects.filter(instrument=instrument)
    list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    rows.update(revoked=True)
    instrument.revoked_at, instrument.revoked_by, instrument.revocation_reason = at, by, reason
    instrument.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])


def _number(number: str, at: datetime) -> str:
    if number:
        if Instrument.objects.filter(number=number).exists():
            refuse(Kind.CONFLICT, Reason("offices.number_taken", {"number": number}, field="number"))
        return number
    key = f"D-{at.year}"
    InstrumentCounter.objects.get_or_create(key=key)
    counter = InstrumentCounter.objects.select_for_update().get(key=key)
    while True:
        counter.last += 1
        number = f"{key}-{counter.last:04d}"
        if not Instrument.objects.filter(number=number).exists():
            counter.save(update_fields=["last"])
            return number


def _cover(instrument: Instrument) -> None:
    """Write the coverage; who already holds one of its rows is a clear conflict, and so is a race lost at
    the constraint.
    """
    rows = coverage.rows_of(instrument)
    if not instrument.concurrent:
        exclusive = [(r.function_id, r.office_id, r.during) for r in rows if r.exclusive]
        refuse_if(Kind.CONFLICT, policies.overlaps_of([instrument.pk], exclusive))
    insert_coverage(rows)


def insert_coverage(rows: Iterable[InstrumentCoverage]) -> None:
    """Insert coverage rows in one order for everybody; the exclusion constraint's answer becomes a refusal."""
    ordered = sorted(rows, key=lambda r: (r.function_id, str(r.office_id), r.during.lower))
    try:
        with transaction.atomic():
            InstrumentCoverage.objects.bulk_create(ordered)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != "offices_instrumentcoverage_held_once":
            raise
        raise Refused(Kind.CONFLICT, [Reason("offices.held_by_another", field="functions")]) from error
