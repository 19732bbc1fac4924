"""The dated tree, moves that re-expand instruments, and versions of calendars."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit import clock
from apps.audit.reasons import Refused, sentence
from apps.offices import queries, services
from apps.offices.models import DutyStation, Holiday, InstrumentCoverage, Office, WorkingCalendar
from apps.offices.signals import calendar_changed
from apps.offices.working_time import due_moment
from tests.factories.offices import Organization, make_duty_station, make_office

TODAY = date(2026, 6, 1)


def covered(instrument, at: datetime) -> list[str]:
    rows = InstrumentCoverage.objects.filter(instrument=instrument, during__contains=at, revoked=False)
    return sorted(set(rows.values_list("office__code", flat=True)))


def codes_of(offices, ids) -> list[str]:
    return [code for pk in ids for code, office in offices.items() if office.pk == pk]


def refusal(act) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    assert all(sentence(reason) for reason in caught.value.reasons)
    return str(caught.value.kind), [reason.code for reason in caught.value.reasons]


def test_above_and_below(organization: Organization) -> None:
    offices = organization.offices
    assert codes_of(offices, queries.ancestors(offices["UNMISS"].pk, TODAY)) == ["DPKO", "UN-SECRETARIAT"]
    assert sorted(codes_of(offices, queries.descendants(offices["DPKO"].pk, TODAY))) == ["UNIFIL", "UNMISS"]


def test_a_move_is_dated_and_the_past_stays(organization: Organization) -> None:
    offices = organization.offices
    services.move_office(
        office=offices["UNIFIL"], parent=offices["DM"], on=TODAY, by=organization.people["admin"]
    )
    before = TODAY - timedelta(days=1)
    assert codes_of(offices, queries.ancestors(offices["UNIFIL"].pk, before)) == ["DPKO", "UN-SECRETARIAT"]
    assert codes_of(offices, queries.ancestors(offices["UNIFIL"].pk, TODAY)) == ["DM", "UN-SECRETARIAT"]


def test_a_move_expands_instruments_again_from_its_day(organization: Organization) -> None:
    offices = organization.offices
    with clock.set_to(datetime(2026, 1, 15, 12, tzinfo=UTC)):
        of_dpko = organization.issue("ict", ["16c"], ["DPKO"], with_below=True)
        of_dm = organization.issue("unifil-ict", ["16c"], ["DM"], with_below=True)
        services.move_office(office=offices["UNIFIL"], parent=offices["DM"], on=TODAY, by=None)
    midnight = datetime(2026, 6, 1, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert [covered(of_dpko, midnight - moment), covered(of_dpko, midnight)] == [
        ["DPKO", "UNIFIL", "UNMISS"],
        ["DPKO", "UNMISS"],
    ]
    assert [covered(of_dm, midnight - moment), covered(of_dm, midnight)] == [["DM"], ["DM", "UNIFIL"]]


def test_a_move_that_gives_a_function_twice_is_refused_and_changes_nothing(
    organization: Organization,
) -> None:
    offices = organization.offices
    with clock.set_to(datetime(2026, 1, 15, 12, tzinfo=UTC)):
        own = organization.issue("ict", ["16c"], ["UNIFIL"])
        of_dm = organization.issue("unifil-ict", ["16c"], ["DM"], with_below=True)
        with pytest.raises(Refused) as caught, transaction.atomic():
            services.move_office(office=offices["UNIFIL"], parent=offices["DM"], on=TODAY, by=None)
    assert [(r.code, r.params["number"], r.params["other"]) for r in caught.value.reasons] == [
        ("offices.move_clashes", of_dm.number, own.number)
    ]
    assert codes_of(offices, queries.ancestors(offices["UNIFIL"].pk, TODAY))[0] == "DPKO"


def test_a_new_office_is_covered_from_its_first_day(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["DPKO"], with_below=True)
    office = services.create_office(
        by=organization.people["admin"],
        code="MINURCAT",
        names={"en": "A mission"},
        kind="field_mission",
        duty_station=organization.offices["UNMISS"].duty_station,
        parent=organization.offices["DPKO"],
        opened_on=date(2020, 1, 1),
    )
    assert office.code in covered(instrument, clock.now())


def test_a_post_with_central_functions_does_not_leave_oict(organization: Organization) -> None:
    offices = organization.offices
    organization.issue("align", ["15c"], ["UN-SECRETARIAT"], with_below=True)
    on = clock.now().date()
    assert refusal(
        lambda: services.move_office(office=offices["OICT-ALIGN"], parent=offices["DM"], on=on, by=None)
    ) == ("conflict", ["offices.move_takes_central_out"])


def test_the_database_itself_keeps_a_central_post_in_oict(organization: Organization) -> None:
    organization.issue("align", ["15c"], ["UN-SECRETARIAT"], with_below=True)
    placement = organization.offices["OICT-ALIGN"].placements.get()
    placement.parent = organization.offices["DM"]

    def save_and_ask_now() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            placement.save()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="outside OICT"):
        save_and_ask_now()


@pytest.mark.parametrize(
    ("office", "parent"), [("DPKO", "UNMISS"), ("DPKO", "DPKO"), ("UN-SECRETARIAT", "OICT")]
)
def test_an_office_never_stands_below_itself(organization: Organization, office: str, parent: str) -> None:
    offices = organization.offices
    assert refusal(
        lambda: services.move_office(office=offices[office], parent=offices[parent], on=TODAY, by=None)
    ) == ("invalid", ["offices.below_itself"])


@pytest.mark.parametrize("who", ["cito", "head", "auditor", "submitter"])
def test_only_an_administrator_changes_the_structure(organization: Organization, who: str) -> None:
    offices = organization.offices
    by = organization.people[who]
    assert refusal(
        lambda: services.move_office(office=offices["UNIFIL"], parent=offices["DM"], on=TODAY, by=by)
    ) == ("not_allowed", ["offices.not_a_configurer"])


def test_a_code_is_given_once(organization: Organization) -> None:
    station = DutyStation.objects.get(code="juba")
    terms = {"by": None, "kind": "department", "duty_station": station, "parent": None, "opened_on": TODAY}
    assert refusal(lambda: services.create_office(code="DM", names={"en": "Another"}, **terms))[1] == [
        "offices.code_taken"
    ]
    assert refusal(lambda: services.create_office(code="NEW", names={"en": " "}, **terms))[1] == [
        "offices.not_named"
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Office.objects.create(code="NEW", names={}, kind="department", duty_station=station, opened_on=TODAY)


# Calendars ------------------------------------------------------------------------------------------------------


def test_the_calendar_of_an_office_is_one_statement_once_known(db: None, django_assert_num_queries) -> None:
    office = make_office("HQ", duty_station=make_duty_station(holidays=(date(2020, 7, 3),)))
    calendar = queries.calendar_for(office, date(2020, 7, 2))
    assert calendar.zone.key == "America/New_York"
    received = datetime(2020, 7, 2, 14, tzinfo=UTC)
    assert due_moment(received_at=received, days=5, calendar=calendar) == datetime(
        2020, 7, 10, 21, tzinfo=UTC
    )
    with django_assert_num_queries(1):
        assert queries.calendar_for(office, date(2020, 7, 2)) is calendar


def test_a_draft_counts_once_it_is_confirmed(organization: Organization) -> None:
    office = organization.offices["UNMISS"]
    christmas = date(2026, 12, 25)
    version = services.add_calendar_version(
        by=organization.people["admin"],
        calendar=WorkingCalendar.objects.get(key="juba"),
        valid_from=date(2026, 1, 1),
        working_days=[1, 2, 3, 4, 5],
        holidays={christmas: ({"en": "Christmas"}, "list")},
        source="list",
    )
    assert queries.calendar_for(office, TODAY).holidays == frozenset()
    heard = []

    def listen(**message) -> None:
        heard.append(message["version"])

    calendar_changed.connect(listen)
    services.confirm_calendar_version(
        version=version, authority="Circular 1", by=organization.people["admin"]
    )
    calendar_changed.disconnect(listen)
    assert heard == [version]
    assert queries.calendar_for(office, TODAY).holidays == frozenset({christmas})
    assert queries.calendar_for(office, date(2025, 12, 31)).holidays == frozenset()
    version.refresh_from_db()
    assert refusal(
        lambda: services.confirm_calendar_version(version=version, authority="Circular 2", by=None)
    ) == ("conflict", ["offices.calendar_confirmed"])


def test_a_confirmed_version_never_changes(organization: Organization) -> None:
    version = WorkingCalendar.objects.get(key="juba").versions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(version=version, date=TODAY, names={"en": "Day"})
    version.working_days = [1, 2, 3]
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()


@pytest.mark.parametrize("who", ["cito", "head", "auditor"])
def test_only_an_administrator_keeps_calendars(organization: Organization, who: str) -> None:
    version = WorkingCalendar.objects.get(key="juba").versions.get()
    by = organization.people[who]
    assert refusal(lambda: services.confirm_calendar_version(version=version, authority="x", by=by)) == (
        "not_allowed",
        ["offices.not_a_calendar_keeper"],
    )


def test_an_office_without_a_calendar_in_force_is_named(organization: Organization) -> None:
    with pytest.raises(LookupError, match="UNMISS"):
        queries.calendar_for(organization.offices["UNMISS"], date(1999, 1, 1))
