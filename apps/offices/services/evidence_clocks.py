"""When evidence is due, and who is reminded: a moment on the duty's row, and timers of it (seam 5, law 6).

A period runs from a day (the day of the last evidence, or the day on which the function began to be held) to the same
day of a later month, or the next working day, at 17:00 of the duty station of who holds the function.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse
from apps.notices.models import Timer
from apps.notices.services import cancel_timers, post, set_timers_of
from apps.offices import permissions, queries
from apps.offices.choices import Period
from apps.offices.evidence.forms import FORMS
from apps.offices.models import (
    CalendarVersion,
    Evidence,
    EvidenceDuty,
    EvidencePeriod,
    Function,
    Instrument,
    InstrumentCoverage,
    Office,
    ParagraphHolding,
)
from apps.offices.working_time import WorkCalendar, fraction_moment, working_days_between

REMINDERS = {50: "evidence.reminder_50", 80: "evidence.reminder_80", 100: "evidence.due"}
LATEST_FIRST = tuple(kind for _percent, kind in sorted(REMINDERS.items(), reverse=True))
MONTHS = {Period.MONTHLY: 1, Period.QUARTERLY: 3, Period.HALF_YEARLY: 6, Period.YEARLY: 12}


@dataclass(frozen=True)
class Ground:
    """On what a function is held: whose calendar counts, and how often evidence is due (empty: no period is set)."""

    clock_office_id: UUID
    calendar: WorkCalendar
    period: str


@dataclass(frozen=True)
class Wanted:
    """A function that begins to be held for an office, and from which day its first period runs."""

    function: str
    office_id: UUID
    clock_office_id: UUID
    begins_on: date
    period: str


def due_moment(base_on: date, period: str, calendar: WorkCalendar) -> datetime | None:
    """17:00 local, one period after a day, or of the next working day; None where no period is set."""
    if not period:
        return None
    number = base_on.month - 1 + MONTHS[Period(period)]
    year, month = base_on.year + number // 12, number % 12 + 1
    day = date(year, month, min(base_on.day, months.monthrange(year, month)[1]))
    return calendar.closing(calendar.working_day_after(day, 0))


@lru_cache(maxsize=4096)
def _moments(base_on: date, due_at: datetime, calendar: WorkCalendar) -> tuple[tuple[str, datetime], ...]:
    """When the holder is reminded: at 50, 80 and 100 % of the working days of the period."""
    receipt = calendar.closing(base_on)
    days = working_days_between(receipt, due_at, calendar)
    return tuple(
        (kind, fraction_moment(receipt, days, percent, calendar) if percent < 100 else due_at)
        for percent, kind in REMINDERS.items()
    )


def periods(on: date) -> dict[str, str]:
    """The period of each function in force on a day where no instrument says so; the key "" is for all others."""
    rows = EvidencePeriod.objects.filter(valid_from__lte=on).order_by("function", "-valid_from")
    found: dict[str, str] = {}
    for function, period in rows.values_list("function_id", "period"):
        found.setdefault(function or "", period)
    return found


def ground_of(function: str, office: Office, instrument: Instrument | None, at: datetime) -> Ground:
    """The ground on which a person acts: their instrument, or the report itself. Refuses without a calendar."""
    day = queries.day_of(at)
    place = office
    period = instrument.reporting_period if instrument is not None else ""
    if instrument is not None:
        place = Office.objects.get(posts=instrument.delegate_post_id)
    if not period:
        known = periods(day)
        period = known.get(function, known.get("", ""))
    try:
        calendar = queries.calendar_for(place, day)
    except LookupError:
        refuse(Kind.NOT_READY, Reason("evidence.no_calendar", {"office": place.code}))
    return Ground(place.pk, calendar, period)


def run_from_latest(duty: EvidenceDuty, ground: Ground, at: datetime) -> None:
    """Let the period run from the latest evidence that nothing corrects, with new reminders. The duty is locked."""
    latest = (
        Evidence.objects.current()
        .of(duty.function_id, duty.office_id)
        .order_by("-performed_on", "-recorded_at")
        .first()
    )
    if latest is not None:
        duty.last, duty.base_on = latest, latest.performed_on
    duty.clock_office_id, duty.period = ground.clock_office_id, ground.period
    duty.due_at = due_moment(duty.base_on, duty.period, ground.calendar)
    _move(duty, ground.calendar, at)


def watch_instrument(instrument: Instrument) -> None:
    """Let the first periods run of what an instrument gives: from the day on which it begins to hold."""
    rows = InstrumentCoverage.objects.filter(instrument=instrument, revoked=False, function__in=list(FORMS))
    place = instrument.delegate_post.office_id
    pairs = [(f, o, d.lower) for f, o, d in rows.values_list("function_id", "office_id", "during")]
    if not pairs:
        return
    known = periods(queries.day_of(clock.now()))
    watch(
        Wanted(
            function,
            office,
            place,
            queries.day_of(begins),
            instrument.reporting_period or known.get(function, known.get("", "")),
        )
        for function, office, begins in pairs
    )


def watch_paragraphs(at: datetime) -> int:
    """Let the first periods run of what is held by the report itself, from the day on which the portal first asks."""
    day = queries.day_of(at)
    known = periods(day)
    codes: dict[int, list[str]] = {}
    for code, paragraph in Function.objects.values_list("code", "paragraph"):
        if code in FORMS:
            codes.setdefault(paragraph, []).append(code)
    held = ParagraphHolding.objects.filter(during__contains=day).values_list("paragraph", "office_id")
    return watch(
        (
            Wanted(code, office, office, day, known.get(code, known.get("", "")))
            for paragraph, office in held
            for code in codes.get(paragraph, [])
        ),
        again=False,
    )


def watch(wanted: Iterable[Wanted], *, again: bool = True) -> int:
    """Make the duties that are not there yet, with their reminders; returns how many.

    One without evidence begins `again` from a later day, as when another holder follows; one with evidence goes on.
    """
    rows = list(wanted)
    calendars = queries.calendars_for(
        {row.clock_office_id for row in rows}, max((row.begins_on for row in rows), default=date.min)
    )
    there = (
        EvidenceDuty.objects.select_for_update(of=("self",))  # who records locks the same row first
        .filter(office__in={row.office_id for row in rows}, function__in={row.function for row in rows})
        .order_by("pk")
    )
    known = {(duty.function_id, duty.office_id): duty for duty in there}
    made: list[EvidenceDuty] = []
    for row in rows:
        calendar = calendars.get(row.clock_office_id)
        if calendar is None:
            continue
        due_at = due_moment(row.begins_on, row.period, calendar)
        duty = known.get((row.function, row.office_id))
        if duty is None:
            duty = EvidenceDuty(
                function_id=row.function,
                office_id=row.office_id,
                clock_office_id=row.clock_office_id,
                period=row.period,
                base_on=row.begins_on,
                due_at=due_at,
            )
            known[row.function, row.office_id] = duty
            made.append(duty)
        elif again and duty.last_id is None and duty.base_on < row.begins_on:
            duty.clock_office_id, duty.period = row.clock_office_id, row.period
            duty.base_on, duty.due_at = row.begins_on, due_at
            _move(duty, calendar, clock.now())
    EvidenceDuty.objects.bulk_create(made, ignore_conflicts=True)
    set_timers_of(
        (kind, duty.pk, moment, duty.due_version)
        for duty in made
        if duty.due_at is not None
        for kind, moment in _moments(duty.base_on, duty.due_at, calendars[duty.clock_office_id])
    )
    return len(made)


def follow_calendar(version: CalendarVersion, at: datetime) -> None:
    """Compute due moments anew where a calendar changed; reminders follow where the moment did."""
    duties = list(
        EvidenceDuty.objects.select_for_update(of=("self",))
        .filter(clock_office__duty_station__calendar=version.calendar_id)
        .exclude(period="")
        .order_by("pk")
    )
    calendars = queries.calendars_for({duty.clock_office_id for duty in duties}, queries.day_of(at))
    for duty in duties:
        calendar = calendars.get(duty.clock_office_id)
        due_at = due_moment(duty.base_on, duty.period, calendar) if calendar is not None else duty.due_at
        if calendar is not None and due_at != duty.due_at:
            duty.due_at = due_at
            _move(duty, calendar, at)


def remind(timers: list[Timer]) -> None:
    """Tell who holds a function that evidence of it is due: the latest reminder that is due, once; the earlier fall
    silent.

    Passed over: what has another due moment by now, and what nobody holds any more.
    """
    now = clock.now()
    duties = {
        duty.pk: duty
        for duty in EvidenceDuty.objects.filter(pk__in=[timer.object_id for timer in timers]).select_related(
            "office", "function"
        )
    }
    due = Timer.objects.filter(
        object_id__in=list(duties), kind__in=LATEST_FIRST, due_at__lte=now, cancelled_at__isnull=True
    ).values_list("object_id", "due_version", "kind")
    latest: dict[tuple[UUID, int], str] = {}
    for object_id, version, kind in due:
        known = latest.get((object_id, version))
        if known is None or LATEST_FIRST.index(kind) < LATEST_FIRST.index(known):
            latest[object_id, version] = kind
    for timer in timers:
        duty = duties.get(timer.object_id)
        if duty is None or duty.due_version != timer.due_version:
            continue
        if latest.get((timer.object_id, timer.due_version)) == timer.kind:
            _remind(duty, timer.kind, now)


def _remind(duty: EvidenceDuty, kind: str, now: datetime) -> None:
    function, office = duty.function, duty.office
    if not queries.is_held(function.code, function.paragraph, office.pk, now):
        return
    holders = permissions.who_can_exercise(
        function=function.code, office_id=office.pk, amount_usd=None, at=now
    )
    post(
        recipients=[holder.user for holder in holders],
        code=kind,
        params={"function": function.code, "office": office.code, "due_at": duty.due_at},
        dedupe_key=f"{duty.pk}:{kind}:{duty.due_version}",
        link=f"/functions/{function.code}/offices/{office.code}/record/",
        at=now,
    )


def _move(duty: EvidenceDuty, calendar: WorkCalendar, at: datetime) -> None:
    """Save a duty whose moment moved, with the reminders of its new version that are still ahead; the last of them
    rings at once where the moment has passed."""
    duty.due_version += 1
    duty.save()
    cancel_timers(object_id=duty.pk)
    if duty.due_at is None:
        return
    moments = _moments(duty.base_on, duty.due_at, calendar)
    ahead = [(kind, moment) for kind, moment in moments if moment > at] or [moments[-1]]
    set_timers_of((kind, duty.pk, moment, duty.due_version) for kind, moment in ahead)
