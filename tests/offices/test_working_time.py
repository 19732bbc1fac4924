"""Golden cases of the clock: each of them computed by hand from the calendar, the zone and the rules
(A/61/765, 6d)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.offices.working_time import (
    NoWorkingDayError,
    WorkCalendar,
    day_of_receipt,
    days_held,
    days_used,
    due_moment,
    fraction_moment,
    resume,
    running_intervals,
    union_of,
    working_days_between,
)

MON_FRI = frozenset({1, 2, 3, 4, 5})
SUN_THU = frozenset({7, 1, 2, 3, 4})
NEW_YORK = ZoneInfo("America/New_York")
HEADQUARTERS = WorkCalendar(
    key="new-york",
    version=1,
    zone=NEW_YORK,
    working_days=MON_FRI,
    holidays=frozenset({date(2020, 5, 25), date(2020, 5, 26), date(2020, 7, 3)}),
)
SUNDAY_TO_THURSDAY = WorkCalendar(key="amman", version=1, zone=ZoneInfo("Asia/Amman"), working_days=SUN_THU)


def plain(zone: str, week: frozenset[int] = MON_FRI, *holidays: date) -> WorkCalendar:
    return WorkCalendar(
        key=zone, version=1, zone=ZoneInfo(zone), working_days=week, holidays=frozenset(holidays)
    )


def local(calendar: WorkCalendar, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "received", "days", "due"),
    [
        # The cases that the rules of the review name.
        (HEADQUARTERS, "2020-07-02T10:00", 5, "2020-07-10T17:00"),
        (HEADQUARTERS, "2020-05-22T10:00", 3, "2020-05-29T17:00"),
        (SUNDAY_TO_THURSDAY, "2020-07-02T10:00", 5, "2020-07-09T17:00"),
        # Receipt at, and after, the end of the day.
        (HEADQUARTERS, "2020-06-08T17:00", 1, "2020-06-09T17:00"),
        (HEADQUARTERS, "2020-06-08T17:00:00.000001", 1, "2020-06-10T17:00"),
        (HEADQUARTERS, "2020-06-08T23:59:59", 1, "2020-06-10T17:00"),
        (HEADQUARTERS, "2020-06-12T16:00", 1, "2020-06-15T17:00"),
        (HEADQUARTERS, "2020-06-12T18:00", 1, "2020-06-15T17:00"),
        (SUNDAY_TO_THURSDAY, "2020-07-02T18:00", 1, "2020-07-05T17:00"),
        (SUNDAY_TO_THURSDAY, "2020-07-05T18:00", 1, "2020-07-07T17:00"),
        # Receipt on a day without work, before and after 17:00.
        (HEADQUARTERS, "2020-06-13T09:00", 1, "2020-06-15T17:00"),
        (HEADQUARTERS, "2020-06-14T18:00", 1, "2020-06-16T17:00"),
        (HEADQUARTERS, "2020-07-03T10:00", 1, "2020-07-06T17:00"),
        # No days at all: the end of the day of receipt, or of the next working day.
        (HEADQUARTERS, "2020-06-08T10:00", 0, "2020-06-08T17:00"),
        (HEADQUARTERS, "2020-06-08T18:00", 0, "2020-06-09T17:00"),
        (HEADQUARTERS, "2020-06-12T18:00", 0, "2020-06-15T17:00"),
        (HEADQUARTERS, "2020-07-03T10:00", 0, "2020-07-06T17:00"),
        # Year end and leap day.
        (HEADQUARTERS, "2020-12-30T10:00", 2, "2021-01-01T17:00"),
        (plain("UTC", MON_FRI, date(2021, 1, 1)), "2020-12-31T10:00", 1, "2021-01-04T17:00"),
        (plain("UTC"), "2024-02-28T10:00", 1, "2024-02-29T17:00"),
        (plain("UTC"), "2024-02-28T10:00", 2, "2024-03-01T17:00"),
        (plain("UTC"), "2023-02-28T10:00", 1, "2023-03-01T17:00"),
        # A holiday on a weekend takes nothing.
        (plain("UTC", MON_FRI, date(2026, 8, 15)), "2026-08-14T10:00", 1, "2026-08-17T17:00"),
        # Friday and Saturday are the weekend; a one-day weekend; work every day.
        (plain("Africa/Cairo", SUN_THU), "2026-03-04T12:00", 2, "2026-03-08T17:00"),
        (plain("Asia/Kathmandu", frozenset({7, 1, 2, 3, 4, 5})), "2026-03-05T12:00", 2, "2026-03-08T17:00"),
        (plain("Africa/Juba", frozenset(range(1, 8))), "2026-03-05T12:00", 3, "2026-03-08T17:00"),
    ],
)
def test_due_moment_golden(calendar: WorkCalendar, received: str, days: int, due: str) -> None:
    assert due_moment(received_at=local(calendar, received), days=days, calendar=calendar) == local(
        calendar, due
    )


@pytest.mark.parametrize(
    ("zone", "received", "days", "due"),
    [
        # Juba went from +3 to +2 at 2021-01-31T21:00Z by law: 17:00 before is 14:00Z, after it is 15:00Z.
        ("Africa/Juba", "2021-01-29T08:00Z", 0, "2021-01-29T14:00Z"),
        ("Africa/Juba", "2021-01-29T08:00Z", 1, "2021-02-01T15:00Z"),
        # El Aaiun leaves +1 for Ramadan (2026-02-15T02:00Z) and returns (2026-03-22T02:00Z).
        ("Africa/El_Aaiun", "2026-02-13T09:00Z", 0, "2026-02-13T16:00Z"),
        ("Africa/El_Aaiun", "2026-02-13T09:00Z", 1, "2026-02-16T17:00Z"),
        ("Africa/El_Aaiun", "2026-03-20T09:00Z", 1, "2026-03-23T16:00Z"),
        # Cairo took summer time up again on 2023-04-27T22:00Z.
        ("Africa/Cairo", "2023-04-27T09:00Z", 0, "2023-04-27T15:00Z"),
        ("Africa/Cairo", "2023-04-27T09:00Z", 1, "2023-04-28T14:00Z"),
        # Amman: summer time on 2022-02-24T22:00Z, and then for ever.
        ("Asia/Amman", "2022-02-24T08:00Z", 0, "2022-02-24T15:00Z"),
        ("Asia/Amman", "2022-02-24T08:00Z", 1, "2022-02-25T14:00Z"),
        ("Asia/Amman", "2022-12-01T08:00Z", 0, "2022-12-01T14:00Z"),
        # New York loses an hour in the night to Sunday 8 March 2026 and gains it back on 1 November.
        ("America/New_York", "2026-03-06T15:00Z", 0, "2026-03-06T22:00Z"),
        ("America/New_York", "2026-03-06T15:00Z", 1, "2026-03-09T21:00Z"),
        ("America/New_York", "2026-10-30T15:00Z", 1, "2026-11-02T22:00Z"),
        # Offsets of a half and of three quarters of an hour.
        ("Asia/Kabul", "2026-05-04T06:00Z", 1, "2026-05-05T12:30Z"),
        ("Asia/Kathmandu", "2026-05-04T06:00Z", 1, "2026-05-05T11:15Z"),
        # 17:00 local is the border, wherever UTC stands: 12:30Z in Kabul is not late, a second more is.
        ("Asia/Kabul", "2026-05-04T12:30:00Z", 1, "2026-05-05T12:30Z"),
        ("Asia/Kabul", "2026-05-04T12:30:01Z", 1, "2026-05-06T12:30Z"),
        # East of the date line it is already Monday when it is Sunday in UTC.
        ("Pacific/Kiritimati", "2026-05-03T12:00Z", 1, "2026-05-05T03:00Z"),
    ],
)
def test_due_moment_across_zones_and_their_changes(zone: str, received: str, days: int, due: str) -> None:
    calendar = plain(zone)
    assert due_moment(
        received_at=datetime.fromisoformat(received), days=days, calendar=calendar
    ) == datetime.fromisoformat(due)


def test_beirut_keeps_what_the_time_zone_data_says() -> None:
    """The summer time of March 2023 was put off by decree and taken back within days; the stored
    instant is not re-derived."""
    calendar = plain("Asia/Beirut")
    assert due_moment(received_at=datetime.fromisoformat("2023-03-24T08:00Z"), days=1, calendar=calendar) in {
        datetime.fromisoformat("2023-03-27T15:00Z"),
        datetime.fromisoformat("2023-03-27T14:00Z"),
    }


def test_pause_and_resume_of_the_golden_case() -> None:
    received = local(HEADQUARTERS, "2020-07-02T10:00")
    paused = local(HEADQUARTERS, "2020-07-08T11:00")
    used = days_used(received_at=received, paused=[(paused, None)], until=paused, calendar=HEADQUARTERS)
    assert used == 2
    resumed = local(HEADQUARTERS, "2020-07-10T16:00")
    assert resume(remaining=5 - used, resumed_at=resumed, calendar=HEADQUARTERS) == local(
        HEADQUARTERS, "2020-07-15T17:00"
    )


def test_resume_after_the_end_of_the_day_counts_from_the_next_calendar_day() -> None:
    resumed = local(HEADQUARTERS, "2020-07-09T17:30")
    assert resume(remaining=1, resumed_at=resumed, calendar=HEADQUARTERS) == local(
        HEADQUARTERS, "2020-07-13T17:00"
    )


def test_days_used_over_a_chain_of_pauses() -> None:
    received = local(HEADQUARTERS, "2020-06-08T10:00")  # a Monday
    pauses = [
        (local(HEADQUARTERS, "2020-06-10T12:00"), local(HEADQUARTERS, "2020-06-12T12:00")),  # Tuesday is used
        (local(HEADQUARTERS, "2020-06-16T12:00"), local(HEADQUARTERS, "2020-06-17T12:00")),  # Monday is used
        (local(HEADQUARTERS, "2020-06-19T17:00"), None),  # Thursday is used, Friday's 17:00 has not passed
    ]
    used = [
        days_used(
            received_at=received, paused=pauses, until=local(HEADQUARTERS, until), calendar=HEADQUARTERS
        )
        for until in ("2020-06-09T17:00", "2020-06-09T17:01", "2020-06-15T17:01", "2020-06-30T10:00")
    ]
    assert used == [0, 1, 2, 3]


def test_overlapping_pauses_count_once() -> None:
    received = local(HEADQUARTERS, "2020-06-08T10:00")
    twice = [
        (local(HEADQUARTERS, "2020-06-10T12:00"), local(HEADQUARTERS, "2020-06-12T12:00")),
        (local(HEADQUARTERS, "2020-06-11T09:00"), local(HEADQUARTERS, "2020-06-12T10:00")),
    ]
    until = local(HEADQUARTERS, "2020-06-17T10:00")
    assert running_intervals(received_at=received, paused=twice, until=until) == [
        (received, twice[0][0]),
        (twice[0][1], until),
    ]


def test_a_turn_is_used_up_only_after_its_due_moment() -> None:
    received = local(HEADQUARTERS, "2020-07-02T10:00")
    due = due_moment(received_at=received, days=5, calendar=HEADQUARTERS)
    at_due = days_used(received_at=received, until=due, calendar=HEADQUARTERS)
    after = days_used(received_at=received, until=due + timedelta(microseconds=1), calendar=HEADQUARTERS)
    assert (at_due, after) == (4, 5)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2020-07-02T10:00", 5),
        ("2020-07-03T10:00", 5),
        ("2020-07-06T10:00", 4),
        ("2020-07-06T18:00", 3),
        ("2020-07-10T10:00", 0),
        ("2020-07-13T10:00", 0),
    ],
)
def test_days_left_on_a_label(now: str, left: int) -> None:
    due = local(HEADQUARTERS, "2020-07-10T17:00")
    assert working_days_between(local(HEADQUARTERS, now), due, HEADQUARTERS) == left


@pytest.mark.parametrize(
    ("days", "percent", "used_before", "moment"),
    [
        (5, 0, 0, "2020-07-02T10:00"),
        (5, 50, 0, "2020-07-08T13:00"),
        (5, 80, 0, "2020-07-09T17:00"),
        (5, 100, 0, "2020-07-10T17:00"),
        (10, 50, 0, "2020-07-10T17:00"),
        (1, 50, 0, "2020-07-06T13:00"),
        (1, 80, 0, "2020-07-06T15:24"),
        (3, 50, 2, "2020-07-06T13:00"),
        (3, 80, 2, "2020-07-07T17:00"),
        (3, 100, 2, "2020-07-08T17:00"),
        (2, 50, 3, "2020-07-02T10:00"),
    ],
)
def test_moment_of_a_share_of_the_allowance(days: int, percent: int, used_before: int, moment: str) -> None:
    received = local(HEADQUARTERS, "2020-07-02T10:00")
    assert fraction_moment(received, days, percent, HEADQUARTERS, used_before=used_before) == local(
        HEADQUARTERS, moment
    )


def test_ledger_counts_the_union_once() -> None:
    monday, wednesday = local(HEADQUARTERS, "2020-06-08T10:00"), local(HEADQUARTERS, "2020-06-10T10:00")
    friday = local(HEADQUARTERS, "2020-06-12T18:00")
    assert days_held([(monday, friday), (monday, wednesday), (wednesday, friday)], HEADQUARTERS) == 5


def test_ledgers_of_two_sides_share_out_every_day() -> None:
    start, handed_over = local(HEADQUARTERS, "2020-06-08T10:00"), local(HEADQUARTERS, "2020-06-10T17:00")
    end = local(HEADQUARTERS, "2020-06-12T18:00")
    assert (
        days_held([(start, handed_over)], HEADQUARTERS),
        days_held([(handed_over, end)], HEADQUARTERS),
    ) == (2, 3)


def test_union_of_drops_what_is_empty_or_inverted() -> None:
    a, b, c = (local(HEADQUARTERS, f"2020-06-0{n}T10:00") for n in (1, 2, 3))
    assert union_of([(b, c), (a, b), (c, c), (c, a)]) == [(a, c)]


def test_day_of_receipt_is_the_local_one() -> None:
    instant = datetime(2026, 5, 3, 22, 0, tzinfo=UTC)
    days = [day_of_receipt(instant, plain(zone)) for zone in ("UTC", "Asia/Tokyo", "America/New_York")]
    assert days == [date(2026, 5, 4), date(2026, 5, 4), date(2026, 5, 4)]


@pytest.mark.parametrize("week", [frozenset(), frozenset({0}), frozenset({8})])
def test_a_week_that_is_none_is_refused(week: frozenset[int]) -> None:
    with pytest.raises(NoWorkingDayError):
        plain("UTC", week)


def test_a_calendar_without_a_working_day_is_named_and_not_searched_for_ever() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(500))
    calendar = WorkCalendar(key="shut", version=1, zone=NEW_YORK, working_days=MON_FRI, holidays=closed)
    with pytest.raises(NoWorkingDayError, match="shut"):
        due_moment(received_at=datetime(2026, 1, 1, 12, tzinfo=UTC), days=1, calendar=calendar)


def test_naive_instants_and_negative_allowances_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        due_moment(received_at=datetime(2026, 1, 1, 12), days=1, calendar=HEADQUARTERS)  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        due_moment(received_at=datetime(2026, 1, 1, 12, tzinfo=UTC), days=-1, calendar=HEADQUARTERS)
