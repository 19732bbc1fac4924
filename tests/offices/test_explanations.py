"""Why can I, why can't I, who can: on each thing, for each person, by page and by API, as the services refuse."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.audit import clock
from apps.audit.reasons import Refused
from apps.offices import explanations, services
from apps.offices.models import Function, WorkingCalendar
from tests.factories.offices import Organization, make_person

EVERYONE = ["cito", "officer", "head", "submitter", "ict", "auditor", "admin", "member", "field"]


def client_of(organization: Organization, who: str) -> Client:
    client = Client()
    client.force_login(organization.people[who])
    return client


@pytest.mark.parametrize("who", EVERYONE)
def test_everyone_asks_about_everything_by_page_and_by_api(organization: Organization, who: str) -> None:
    number = organization.issue("officer", ["18"], ["UNMISS"]).number
    client = client_of(organization, who)
    for path in (
        "offices/UNMISS/",
        "posts/UNMISS-HEAD-OF-OFFICE/",
        f"instruments/{number}/",
        "functions/18/",
        "calendars/juba/",
    ):
        page = client.get(f"/{path}")
        assert (page.status_code, b'id="explanation"' in page.content) == (200, True), path
        answer = client.get(f"/api/v1/{path}explanation/")
        assert answer.status_code == 200, path
        for act in answer.json()["acts"]:
            assert set(act) == {"action", "label", "is_possible", "reasons", "who_can"}
            assert act["is_possible"] is (act["reasons"] == [])
            assert all(reason["sentence"] for reason in act["reasons"])


def test_nobody_asks_without_signing_in(organization: Organization) -> None:
    assert Client().get("/api/v1/offices/UNMISS/explanation/").status_code in (401, 403)
    assert client_of(organization, "head").get("/api/v1/posts/NONE/explanation/").status_code == 404


def refusal_of(act: Any) -> list[str]:
    try:
        act()
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


@pytest.mark.parametrize("who", EVERYONE)
def test_what_is_explained_is_what_the_services_answer(organization: Organization, who: str) -> None:
    """The act is tried for real, and refused for the first of the reasons that were given, or done."""
    person, at = organization.people[who], clock.now()
    post, holding = organization.posts["ict"], organization.posts["ict"].holdings.get()
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    until = at + timedelta(days=5)
    told = {
        act.action: [reason.code for reason in act.reasons]
        for act in [
            *explanations.of_post(person, post, at),
            *explanations.of_instrument(person, instrument, at),
            explanations.drafting(person, at),
        ]
    }
    tried = {
        "record_absence": lambda: services.record_absence(post=post, by=person, until=until, reason="Leave."),
        "appoint": lambda: services.assign_post(
            post=post, user=make_person(f"New {who}"), from_=at, by=person
        ),
        "revoke": lambda: services.revoke_instrument(instrument=instrument, reason="Moved.", by=person),
        "end_appointment_without_successor": lambda: services.end_holding(
            holding=holding, by=person, at=at + timedelta(days=1)
        ),
    }
    for action, act in tried.items():
        found = refusal_of(act)
        assert found[:1] == told[action][:1], action


def test_a_revoked_instrument_says_so(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    services.revoke_instrument(instrument=instrument, reason="Moved.", by=organization.people["cito"])
    instrument.refresh_from_db()
    acts = {
        act.action: act
        for act in explanations.of_instrument(organization.people["cito"], instrument, clock.now())
    }
    assert "revoke" not in acts  # nobody can any more; what can still be done is offered
    page = client_of(organization, "cito").get(instrument.get_absolute_url()).content.decode()
    assert "was revoked on" in page


def test_a_function_is_explained_for_the_office_that_is_asked_about(organization: Organization) -> None:
    organization.issue("officer", ["18"], ["UNMISS"])
    address = "/api/v1/functions/18/explanation/"
    client = client_of(organization, "officer")
    may = client.get(address, {"office": "UNMISS"}).json()["acts"][0]
    may_not = client.get(address, {"office": "UNIFIL"}).json()["acts"][0]
    assert (may["is_possible"], may_not["is_possible"]) == (True, False)
    assert [reason["code"] for reason in may_not["reasons"]] == ["offices.office_not_covered"]
    assert any("Cito Person" in name for name in may_not["who_can"])
    assert any("Officer Person" in name for name in may["who_can"])


def test_disabled_buttons_say_why(organization: Organization) -> None:
    page = client_of(organization, "head").get("/instruments/").content.decode()
    assert 'aria-disabled="true"' in page
    assert "Instruments are drafted by" in page
    post = client_of(organization, "member").get("/posts/UNMISS-HEAD-OF-OFFICE/").content.decode()
    assert "or who supervises it, says that the holder is away" in post


def test_calendar_without_a_draft_has_nothing_to_confirm(organization: Organization) -> None:
    calendar = WorkingCalendar.objects.get(key="juba")
    acts = explanations.of_calendar(organization.people["admin"], calendar, clock.now())
    assert {act.action: [r.code for r in act.reasons] for act in acts} == {
        "add_version": [],
        "confirm_version": ["offices.no_draft"],
    }
    assert Function.objects.count() == 30
