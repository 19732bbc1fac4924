"""Versions of calendars: drafted from lists, confirmed by name, never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.audit.register import record
from apps.offices import permissions
from apps.offices.models import CalendarVersion, Holiday, WorkingCalendar
from apps.offices.signals import calendar_changed

if TYPE_CHECKING:
    from apps.accounts.models import User


def add_calendar_version(
    *,
    by: User | None,
    calendar: WorkingCalendar,
    valid_from: date,
    working_days: Sequence[int],
    holidays: Mapping[date, tuple[dict[str, str], str]],
    source: str,
) -> CalendarVersion:
    """Draft the next version of a calendar: a week (ISO weekdays) and `{date: (names, source)}`. It counts
    once confirmed.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED,
            permissions.reasons_against_configuring(user=by, at=at, code="offices.not_a_calendar_keeper"),
        )
        WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
        last = CalendarVersion.objects.filter(calendar=calendar).order_by("-number").first()
        version = CalendarVersion.objects.create(
            calendar=calendar,
            number=last.number + 1 if last else 1,
            valid_from=valid_from,
            working_days=sorted(working_days),
            source=source,
        )
        Holiday.objects.bulk_create(
            Holiday(version=version, date=day, names=names, source=origin)
            for day, (names, origin) in sorted(holidays.items())
        )
        record(
            verb="calendar.drafted",
            by=by,
            obj_kind="calendar",
            obj_id=version.pk,
            occurred_at=at,
            facts={"calendar": calendar.key, "number": version.number, "holidays": len(holidays)},
        )
    return version


def confirm_calendar_version(*, version: CalendarVersion, authority: str, by: User | None) -> CalendarVersion:
    """Put a drafted version in force, naming the authority on which it rests. From then on it never
    changes.

    `calendar_changed` is sent, so that open clocks of the duty stations are computed anew. Refused: to whom
    is not an administrator; without an authority; a second time.
    """
    with transaction.atomic():
        version = (
            CalendarVersion.objects.select_for_update(of=("self",))
            .select_related("calendar")
            .get(pk=version.pk)
        )
        at = clock.now()
        refuse_if(
            Kind.NOT_ALLOWED,
            permissions.reasons_against_configuring(user=by, at=at, code="offices.not_a_calendar_keeper"),
        )
        if version.confirmed_at is not None:
            refuse(Kind.CONFLICT, Reason("offices.calendar_confirmed"))
        if not authority.strip():
            refuse(Kind.INVALID, Reason("offices.no_authority_named", field="authority"))
        version.authority, version.confirmed_at, version.confirmed_by = authority.strip(), at, by
        version.save(update_fields=["authority", "confirmed_at", "confirmed_by"])
        record(
            verb="calendar.confirmed",
            by=by,
            obj_kind="calendar",
            obj_id=version.pk,
            occurred_at=at,
            facts={"calendar": version.calendar.key, "number": version.number},
            commit={"authority": authority.strip()},
        )
        calendar_changed.send(sender=CalendarVersion, version=version, at=at)
    return version
