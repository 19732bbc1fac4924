"""Recording evidence that a function was performed: a new row each time, never an edit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from apps.audit import clock
from apps.audit.canonical import canonical_json
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.audit.register import record
from apps.offices import permissions
from apps.offices.choices import Performance
from apps.offices.evidence.forms import FORMS
from apps.offices.evidence.values import clean_day, clean_form
from apps.offices.models import Evidence, EvidenceDuty, Function, Office
from apps.offices.services import evidence_clocks
from apps.offices.wording import day_text

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.offices.evidence.fields import Form

LONGEST_REASON = 1000
LONGEST_KEY = 200


def record_evidence(
    *,
    by: User,
    function: str,
    office: Office,
    performed_on: date | str | None,
    values: Mapping[str, Any],
    corrects: Evidence | None = None,
    correction_reason: str = "",
    idempotency_key: str = "",
) -> Evidence:
    """Record that a function was performed for an office, on the form of the function (A/61/765, 7 and 15 to 17).

    The next evidence is due one period after the day that it is about. With `corrects`, the new row takes the place of
    an older one of the same function and office; nothing is changed or deleted. The same `idempotency_key` again
    returns the first row. Refused: to whom does not hold the function there at this second (with who can); for 18,
    whose evidence is the decisions on cases; with every answer that is missing or wrong, by field.
    """
    with transaction.atomic():
        form = _form_of(function)
        duty = _locked_duty(function, office, clock.now())
        key = idempotency_key[:LONGEST_KEY]
        if key and (known := Evidence.objects.filter(recorded_by=by, idempotency_key=key).first()):
            return known
        at = clock.now()
        authority = permissions.authority_to_record(
            user=by, function=function, office_id=office.pk, at=at, lock=True
        )
        refuse_if(Kind.NOT_ALLOWED, authority.reasons)
        reasons = _about_correction(duty, corrects, correction_reason)
        refuse_if(Kind.CONFLICT, [r for r in reasons if r.code == "evidence.corrected_already"])
        ground = evidence_clocks.ground_of(function, office, authority.instrument, at)
        today = at.astimezone(ground.calendar.zone).date()
        day, wrong = clean_day(form, performed_on, today=today)
        answers, found = clean_form(form, values, today=today)
        refuse_if(Kind.INVALID, [*wrong, *found, *reasons])
        assert day is not None and authority.post_id is not None  # noqa: S101, PT018  (refused above)
        before = duty.performance(at)
        row = Evidence(
            function_id=function,
            office=office,
            form=form.key,
            performed_on=day,
            values=answers,
            language=getattr(by, "language", "en"),
            instrument=authority.instrument,
            post_id=authority.post_id,
            recorded_by=by,
            recorded_at=at,
            corrects=corrects,
            correction_reason=correction_reason.strip() if corrects else "",
            idempotency_key=key,
            event_id=uuid.uuid4(),
        )
        _insert(row)
        evidence_clocks.run_from_latest(duty, ground, at)
        _record(row, duty, authority.capacity, before)
    return row


def _form_of(function: str) -> Form:
    form = FORMS.get(function)
    if form is None:
        known = Function.objects.filter(pk=function).exists()
        code = "evidence.no_form" if known else "offices.no_such_function"
        refuse(Kind.INVALID, Reason(code, {"function": function}, field="function"))
    return form


def _locked_duty(function: str, office: Office, at: datetime) -> EvidenceDuty:
    """The row that everybody who records for this function and office locks first; made where nothing watched yet."""
    if not Function.objects.filter(pk=function).exists():
        refuse(Kind.INVALID, Reason("offices.no_such_function", {"function": function}, field="function"))
    EvidenceDuty.objects.get_or_create(
        function_id=function,
        office=office,
        defaults={"clock_office": office, "base_on": at.astimezone(UTC).date()},
    )
    return EvidenceDuty.objects.select_for_update(of=("self",)).get(function=function, office=office)


def _about_correction(duty: EvidenceDuty, corrects: Evidence | None, why: str) -> list[Reason]:
    if corrects is None:
        return []
    if (corrects.function_id, corrects.office_id) != (duty.function_id, duty.office_id):
        return [Reason("evidence.of_another", field="corrects")]
    newer = Evidence.objects.filter(corrects=corrects).first()
    if newer is not None:
        return [Reason("evidence.corrected_already", {"on": day_text(newer.recorded_at)}, field="corrects")]
    if not why.strip():
        return [Reason("evidence.no_correction_reason", field="correction_reason")]
    if len(why.strip()) > LONGEST_REASON or "\0" in why:
        params = {"limit": LONGEST_REASON, "length": len(why.strip())}
        return [Reason("evidence.correction_reason_too_long", params, field="correction_reason")]
    return []


def _insert(row: Evidence) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != "offices_evidence_once_a_key":
            raise
        raise Refused(Kind.CONFLICT, [Reason("evidence.sent_twice")]) from error


def _record(row: Evidence, duty: EvidenceDuty, capacity: str, before: Performance) -> None:
    record(
        verb="evidence.recorded",
        by=row.recorded_by,
        obj_kind="evidence",
        obj_id=row.pk,
        occurred_at=row.recorded_at,
        instrument_id=row.instrument_id,
        capacity=capacity,
        event_id=row.event_id,
        facts={
            "function": row.function_id,
            "office": row.office.code,
            "form": row.form,
            "performed_on": row.performed_on,
            "corrects": row.corrects_id,
            "due_at": duty.due_at,
            "stood": str(before),
        },
        commit={
            "values": canonical_json(row.values),
            **({"correction_reason": row.correction_reason} if row.correction_reason else {}),
        },
    )
