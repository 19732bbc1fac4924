"""The pages and the API of an instrument's life: who sees drafts, what a button says, what the register finds."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit import clock
from apps.offices import overviews, services
from apps.offices.models import Instrument
from tests.factories.offices import Organization
from tests.offices.test_pages import EVERYONE, api, api_terms, signed_in, terms


@pytest.mark.parametrize("ending", ["left", "withdrawn"])
def test_a_draft_is_seen_by_those_who_have_a_part_in_it(organization: Organization, ending: str) -> None:
    draft = organization.draft("officer", ["18"], ["UNMISS"])
    if ending == "withdrawn":
        services.withdraw_draft(instrument=draft, by=organization.people["admin"])
    address, found = draft.get_absolute_url(), {}
    for who in EVERYONE:
        page = signed_in(organization, who).get(address).status_code
        endpoint = api(organization, who)
        answers = {page, endpoint.get(f"/api/v1{address}").status_code}
        listed = endpoint.get("/api/v1/instruments/").json()["count"]
        assert answers == ({200} if listed else {404})
        assert len(signed_in(organization, who).get("/instruments/?office=UNMISS").context["rows"]) == listed
        assert endpoint.get(f"/api/v1{address}history/").status_code in answers
        found[who] = bool(listed)
    assert {who for who, sees in found.items() if sees} == {"cito", "admin", "auditor", "officer"}


def test_buttons_that_cannot_be_pressed_say_why(organization: Organization) -> None:
    draft = organization.draft("officer", ["18"], ["UNMISS"], by=organization.people["cito"])
    offers = {
        offer.verb: [reason.code for reason in offer.reasons]
        for offer in signed_in(organization, "cito").get(draft.get_absolute_url()).context["offers"]
    }
    assert offers == {"issue": ["offices.drafted_by_oneself"], "withdraw": []}
    issued = organization.issue("officer", ["18"], ["UNMISS"], accept=False)
    page = signed_in(organization, "cito").get(issued.get_absolute_url())
    accept = next(offer for offer in page.context["offers"] if offer.verb == "accept")
    assert accept.reasons[0].who_can == ("Officer Person (assigned_officer of OICT)",)
    text = page.content.decode()
    assert "is accepted by the holder of OICT-ASSIGNED-OFFICER" in text
    assert "Officer Person" in text


def test_the_page_tells_the_history_and_prints_everything(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"], conditions="Small cases only.")
    services.suspend_instrument(
        instrument=instrument, reason="An audit of it", by=organization.people["cito"]
    )
    page = signed_in(organization, "head").get(instrument.get_absolute_url())
    text = page.content.decode()
    for words in ("Small cases only.", "An audit of it", "Cito Person", "Admin Person", "data-print"):
        assert words in text
    assert [act.verb for act in page.context["history"]] == ["drafted", "issued", "accepted", "suspended"]
    told = api(organization, "head").get(f"/api/v1{instrument.get_absolute_url()}history/").json()
    assert [(row["verb"], row["by"], row["reason"]) for row in told][-1] == (
        "suspended",
        "Cito Person",
        "An audit of it",
    )


def test_a_successor_is_drafted_from_the_old_by_both_doors(organization: Organization) -> None:
    old = organization.issue("officer", ["18"], ["UNMISS"])
    client = signed_in(organization, "admin")
    page = client.get(f"/instruments/draft/?supersedes={old.number}")
    assert page.context["form"].initial["functions"] == ["18"]
    assert client.post("/instruments/draft/", terms(supersedes=old.number)).status_code == 302
    made = api(organization, "admin").post(f"/api/v1{old.get_absolute_url()}supersede/", api_terms())
    assert (made.status_code, made.json()["supersedes"]) == (201, old.number)
    first, second = Instrument.objects.filter(supersedes=old).order_by("number")
    session = api(organization, "cito")
    assert session.post(f"/api/v1{first.get_absolute_url()}issue/").json()["state"] == "awaiting"
    refused = session.post(f"/api/v1{second.get_absolute_url()}issue/")
    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (
        400,
        "offices.instrument_superseded",
    )
    assert session.get(f"/api/v1{old.get_absolute_url()}").json()["superseded_by"] == first.number


@pytest.mark.parametrize(
    ("who", "verb", "status", "code"),
    [
        ("officer", "accept", 409, "offices.already_accepted"),
        ("cito", "accept", 403, "offices.not_the_receiver"),
        ("cito", "issue", 409, "offices.already_issued"),
        ("cito", "resume", 409, "offices.not_suspended"),
        ("head", "suspend", 403, "offices.not_the_delegator"),
        ("cito", "withdraw", 409, "offices.already_issued"),
    ],
)
def test_page_and_api_refuse_an_act_alike(
    organization: Organization, who: str, verb: str, status: int, code: str
) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    address = f"{instrument.get_absolute_url()}{verb}/"
    answer = api(organization, who).post(f"/api/v1{address}", {"reason": "R"})
    reasons = answer.json()["reasons"]
    page = signed_in(organization, who).post(address, {"reason": "R"})
    assert (answer.status_code, reasons[0]["code"], page.status_code) == (status, code, status)
    assert reasons[0]["sentence"] in page.content.decode()


def test_an_act_without_its_reason_names_the_field(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    client = signed_in(organization, "cito")
    page = client.post(f"{instrument.get_absolute_url()}suspend/", {"reason": ""})
    assert (page.status_code, list(page.context["form"].errors)) == (400, ["reason"])
    assert client.post(f"{instrument.get_absolute_url()}destroy/").status_code == 404


def test_the_register_finds_what_was_in_force_on_a_day(organization: Organization) -> None:
    cito, start = organization.people["cito"], clock.now()
    days = [start + timedelta(days=n) for n in range(12)]
    with clock.set_to(days[0]):
        instrument = organization.issue("officer", ["18"], ["UNMISS"], accept=False)
    with clock.set_to(days[2]):
        services.accept_instrument(instrument=instrument, by=organization.people["officer"])
    with clock.set_to(days[4]):
        services.suspend_instrument(instrument=instrument, reason="R", by=cito)
    with clock.set_to(days[6]):
        services.resume_instrument(instrument=instrument, by=cito)
    with clock.set_to(days[8]):
        services.revoke_instrument(instrument=instrument, reason="R", by=cito)
    found = [
        overviews.instruments_matching(overviews.Filters(on=day.date()), user=cito, at=days[10]).exists()
        for day in days[:10]
    ]
    assert found == [False, False, True, True, True, False, True, True, True, False]


def test_the_register_says_how_many_and_counts_no_further_than_needed(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(3):
        organization.issue("officer", ["18"], ["UNMISS"])
    client = signed_in(organization, "officer")
    assert "3 instruments" in client.get("/instruments/").content.decode()
    monkeypatch.setattr(overviews, "COUNT_BOUND", 2)
    assert "more than 2 instruments" in client.get("/instruments/").content.decode()
    nothing = client.get("/instruments/?state=withdrawn").content.decode()
    assert "No instrument matches" in nothing


def test_pages_of_the_register_follow_each_other(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.offices import instrument_views

    monkeypatch.setattr(instrument_views, "PAGE", 2)
    with clock.set_to(clock.now()):  # all at one moment: the number decides
        made = [organization.issue("officer", ["18"], ["UNMISS"]).number for _n in range(5)]
    client, seen, after = signed_in(organization, "officer"), [], ""
    for _page in range(3):
        context: Any = client.get(f"/instruments/?after={after}").context
        seen += [row.instrument.number for row in context["rows"]]
        after = context["next"]
    assert (seen, after) == (sorted(made, reverse=True), "")


@pytest.mark.parametrize("count", [1, 8])
def test_the_page_of_an_instrument_costs_the_same_for_few_and_many(
    organization: Organization, django_assert_max_num_queries: Any, count: int
) -> None:
    parent = organization.issue(
        "field", ["16b"], ["DPKO"], with_below=True, sub_delegation="one_level", concurrent=True
    )
    for _n in range(count):
        organization.issue(
            "unifil-ict",
            ["16b"],
            ["UNIFIL"],
            by=organization.people["field"],
            parent=parent,
            concurrent=True,
            valid_until=parent.valid.upper,
        )
    client = signed_in(organization, "cito")
    client.get(parent.get_absolute_url())
    with django_assert_max_num_queries(40):
        assert len(client.get(parent.get_absolute_url()).context["children"]) == count
