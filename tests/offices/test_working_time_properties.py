"""What holds of every clock, whatever the calendar: searched for counter-examples."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.offices.working_time import (
    WorkCalendar,
    day_of_receipt,
    days_held,
    days_used,
    due_moment,
    fraction_moment,
    resume,
    working_days_between,
)

# A busy machine is slow, not wrong.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

ZONES = [
    "UTC", "America/New_York", "Africa/Juba", "Africa/Cairo", "Africa/El_Aaiun", "Asia/Amman", "Asia/Beirut",
    "Asia/Gaza", "Asia/Kabul", "Asia/Kathmandu", "America/Santiago", "Pacific/Kiritimati", "Europe/Vienna",
]  # fmt: skip
instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis takes naive bounds and adds the zone
    max_value=datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
calendars = st.builds(
    WorkCalendar,
    key=st.just("any"),
    version=st.just(1),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    working_days=st.frozensets(st.integers(1, 7), min_size=1),
    holidays=st.frozensets(st.dates(date(2020, 1, 1), date(2029, 12, 31)), max_size=40),
)
days = st.integers(0, 40)
spans = st.timedeltas(timedelta(0), timedelta(days=30))


@given(instants, days, calendars)
def test_never_early_always_a_working_day_at_17_local(
    received: datetime, n: int, calendar: WorkCalendar
) -> None:
    due = due_moment(received_at=received, days=n, calendar=calendar)
    at = due.astimezone(calendar.zone)
    assert due >= received
    assert calendar.is_working(at.date())
    assert (at.hour, at.minute) == (17, 0)


@given(instants, days, calendars)
def test_monotone_in_days(received: datetime, n: int, calendar: WorkCalendar) -> None:
    first = due_moment(received_at=received, days=n, calendar=calendar)
    then = due_moment(received_at=received, days=n + 1, calendar=calendar)
    assert first <= then
    assert n == 0 or first < then


@given(instants, spans, days, calendars)
def test_monotone_in_receipt(received: datetime, later: timedelta, n: int, calendar: WorkCalendar) -> None:
    assert due_moment(received_at=received, days=n, calendar=calendar) <= due_moment(
        received_at=received + later, days=n, calendar=calendar
    )


@given(instants, st.integers(1, 40), calendars)
def test_the_allowance_is_used_exactly_when_it_is_late(
    received: datetime, n: int, calendar: WorkCalendar
) -> None:
    due = due_moment(received_at=received, days=n, calendar=calendar)
    assert days_used(received_at=received, until=due, calendar=calendar) == n - 1
    assert days_used(received_at=received, until=due + timedelta(microseconds=1), calendar=calendar) == n
    assert working_days_between(received, due, calendar) == n


@given(instants, spans, spans, st.integers(1, 20), calendars)
def test_a_pause_never_shortens_the_time_and_gives_at_most_its_own_length_and_a_day(
    received: datetime, until_pause: timedelta, length: timedelta, n: int, calendar: WorkCalendar
) -> None:
    due = due_moment(received_at=received, days=n, calendar=calendar)
    paused = min(received + until_pause, due)
    resumed = paused + length
    used = days_used(received_at=received, until=paused, calendar=calendar)
    again = resume(remaining=n - used, resumed_at=resumed, calendar=calendar)
    assert again >= due or used == n
    running = days_used(received_at=received, paused=[(paused, resumed)], until=again, calendar=calendar)
    assert running == n - 1 or n - used == 0


@given(instants, st.integers(0, 20), calendars)
def test_taking_up_twice_at_one_moment_changes_nothing(
    resumed: datetime, left: int, calendar: WorkCalendar
) -> None:
    first = resume(remaining=left, resumed_at=resumed, calendar=calendar)
    nothing_used = days_used(received_at=resumed, until=resumed, calendar=calendar)
    assert nothing_used == 0
    assert resume(remaining=left - nothing_used, resumed_at=resumed, calendar=calendar) == first


@given(instants, st.integers(1, 20), calendars, st.integers(0, 100), st.integers(0, 100))
def test_shares_of_the_allowance_come_in_order(
    received: datetime, n: int, calendar: WorkCalendar, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    early = fraction_moment(received, n, low, calendar)
    late = fraction_moment(received, n, high, calendar)
    assert received <= early <= late <= due_moment(received_at=received, days=n, calendar=calendar)


@given(instants, st.integers(1, 20), calendars)
def test_the_whole_share_is_the_due_moment(received: datetime, n: int, calendar: WorkCalendar) -> None:
    assert fraction_moment(received, n, 100, calendar) == due_moment(
        received_at=received, days=n, calendar=calendar
    )


@settings(max_examples=60)
@given(instants, st.lists(spans, min_size=2, max_size=6), calendars)
def test_handed_over_time_is_shared_out_without_rest(
    start: datetime, lengths: list[timedelta], calendar: WorkCalendar
) -> None:
    edges = [start]
    for length in lengths:
        edges.append(edges[-1] + length)
    pieces = list(pairwise(edges))
    assert days_held(pieces[::2], calendar) + days_held(pieces[1::2], calendar) == days_held(
        [(edges[0], edges[-1])], calendar
    )


@given(st.dates(date(2020, 1, 1), date(2028, 12, 31)), st.integers(-3, 80), calendars)
def test_whole_weeks_count_as_day_by_day(after: date, span: int, calendar: WorkCalendar) -> None:
    until = after + timedelta(days=span)
    one_by_one = [after + timedelta(days=n) for n in range(1, span + 1)]
    assert calendar.working_days_of(after, until) == sum(1 for day in one_by_one if calendar.is_working(day))


@given(instants, spans, calendars)
def test_days_between_are_those_whose_17_00_is_reached(
    start: datetime, span: timedelta, calendar: WorkCalendar
) -> None:
    end = start + span
    counted, day = 0, day_of_receipt(start, calendar) + timedelta(days=1)
    while day <= end.astimezone(calendar.zone).date():
        counted += calendar.is_working(day) and calendar.closing(day) <= end
        day += timedelta(days=1)
    assert working_days_between(start, end, calendar) == counted
