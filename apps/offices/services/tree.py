"""Making and moving offices; a move re-expands the instruments and reports what would be held twice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.audit.register import record
from apps.offices import coverage, permissions, policies, queries
from apps.offices.models import DutyStation, Instrument, InstrumentCoverage, Office, OfficePlacement
from apps.offices.services.instruments import insert_coverage

if TYPE_CHECKING:
    from apps.accounts.models import User


def create_office(
    *,
    by: User | None,
    code: str,
    names: dict[str, str],
    kind: str,
    duty_station: DutyStation,
    parent: Office | None,
    opened_on: date,
    letter_language: str = "en",
    serviced_by: Office | None = None,
) -> Office:
    """Open an office at its place in the tree from a day on. `by=None` is the Organization's own data being
    loaded.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED,
            permissions.reasons_against_configuring(user=by, at=at, code="offices.not_a_configurer"),
        )
        if not any(text.strip() for text in names.values()):
            refuse(Kind.INVALID, Reason("offices.not_named", field="names"))
        if Office.objects.filter(code=code).exists():
            refuse(Kind.CONFLICT, Reason("offices.code_taken", {"code": code}, field="code"))
        office = Office.objects.create(
            code=code,
            names=names,
            kind=kind,
            duty_station=duty_station,
            opened_on=opened_on,
            letter_language=letter_language,
            serviced_by=serviced_by,
        )
        if parent is not None:
            coverage.hold_still()
            OfficePlacement.objects.create(office=office, parent=parent, during=DateRange(opened_on, None))
            _reexpand({office.pk})
        record(
            verb="office.created",
            by=by,
            obj_kind="office",
            obj_id=office.pk,
            occurred_at=at,
            facts={
                "code": code,
                "kind": kind,
                "parent": parent.code if parent else None,
                "opened_on": opened_on,
            },
        )
    return office


def move_office(*, office: Office, parent: Office, on: date, by: User | None) -> OfficePlacement:
    """Put an office below another from a day on. What was before stays: an act is judged by the tree of its
    day.

    Instruments that hold "with the offices below" are expanded again. Refused (conflict): where that would
    give a function to two exclusive instruments, each clash named; where a post that holds 7, 15 or 18
    would leave OICT.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED,
            permissions.reasons_against_configuring(user=by, at=at, code="offices.not_a_configurer"),
        )
        coverage.hold_still()
        if parent.pk == office.pk or office.pk in queries.ancestors(parent.pk, on):
            refuse(Kind.INVALID, Reason("offices.below_itself", {"office": office.code}, field="parent"))
        present = OfficePlacement.objects.filter(office=office, during__contains=on).first()
        if present is not None and present.parent_id == parent.pk:
            params = {"office": office.code, "parent": parent.code}
            refuse(Kind.CONFLICT, Reason("offices.moved_to_where_it_stands", params, field="parent"))
        OfficePlacement.objects.filter(office=office, during__startswith__gte=on).delete()
        if present is not None and present.pk is not None and present.during.lower != on:
            present.during = DateRange(present.during.lower, on)
            present.save(update_fields=["during"])
        placement = OfficePlacement.objects.create(office=office, parent=parent, during=DateRange(on, None))
        _reexpand({office.pk, *queries.descendants(office.pk, on)})
        _keep_central_functions()
        record(
            verb="office.moved",
            by=by,
            obj_kind="office",
            obj_id=office.pk,
            occurred_at=at,
            facts={"code": office.code, "parent": parent.code, "on": on},
        )
    return placement


def _keep_central_functions() -> None:
    """Ask the database's own law now instead of at COMMIT, so that its answer is a sentence."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS offices_move_keeps_central_functions IMMEDIATE")
            cursor.execute("SET CONSTRAINTS offices_move_keeps_central_functions DEFERRED")
    except IntegrityError as error:
        raise Refused(Kind.CONFLICT, [Reason("offices.move_takes_central_out", field="parent")]) from error


def _reexpand(changed: set) -> None:
    """Bring the coverage of instruments that reach "below" in line with the tree, and refuse where two
    would then hold.
    """
    instruments = {
        i.pk: i
        for i in Instrument.objects.filter(
            scope_rows__with_below=True, issued_at__isnull=False, revoked_at=None
        )
        .select_related("parent")
        .distinct()
    }
    if not instruments:
        return
    wanted = coverage.expanded(instruments)
    present: dict = {}
    rows = InstrumentCoverage.objects.select_for_update().filter(
        instrument__in=list(instruments), office__in=changed
    )
    for row in rows.order_by("pk"):
        key = (row.instrument_id, row.function_id, row.office_id, row.during.lower, row.during.upper)
        present[key] = row
    expected = {
        (r.instrument_id, r.function_id, r.office_id, r.during.lower, r.during.upper): r
        for pk, instrument in instruments.items()
        for r in coverage.rows_of(instrument, [(o, d) for o, d in wanted.get(pk, []) if o in changed])
    }
    InstrumentCoverage.objects.filter(
        pk__in=[row.pk for key, row in present.items() if key not in expected]
    ).delete()
    new = [row for key, row in expected.items() if key not in present]
    clashes: list[Reason] = []
    for row in new:
        if not row.exclusive:
            continue
        for clash in policies.overlaps_of(
            [row.instrument_id], [(row.function_id, row.office_id, row.during)]
        ):
            params = {
                "office": clash.params["office"],
                "function": row.function_id,
                "number": instruments[row.instrument_id].number,
                "other": clash.params["number"],
            }
            clashes.append(Reason("offices.move_clashes", params, field="parent"))
    refuse_if(Kind.CONFLICT, clashes[:5])
    insert_coverage(new)
