"""The reference data: complete, idempotent, recorded, and right where the golden cases lean on it."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from apps.audit.models import Event
from apps.offices import grants, queries
from apps.offices.choices import OfficeKind
from apps.offices.loading import confirm_drafts, load_reference
from apps.offices.models import CalendarVersion, DutyStation, Function, Office, ParagraphHolding, Post
from apps.offices.working_time import due_moment
from tests.factories.offices import CODES


@pytest.fixture
def reference(db: None) -> None:
    load_reference()


def test_loading_twice_changes_nothing(reference: None, capsys: pytest.CaptureFixture[str]) -> None:
    events = Event.objects.count()
    assert load_reference() == {}
    assert Event.objects.count() == events
    call_command("load_reference")
    assert "nothing to change" in capsys.readouterr().out


def test_every_change_is_an_act_of_origin_import(reference: None) -> None:
    payloads = [json.loads(text) for text in Event.objects.values_list("payload", flat=True)]
    assert {payload["origin"] for payload in payloads} == {"import"}
    made = [p for p in payloads if p["verb"] == "reference.made" and p["object_kind"] == "office"]
    assert len(made) == Office.objects.count() == 57


def test_what_was_changed_by_hand_is_brought_back(reference: None) -> None:
    Office.objects.filter(code="UNMISS").update(letter_language="fr")
    assert load_reference() == {"offices": 1}
    assert Office.objects.get(code="UNMISS").letter_language == "en"


def test_the_catalogue_is_exactly_the_thirty_functions_in_six_languages(reference: None) -> None:
    functions = list(Function.objects.all())
    assert [f.code for f in functions] == CODES
    assert {tuple(sorted(f.texts)) for f in functions} == {("ar", "en", "es", "fr", "ru", "zh")}
    assert {f.code for f in functions if f.outside_oict_allowed} == {
        c for c in CODES if c.startswith(("16", "17"))
    }


def test_every_office_is_named_placed_and_has_a_clock(reference: None) -> None:
    today = date(2026, 6, 1)
    for office in Office.objects.select_related("duty_station"):
        assert {"en", "ar"} <= set(office.names)
        assert office.code == "UN-SECRETARIAT" or queries.ancestors(office.pk, today)[-1] is not None
        assert queries.calendar_for(office, today).working_days
    for station in DutyStation.objects.all():
        assert ZoneInfo(station.time_zone)


def test_commissions_and_political_missions_hold_nothing_by_the_report(reference: None) -> None:
    kinds = set(ParagraphHolding.objects.filter(paragraph=16).values_list("office__kind", flat=True))
    assert kinds == {OfficeKind.OFFICE_AWAY, OfficeKind.FIELD_MISSION}


def test_golden_case_with_the_loaded_calendar_of_headquarters(reference: None) -> None:
    calendar = queries.calendar_for(Office.objects.get(code="OICT"), date(2020, 5, 22))
    found = [
        due_moment(received_at=datetime(2020, *day, 14, tzinfo=UTC), days=days, calendar=calendar)
        for day, days in (((7, 2), 5), ((5, 22), 3))
    ]
    assert found == [datetime(2020, 7, 10, 21, tzinfo=UTC), datetime(2020, 5, 29, 21, tzinfo=UTC)]


def test_host_lists_only_pre_fill_drafts(reference: None) -> None:
    office = Office.objects.get(code="UNIFIL")
    assert queries.calendar_for(office, date(2026, 6, 1)).holidays == frozenset()
    drafts = CalendarVersion.objects.filter(confirmed_at=None)
    assert {v.source for v in drafts} == {"host country list, to be confirmed"}
    count = drafts.count()
    assert confirm_drafts(by=None, authority="Demonstration") == count
    assert date(2026, 12, 25) in queries.calendar_for(office, date(2026, 6, 1)).holidays
    assert load_reference() == {}


def test_posts_have_no_person_and_grants_have_no_difference(reference: None) -> None:
    assert Post.objects.filter(role="cito").count() == 1
    assert grants.rebuild_grants(at=datetime(2026, 6, 1, tzinfo=UTC), check=True) == []
