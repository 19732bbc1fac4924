"""When evidence is due, how a function stands at the boundary, and who is reminded, once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.audit import clock
from apps.notices.models import Notice, Outbox, Timer
from apps.notices.sweep import sweep
from apps.offices import duties, queries, services
from apps.offices.choices import Performance
from apps.offices.models import CalendarVersion, EvidenceDuty, EvidencePeriod, WorkingCalendar
from apps.offices.services.evidence_clocks import REMINDERS, due_moment, watch_paragraphs
from apps.offices.working_time import WorkCalendar
from tests.factories.evidence import ANSWERS, record
from tests.factories.offices import Organization

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    with clock.set_to(NOW):
        yield


def juba() -> WorkCalendar:
    from apps.offices.models import Office

    return queries.calendar_for(Office.objects.get(code="UNMISS"), NOW.date())


def standing(organization: Organization, at: datetime, function: str = "16c", office: str = "UNMISS") -> str:
    cell = duties.cells(at, office=organization.offices[office])[organization.offices[office].pk, function]
    return str(cell.performance)


@pytest.mark.parametrize(
    ("base", "period", "due"),
    [
        (date(2026, 6, 30), "yearly", datetime(2027, 6, 30, 15, tzinfo=UTC)),  # 17:00 in Juba is 15:00 UTC
        (date(2026, 6, 30), "half_yearly", datetime(2026, 12, 30, 15, tzinfo=UTC)),
        (date(2026, 6, 30), "quarterly", datetime(2026, 9, 30, 15, tzinfo=UTC)),
        (date(2026, 6, 30), "monthly", datetime(2026, 7, 30, 15, tzinfo=UTC)),
        (date(2026, 1, 31), "monthly", datetime(2026, 3, 2, 15, tzinfo=UTC)),  # 28 February is a Saturday
        (date(2024, 2, 29), "yearly", datetime(2025, 2, 28, 15, tzinfo=UTC)),
        (date(2026, 8, 15), "yearly", datetime(2027, 8, 16, 15, tzinfo=UTC)),  # a Sunday, so Monday
        (date(2026, 8, 15), "", None),
    ],
)
def test_evidence_is_due_one_period_later_or_on_the_next_working_day(
    organization: Organization, base: date, period: str, due: datetime | None
) -> None:
    assert due_moment(base, period, juba()) == due


def test_a_function_stands_by_its_rows_before_at_and_after_the_due_moment(organization: Organization) -> None:
    assert standing(organization, NOW) == "no_evidence"
    record(organization)
    due = datetime(2027, 6, 30, 15, tzinfo=UTC)
    found = [standing(organization, at) for at in (due - SECOND, due, due + timedelta(microseconds=1))]
    assert found == ["performing", "performing", "overdue"]
    assert EvidenceDuty.objects.overdue(on=due).count() == 0
    assert EvidenceDuty.objects.overdue(on=due + SECOND).count() == 1
    assert EvidenceDuty.objects.performing(on=due).count() == 1
    assert EvidenceDuty.objects.without_evidence().count() == 0
    before = EvidenceDuty.objects.values().get()
    with clock.set_to(due + timedelta(days=30)):
        sweep()
    assert EvidenceDuty.objects.values().get() == before, "lateness is asked, nothing is written"


def test_the_latest_day_counts_whenever_it_was_recorded(organization: Organization) -> None:
    record(organization, performed_on="2026-06-30")
    record(organization, performed_on="2026-03-31")
    assert EvidenceDuty.objects.get().base_on == date(2026, 6, 30)


def test_a_correction_moves_the_due_moment(organization: Organization) -> None:
    first = record(organization, performed_on="2026-06-30")
    record(organization, performed_on="2025-06-30", corrects=first, correction_reason="The year was wrong.")
    assert EvidenceDuty.objects.get().due_at == datetime(2026, 6, 30, 15, tzinfo=UTC)
    assert standing(organization, NOW) == "overdue"


def test_the_instrument_sets_the_period_and_its_holders_station_the_clock(organization: Organization) -> None:
    organization.issue("unifil-ict", ["16c"], ["UNMISS"], reporting_period="quarterly")
    record(organization, by=organization.people["unifil-ict"], performed_on="2026-07-06")
    duty = EvidenceDuty.objects.get(function="16c", office__code="UNMISS")
    # New York is the duty station of UNIFIL here: 17:00 there is 21:00 UTC in October
    assert (duty.period, duty.due_at) == ("quarterly", datetime(2026, 10, 6, 21, tzinfo=UTC))


def test_a_period_holds_from_its_day_on(organization: Organization) -> None:
    EvidencePeriod.objects.create(
        function_id="16c", period="monthly", valid_from=date(2026, 7, 7), source="Test"
    )
    record(organization, performed_on="2026-07-06")
    assert EvidenceDuty.objects.get().period == "yearly"
    with clock.set_to(NOW + timedelta(days=1)):
        record(organization, performed_on="2026-07-07")
        record(organization, "16e", performed_on="2026-07-07")
    assert dict(EvidenceDuty.objects.values_list("function", "period")) == {"16c": "monthly", "16e": "yearly"}


def test_what_is_given_by_an_instrument_is_due_from_its_first_day(organization: Organization) -> None:
    begins = NOW + timedelta(days=10)
    organization.issue("escap-ict", ["16b", "16c"], ["ESCAP"], valid_from=begins, reporting_period="monthly")
    duties_made = EvidenceDuty.objects.filter(office=organization.offices["ESCAP"])
    assert {d.due_at for d in duties_made} == {datetime(2026, 8, 17, 21, tzinfo=UTC)}  # 16 August is a Sunday
    assert standing(organization, begins, office="ESCAP") == "no_evidence"


def test_another_holder_begins_anew_where_nothing_was_shown(organization: Organization) -> None:
    first = organization.issue("escap-ict", ["16b", "16c"], ["ESCAP"])
    escap = organization.offices["ESCAP"]
    record(organization, by=organization.people["escap-ict"], office=escap)
    services.revoke_instrument(instrument=first, reason="Over", by=organization.people["cito"])
    with clock.set_to(NOW + timedelta(days=60)):
        organization.issue("unifil-ict", ["16b", "16c"], ["ESCAP"])
    assert dict(EvidenceDuty.objects.values_list("function", "base_on")) == {
        "16b": date(2026, 9, 4),
        "16c": date(2026, 6, 30),
    }


def test_the_report_itself_is_watched_from_the_day_on_which_the_portal_asks(
    organization: Organization,
) -> None:
    made = watch_paragraphs(NOW)
    # OICT 7 and 15, DPKO 17, UNOG and UNMISS 16; function 18 has no clock
    assert made == EvidenceDuty.objects.count() == 6 + 9 + 6 + 2 * 8
    assert watch_paragraphs(NOW + timedelta(days=90)) == 0
    assert set(EvidenceDuty.objects.values_list("base_on", flat=True)) == {NOW.date()}
    assert Timer.objects.count() == made * len(REMINDERS)


# Reminders --------------------------------------------------------------------------------------------------------


def rung() -> list[tuple[str, str]]:
    told = Notice.objects.filter(code__startswith="evidence.")
    return sorted(told.values_list("code", "recipient__email"))


def test_the_holder_is_reminded_at_50_80_and_100_percent_once_whatever_is_restarted(
    organization: Organization,
) -> None:
    record(organization)
    moments = dict(Timer.objects.filter(cancelled_at=None).values_list("kind", "due_at"))
    assert sorted(moments, key=moments.__getitem__) == list(REMINDERS.values())
    assert moments["evidence.due"] == EvidenceDuty.objects.get().due_at
    local = {kind: at.astimezone(juba().zone) for kind, at in moments.items()}
    assert all(9 <= at.hour <= 17 and at.isoweekday() <= 5 for at in local.values()), "in working time"
    said = []
    for kind in REMINDERS.values():
        said.append((kind, "ict.person@example.org"))
        with clock.set_to(moments[kind] - SECOND):
            sweep()
            assert rung() == sorted(said[:-1])
        with clock.set_to(moments[kind]):
            for _again in range(3):
                sweep()
            assert rung() == sorted(said)
            Timer.objects.filter(kind=kind).update(
                fired_at=None, claimed_at=None
            )  # as if killed before COMMIT
            sweep()
            assert rung() == sorted(said)
    assert Outbox.objects.count() == 3
    assert set(Notice.objects.values_list("link", flat=True)) == {"/functions/16c/offices/UNMISS/record/"}


def test_after_a_long_silence_only_the_latest_reminder_is_said(organization: Organization) -> None:
    record(organization)
    with clock.set_to(datetime(2027, 7, 2, 9, tzinfo=UTC)):
        sweep()
    assert [code for code, _who in rung()] == ["evidence.due"]


def test_new_evidence_silences_the_old_reminders(organization: Organization) -> None:
    record(organization, performed_on="2025-07-07")
    record(organization, performed_on="2026-07-06")
    with clock.set_to(datetime(2026, 12, 1, 9, tzinfo=UTC)):
        sweep()
    assert rung() == []


def test_evidence_that_is_late_when_it_is_recorded_reminds_at_once(organization: Organization) -> None:
    record(organization, performed_on="2025-06-30")
    sweep()
    assert rung() == [("evidence.due", "ict.person@example.org")]


def test_whoever_holds_the_post_then_is_told_and_nobody_where_nobody_holds_it(
    organization: Organization,
) -> None:
    instrument = organization.issue("escap-ict", ["16c"], ["ESCAP"], reporting_period="monthly")
    services.revoke_instrument(instrument=instrument, reason="Over", by=organization.people["cito"])
    with clock.set_to(NOW + timedelta(days=200)):
        sweep()
    assert rung() == []
    record(organization)
    from tests.factories.offices import appoint, make_person

    services.end_holding(holding=organization.posts["ict"].holdings.get(), by=organization.people["admin"])
    appoint(organization.posts["ict"], make_person("New Chief"), from_=NOW)
    with clock.set_to(datetime(2027, 6, 30, 15, tzinfo=UTC)):
        sweep()
    assert rung() == [("evidence.due", "new.chief@example.org")]


def test_a_confirmed_calendar_moves_what_is_due(organization: Organization) -> None:
    record(organization)
    version = services.add_calendar_version(
        by=None,
        calendar=WorkingCalendar.objects.get(key="juba"),
        valid_from=NOW.date(),
        working_days=[1, 2, 3, 4, 5],
        holidays={date(2027, 6, 30): ({"en": "Holiday"}, "list")},
        source="list",
    )
    assert CalendarVersion.objects.get(pk=version.pk).confirmed_at is None
    services.confirm_calendar_version(version=version, authority="Circular", by=organization.people["admin"])
    assert EvidenceDuty.objects.get().due_at == datetime(2027, 7, 1, 15, tzinfo=UTC)
    with clock.set_to(datetime(2027, 6, 30, 16, tzinfo=UTC)):
        sweep()
        assert "evidence.due" not in {code for code, _who in rung()}
    with clock.set_to(datetime(2027, 7, 1, 15, tzinfo=UTC)):
        sweep()
        assert "evidence.due" in {code for code, _who in rung()}


def test_performance_has_three_words() -> None:
    assert Performance.values == ["performing", "overdue", "no_evidence"]
    assert set(ANSWERS)
