"""Working time: when a turn falls due, and how many working days it has used (A/61/765, 6d; review rules on
clocks).

Pure arithmetic over one calendar: no models, no clock, no settings. Days are working days of the duty
station that must act; instants are aware and come back in UTC. The rules, each of them a test:

* a day ends at 17:00 local (`WorkCalendar.close`), and is *used* when that moment has passed unpaused;
* what is received after 17:00 local counts as received on the next **calendar** day;
* day 1 is the first working day after the day of receipt; the last day's 17:00 is the due moment; late
is `now > due`;
* zero days fall due at the end of the day of receipt, or of the next working day where that day is none;
* taking a clock up again counts as a receipt at that moment, for the days that remained.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
LONGEST_CLOSURE = 400
"""Calendar days without a single working day after which a calendar is called unusable instead of
searched for ever."""


class NoWorkingDayError(ValueError):
    """The calendar has no working day within reach: a mistake in the calendar's data."""


@dataclass(frozen=True)
class WorkCalendar:
    """One version of a duty station's calendar: its zone, its working week (ISO weekdays 1..7) and its
    holidays.
    """

    key: str
    version: int
    zone: ZoneInfo
    working_days: frozenset[int]
    holidays: frozenset[date] = frozenset()
    close: time = time(17)
    opens: time = field(default=time(9))

    def __post_init__(self) -> None:
        if not self.working_days or not self.working_days <= frozenset(range(1, 8)):
            raise NoWorkingDayError(
                f"calendar {self.key}: the working week {sorted(self.working_days)} is not one"
            )

    def is_working(self, day: date) -> bool:
        return day.isoweekday() in self.working_days and day not in self.holidays

    def closing(self, day: date) -> datetime:
        """The instant (UTC) of 17:00 local on this day."""
        return datetime.combine(day, self.close, tzinfo=self.zone).astimezone(UTC)

    def working_days_of(self, after: date, until: date) -> int:
        """How many working days lie after one day, up to and with another: whole weeks at once."""
        span = (until - after).days
        if span <= 0:
            return 0
        weeks, rest = divmod(span, 7)
        first = after.isoweekday()
        found = weeks * len(self.working_days)
        found += len([n for n in range(rest) if (first + n) % 7 + 1 in self.working_days])
        closed = [day for day in self.holidays if after < day <= until]
        return found - len([day for day in closed if day.isoweekday() in self.working_days])

    def working_day_after(self, day: date, count: int = 1) -> date:
        """The `count`-th working day strictly after `day`; count 0 is `day` itself, or the next working
        day.
        """
        if count == 0:
            return day if self.is_working(day) else self.working_day_after(day)
        idle = 0
        while count:
            day += ONE_DAY
            if self.is_working(day):
                count -= 1
                idle = 0
            else:
                idle += 1
                if idle > LONGEST_CLOSURE:
                    raise NoWorkingDayError(
                        f"calendar {self.key}: no working day in {LONGEST_CLOSURE} days before {day}"
                    )
        return day


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("working time is counted between aware instants only")
    return instant.astimezone(UTC)


def day_of_receipt(instant: datetime, calendar: WorkCalendar) -> date:
    """The local day on which this counts as received: after 17:00, the next calendar day."""
    local = _utc(instant).astimezone(calendar.zone)
    day = local.date()
    return day + ONE_DAY if _utc(instant) > calendar.closing(day) else day


def due_moment(*, received_at: datetime, days: int, calendar: WorkCalendar) -> datetime:
    """The instant (UTC) of 17:00 local on working day `days` after receipt."""
    if days < 0:
        raise ValueError("an allowance of working days is never negative")
    return calendar.closing(calendar.working_day_after(day_of_receipt(received_at, calendar), days))


def working_days_between(start: datetime, end: datetime, calendar: WorkCalendar) -> int:
    """How many days of an unpaused clock that started at `start` are reached by `end` (0 when `end` is
    before `start`).

    Right after a receipt with five days, `working_days_between(now, due_at)` is 5; on the last day it is 0,
    "due today".
    """
    start, end = _utc(start), _utc(end)
    if end <= start:
        return 0
    day = day_of_receipt(start, calendar)
    last = end.astimezone(calendar.zone).date()
    reached = calendar.working_days_of(day, last)
    # every day before the last closed before it began; only the last itself may still run
    if reached and last > day and calendar.is_working(last) and calendar.closing(last) > end:
        reached -= 1
    return reached


def days_used(
    *,
    received_at: datetime,
    paused: Sequence[tuple[datetime, datetime | None]] = (),
    until: datetime,
    calendar: WorkCalendar,
) -> int:
    """Working days used by `until`: those whose 17:00 has passed (strictly) while the clock ran.

    A pause without an end still runs. After a pause the day on which the clock was taken up is like a day
    of receipt: not counted.
    """
    return sum(
        _passed(start, end, calendar)
        for start, end in running_intervals(received_at=received_at, paused=paused, until=until)
    )


def running_intervals(
    *, received_at: datetime, paused: Sequence[tuple[datetime, datetime | None]] = (), until: datetime
) -> list[tuple[datetime, datetime]]:
    """The intervals in which the clock ran, from receipt to `until`, with the union of the pauses taken
    out.
    """
    start, until = _utc(received_at), _utc(until)
    running: list[tuple[datetime, datetime]] = []
    for from_, to in union_of((_utc(a), until if b is None else _utc(b)) for a, b in paused):
        if from_ >= until:
            break
        if from_ > start:
            running.append((start, from_))
        start = max(start, to)
    if start < until:
        running.append((start, until))
    return running


def resume(*, remaining: int, resumed_at: datetime, calendar: WorkCalendar) -> datetime:
    """The new due moment when a clock is taken up again: as if received now, with the days that remained."""
    return due_moment(received_at=resumed_at, days=remaining, calendar=calendar)


def fraction_moment(
    received_at: datetime, days: int, percent: int, calendar: WorkCalendar, *, used_before: int = 0
) -> datetime:
    """The instant (UTC) at which `percent` of the allowance is used, for reminders.

    The allowance is `used_before + days`: after a pause, `days` are what remained and `used_before` what
    was used. A part of a day is counted over the local working hours of that day, so a reminder never comes
    at night. 100 % is the due moment.
    """
    position = Fraction((used_before + days) * percent, 100) - used_before
    if position <= 0:
        return _utc(received_at)
    whole, part = int(position), position - int(position)
    receipt = day_of_receipt(received_at, calendar)
    if not part:
        return calendar.closing(calendar.working_day_after(receipt, whole))
    day = calendar.working_day_after(receipt, whole + 1)
    close = calendar.closing(day)
    opens = datetime.combine(day, calendar.opens, tzinfo=calendar.zone).astimezone(UTC)
    seconds = int((close - opens).total_seconds() * part)
    return opens + timedelta(seconds=seconds)


def days_held(intervals: Iterable[tuple[datetime, datetime]], calendar: WorkCalendar) -> int:
    """Working days held over the union of these intervals, for the two ledgers: every day belongs to who
    held it at 17:00.

    Parallel intervals count once, and two sides that hand over to each other share out every working day
    between them.
    """
    total = 0
    for start, end in union_of((_utc(a), _utc(b)) for a, b in intervals):
        first, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
        total += sum(
            1 for d in _days(first, last) if calendar.is_working(d) and start <= calendar.closing(d) < end
        )
    return total


def union_of(intervals: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time as disjoint intervals in order; empty and inverted ones fall away."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted((a, b) for a, b in intervals if a < b):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _days(first: date, last: date) -> Iterable[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def _passed(start: datetime, end: datetime, calendar: WorkCalendar) -> int:
    day = day_of_receipt(start, calendar)
    last = end.astimezone(calendar.zone).date()
    return sum(1 for d in _days(day + ONE_DAY, last) if calendar.is_working(d) and calendar.closing(d) < end)
