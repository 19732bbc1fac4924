"""Drafting and issuing instruments of delegation: two hands, one from each side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.offices import coverage, life, policies, queries, two_hands
from apps.offices.choices import InstrumentVerb, SubDelegation
from apps.offices.models import (
    Function,
    Instrument,
    InstrumentCounter,
    InstrumentCoverage,
    InstrumentFunction,
    InstrumentScope,
    InstrumentStandby,
    Office,
    Post,
)
from apps.offices.services.history import locked, say, tell, write_down
from apps.offices.services.taking import end_for_good
from apps.offices.services.warnings import set_warnings

if TYPE_CHECKING:
    from apps.accounts.models import User


def draft_instrument(
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
    system_limit: str = "",
    data_limit: str = "",
    conditions: str = "",
    reporting_duty: str = "",
    reporting_period: str = "",
    concurrent: bool = False,
    sub_delegation: str = SubDelegation.NONE,
    parent: Instrument | None = None,
    supersedes: Instrument | None = None,
    number: str = "",
) -> Instrument:
    """Draft an instrument: functions to a post for offices, from its issue (or later) for 24 months at most
    (A/61/765, 14 to 18). It gives nothing and reserves nothing until another person issues it.

    `scope` holds (office, with the offices below). The terms never change afterwards. Refused: to whom may not draft;
    functions of 7, 15 and 18 outside OICT; delegation to oneself; what reaches beyond the `parent`; what cannot take
    the place of `supersedes`; what another instrument already gives without "concurrent" (conflict). Function 18 is
    always concurrent, graded by ceiling.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(Kind.NOT_ALLOWED, two_hands.reasons_against_drafting(user=by, at=at, parent=parent))
        given_by = two_hands.delegating_post(parent, at)
        if given_by is None:
            refuse(Kind.CONFLICT, Reason("offices.nobody_delegates"))
        giver = queries.holder_of(given_by, at)
        terms = policies.InstrumentDraft(
            delegator=giver,
            delegator_post=given_by,
            delegate_post=delegate_post,
            functions=tuple(dict.fromkeys(functions)),
            scope=tuple(dict(scope).items()),
            legal_basis=legal_basis,
            valid_from=valid_from if valid_from is not None else at,
            valid_until=valid_until,
            amount_limit=amount_limit,
            currency=currency,
            system_limit=system_limit,
            data_limit=data_limit,
            concurrent=concurrent,
            sub_delegation=sub_delegation,
            parent=parent,
            reporting_period=reporting_period,
            supersedes=supersedes,
        )
        refuse_if(Kind.INVALID, policies.reasons_against_instrument(terms, at=at))
        instrument = Instrument.objects.create(
            number=_number(number, at),
            legal_basis=legal_basis.strip(),
            parent=parent,
            supersedes=supersedes,
            delegator_post=given_by,
            delegator=by if giver is not None and giver.pk == by.pk else None,
            delegate_post=delegate_post,
            amount_limit=amount_limit,
            currency=currency,
            system_limit=system_limit,
            data_limit=data_limit,
            conditions=conditions.strip(),
            reporting_duty=reporting_duty.strip(),
            reporting_period=reporting_period,
            valid=terms.valid,
            concurrent=concurrent,
            sub_delegation=sub_delegation,
            drafted_at=at,
            drafted_by=by,
        )
        InstrumentFunction.objects.bulk_create(
            InstrumentFunction(instrument=instrument, function_id=code)
            for code in Function.objects.filter(pk__in=terms.functions).values_list("pk", flat=True)
        )
        InstrumentScope.objects.bulk_create(
            InstrumentScope(instrument=instrument, office=office, with_below=with_below)
            for office, with_below in terms.scope
        )
        for designation in InstrumentStandby.objects.filter(instrument=supersedes):
            InstrumentStandby.objects.create(instrument=instrument, position=designation.position)
        _refuse_overlaps(instrument, coverage.rows_of(instrument))
        write_down(
            instrument,
            InstrumentVerb.DRAFTED,
            by=by,
            at=at,
            through=supersedes or parent,
            facts={
                "functions": " ".join(sorted(terms.functions)),
                "offices": len(terms.scope),
                "delegate_post": delegate_post.code,
                "ceiling_usd": amount_limit,
                "system_limit": system_limit,
                "data_limit": data_limit,
                "evidence": reporting_period,
                "from": terms.valid_from,
                "until": terms.valid_until,
                "parent": parent.number if parent is not None else None,
                "supersedes": supersedes.number if supersedes is not None else None,
            },
            commit={"legal_basis": legal_basis, "conditions": conditions},
        )
        if giver is not None and giver.pk != by.pk:
            tell(instrument, "instrument.drafted", [giver], at=at)
    return instrument


def issue_instrument(*, instrument: Instrument, by: User) -> Instrument:
    """Issue a draft: the second hand. From now on its functions are reserved; they are held once the delegate accepts.

    What it supersedes ends in the same act, so that the function is never held twice and never refused to itself.
    Refused: to whom did not draft it but is neither the delegator nor, where the delegator drafted it, a second hand;
    to who drafted it; what was issued or withdrawn (conflict); everything that a draft is refused for, asked again
    at this second; a race lost at the constraint (conflict).
    """
    with transaction.atomic():
        draft = Instrument.objects.select_for_update(of=("self",), no_key=True).get(pk=instrument.pk)
        _refuse_issuing(draft, by=by, at=clock.now())
        # One at a time from here on, and briefly: who comes too late for a function learns it first.
        coverage.hold_still()
        if draft.supersedes_id is not None:
            locked(Instrument.objects.get(pk=draft.supersedes_id))
        draft, _children = locked(draft)
        at = clock.now()
        begins = max(draft.valid.lower, at)
        rows = _from(begins, coverage.rows_of(draft))
        _refuse_overlaps(draft, rows)
        giver = _refuse_issuing(draft, by=by, at=at)
        old = draft.supersedes
        draft.issued_at, draft.issued_by, draft.delegator = at, by, giver
        draft.valid = DateTimeTZRange(begins, draft.valid.upper)
        draft.save(update_fields=["issued_at", "issued_by", "delegator", "valid"])
        if old is not None:
            end_for_good(old, by=by, at=at, reason=draft.legal_basis, superseded_by=draft)
        insert_coverage(rows)
        set_warnings(draft, at)
        write_down(
            draft,
            InstrumentVerb.ISSUED,
            by=by,
            at=at,
            through=old,
            capacity=draft.delegator_post.role if giver.pk == by.pk else "second_hand",
            facts={
                "from": begins,
                "until": draft.valid.upper,
                "delegate_post": draft.delegate_post.code,
                "delegator": giver.pk,
                "supersedes": old.number if old is not None else None,
            },
            commit={"legal_basis": draft.legal_basis},
        )
        say(draft, "instrument.issued", at=at)
    return draft


def _from(begins: datetime, rows: Iterable[InstrumentCoverage]) -> list[InstrumentCoverage]:
    """The rows from this instant on; what would have ended before it is left out."""
    kept = [row for row in rows if row.during.upper > begins]
    for row in kept:
        row.during = DateTimeTZRange(max(row.during.lower, begins), row.during.upper)
    return kept


def _refuse_issuing(draft: Instrument, *, by: User, at: datetime) -> User:
    """Everything that stands against issuing this draft at an instant; returns who then delegates by it."""
    refuse_if(Kind.CONFLICT, life.reasons_against_act("issue", draft, at))
    refuse_if(Kind.NOT_ALLOWED, two_hands.reasons_against_issuing(user=by, instrument=draft, at=at))
    giver = draft.delegator if draft.delegator is not None else by
    terms = _terms_of(draft, giver, max(draft.valid.lower, at))
    refuse_if(Kind.INVALID, policies.reasons_against_instrument(terms, at=at))
    return giver


def _terms_of(draft: Instrument, giver: User, begins: datetime) -> policies.InstrumentDraft:
    return policies.InstrumentDraft(
        delegator=giver,
        delegator_post=draft.delegator_post,
        delegate_post=draft.delegate_post,
        functions=tuple(draft.function_rows.values_list("function_id", flat=True)),
        scope=tuple((row.office, row.with_below) for row in draft.scope_rows.select_related("office")),
        legal_basis=draft.legal_basis,
        valid_from=begins,
        valid_until=draft.valid.upper,
        amount_limit=draft.amount_limit,
        currency=draft.currency,
        system_limit=draft.system_limit,
        data_limit=draft.data_limit,
        concurrent=draft.concurrent,
        sub_delegation=draft.sub_delegation,
        parent=draft.parent,
        reporting_period=draft.reporting_period,
        supersedes=draft.supersedes,
    )


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


def _refuse_overlaps(instrument: Instrument, rows: Sequence[InstrumentCoverage]) -> None:
    """Who already holds one of these rows is a clear conflict; what it supersedes, and what was passed on from that, is
    no other."""
    own = [instrument.pk]
    if instrument.supersedes_id is not None:
        going = Q(pk=instrument.supersedes_id) | Q(parent=instrument.supersedes_id)
        own += Instrument.objects.filter(going).values_list("pk", flat=True)
    exclusive = [(r.function_id, r.office_id, r.during) for r in rows if r.exclusive]
    refuse_if(Kind.CONFLICT, policies.overlaps_of(own, exclusive))


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
