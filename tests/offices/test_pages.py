"""The pages and the API of offices: what they show, whom they refuse, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.audit import clock
from apps.offices import life, queries, services
from apps.offices.loading import load_reference
from apps.offices.models import Instrument
from tests.factories.offices import Organization, make_duty_station, make_office, make_person

OTHERS = ["officer", "align", "field", "submitter", "head", "ict", "finance", "auditor", "admin", "member"]
EVERYONE = ["cito", *OTHERS]


def signed_in(organization: Organization, who: str) -> Client:
    client = Client()
    client.force_login(organization.people[who])
    return client


def api(organization: Organization, who: str) -> APIClient:
    client = APIClient()
    client.force_login(organization.people[who])
    return client


def terms(**changes: Any) -> dict[str, Any]:
    until = (clock.now() + timedelta(days=300)).date().isoformat()
    return {
        "legal_basis": "ST/SGB/2026/1",
        "delegate_post": "OICT-ASSIGNED-OFFICER",
        "functions": ["18"],
        "scope": ["UNMISS"],
        "amount_limit": "250000",
        "valid_until": until,
        "sub_delegation": "none",
        **changes,
    }


def api_terms(**changes: Any) -> dict[str, Any]:
    given = terms(**changes)
    given["scope"] = [{"office": code} for code in given["scope"]]
    given["valid_until"] += "T00:00:00Z"
    return given


PAGES = [
    "/offices/",
    "/offices/UNMISS/",
    "/functions/",
    "/functions/18/",
    "/instruments/",
    "/instruments/{number}/",
    "/calendars/",
    "/calendars/juba/",
    "/api/v1/offices/",
    "/api/v1/offices/UNMISS/",
    "/api/v1/functions/",
    "/api/v1/functions/18/",
    "/api/v1/instruments/",
    "/api/v1/instruments/{number}/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_role_reads_every_page_and_nobody_else_does(organization: Organization, page: str) -> None:
    address = page.format(number=organization.issue("officer", ["18"], ["UNMISS"]).number)
    assert {who: signed_in(organization, who).get(address).status_code for who in EVERYONE} == dict.fromkeys(
        EVERYONE, 200
    )
    assert Client().get(address).status_code in (302, 401, 403)


@pytest.mark.parametrize(
    "address", ["/offices/NONE/", "/functions/19/", "/instruments/D-0/", "/calendars/none/"]
)
def test_what_is_not_there_is_not_found(organization: Organization, address: str) -> None:
    assert signed_in(organization, "cito").get(address).status_code == 404
    if not address.startswith("/calendars"):
        assert api(organization, "cito").get(f"/api/v1{address}").status_code == 404


@pytest.mark.parametrize("door", ["page", "api"])
def test_one_drafts_another_issues_and_the_holder_accepts(organization: Organization, door: str) -> None:
    def act(who: str, verb: str, **given: str) -> int:
        address = f"/instruments/{Instrument.objects.get().number}/{verb}/"
        if door == "page":
            client = signed_in(organization, who)
            assert client.get(address).status_code == 200
            return client.post(address, given).status_code
        return api(organization, who).post(f"/api/v1{address}", given).status_code

    done = 302 if door == "page" else 200
    if door == "page":
        client = signed_in(organization, "admin")
        assert client.get("/instruments/draft/").status_code == 200
        response = client.post("/instruments/draft/", terms())
        assert response.status_code == 302
        assert response.headers["Location"] == Instrument.objects.get().get_absolute_url()
    else:
        made = api(organization, "admin").post("/api/v1/instruments/", api_terms())
        assert (made.status_code, made.json()["state"]) == (201, "draft")
    found = [life.state_of(Instrument.objects.get(), clock.now())]
    for who, verb, given in (
        ("cito", "issue", {}),
        ("officer", "accept", {}),
        ("cito", "suspend", {"reason": "An audit"}),
        ("cito", "resume", {}),
        ("cito", "revoke", {"reason": "Done"}),
    ):
        assert act(who, verb, **given) == done
        found.append(life.state_of(Instrument.objects.get(), clock.now()))
    assert found == ["draft", "awaiting", "in_force", "suspended", "in_force", "revoked"]
    assert Instrument.objects.get().revocation_reason == "Done"
    assert signed_in(organization, "head").get(Instrument.objects.get().get_absolute_url()).status_code == 200


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_issues_or_takes_by_any_door(organization: Organization, who: str) -> None:
    draft = organization.draft("align", ["18"], ["UNIFIL"])
    instrument = organization.issue("officer", ["18"], ["UNIFIL"])
    client, session = signed_in(organization, who), api(organization, who)
    sees = who in ("admin", "auditor", "align")
    found = []
    for thing, verb in ((draft, "issue"), (instrument, "suspend"), (instrument, "revoke")):
        address = f"/instruments/{thing.number}/{verb}/"
        found += [
            client.get(address).status_code,
            client.post(address, {"reason": "Because"}).status_code,
            session.post(f"/api/v1{address}", {"reason": "Because"}).status_code,
        ]
    assert found == [403 if sees else 404] * 3 + [403] * 6
    drafting = [
        client.get("/instruments/draft/").status_code,
        client.post("/instruments/draft/", terms(valid_until="2000-01-01")).status_code,
        session.post("/api/v1/instruments/", api_terms(valid_until="2000-01-01")).status_code,
    ]
    assert drafting == ([200, 400, 400] if who == "admin" else [403] * 3)
    instrument.refresh_from_db()
    assert (Instrument.objects.count(), instrument.revoked_at, instrument.suspended_at) == (2, None, None)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"delegate_post": "UNMISS-ICT-CHIEF"}, 400, "offices.central_outside_oict"),
        ({"delegate_post": "UNMISS-ICT-CHIEF", "functions": ["7e"]}, 400, "offices.central_outside_oict"),
        ({"delegate_post": "UNMISS-ICT-CHIEF", "functions": ["15c"]}, 400, "offices.central_outside_oict"),
        ({"delegate_post": "OICT-CITO"}, 400, "offices.to_oneself"),
        (
            {"delegate_post": "UNMISS-ICT-CHIEF", "functions": ["16c"], "amount_limit": ""},
            409,
            "offices.held_already",
        ),
        ({"amount_limit": "-1"}, 400, "offices.limit_not_positive"),
        ({"valid_until": "2090-01-01"}, 400, "offices.too_long"),
    ],
)
def test_page_and_api_refuse_with_the_same_sentence(
    organization: Organization, changes: dict[str, Any], status: int, code: str
) -> None:
    organization.issue("unifil-ict", ["16c"], ["UNMISS"])
    page = signed_in(organization, "cito").post("/instruments/draft/", terms(**changes))
    given = api_terms(**changes)
    given["amount_limit"] = given["amount_limit"] or None
    answer = api(organization, "cito").post("/api/v1/instruments/", given)
    reasons = answer.json()["reasons"]
    assert (page.status_code, answer.status_code, reasons[0]["code"]) == (status, status, code)
    text = page.content.decode()
    shown = [r.code for r in page.context["reasons"]]
    assert shown == [r["code"] for r in reasons]
    assert reasons[0]["sentence"].replace("'", "&#x27;") in text
    assert Instrument.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scope": ["NONE"]}, "offices.no_such_office"),
        ({"delegate_post": "NONE"}, "offices.no_such_post"),
        ({"parent": "D-0"}, "offices.no_such_instrument"),
        ({"functions": ["19"]}, "offices.no_such_function"),
    ],
)
def test_codes_that_name_nothing_are_said(
    organization: Organization, changes: dict[str, Any], code: str
) -> None:
    answer = api(organization, "cito").post("/api/v1/instruments/", api_terms(**changes))
    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"a", "b", "c"}),
        ("?office=UNMISS", {"a", "b"}),
        ("?office=UNIFIL", {"b", "c"}),
        ("?function=18", {"a"}),
        ("?holder=officer", {"a"}),
        ("?holder=UNIFIL-ICT", {"c"}),
        ("?holder=nobody", set()),
        ("?on={today}", {"a", "b"}),
        ("?on={today}&office=UNIFIL", {"b"}),
        ("?on={later}", {"a", "b", "c"}),
        ("?on=nonsense&function=18", {"a"}),
        ("?state=in_force", {"a", "b"}),
        ("?state=not_begun", {"c"}),
        ("?state=suspended", set()),
        ("?state=nonsense", {"a", "b", "c"}),
    ],
)
def test_the_register_is_searched(organization: Organization, query: str, expected: set[str]) -> None:
    now = clock.now()
    later = now + timedelta(days=30)
    numbers = {
        organization.issue("officer", ["18"], ["UNMISS"]).number: "a",
        organization.issue("ict", ["16b"], ["DPKO"], with_below=True).number: "b",
        organization.issue("unifil-ict", ["16c"], ["UNIFIL"], valid_from=later).number: "c",
    }
    gone = organization.issue("escap-ict", ["16d"], ["ESCAP"])
    services.revoke_instrument(instrument=gone, reason="Error", by=organization.people["cito"])
    address = query.format(today=now.date(), later=(later + timedelta(days=1)).date())
    page = signed_in(organization, "auditor").get(f"/instruments/{address}")
    answer = api(organization, "auditor").get(f"/api/v1/instruments/{address}")
    shown = {row.instrument.number for row in page.context["rows"]}
    assert {r["number"] for r in answer.json()["results"]} == shown
    known = {numbers[number] for number in shown if number in numbers}
    assert known == expected


def test_a_calendar_is_confirmed_by_an_administrator_only(organization: Organization) -> None:
    from apps.offices.models import WorkingCalendar

    version = services.add_calendar_version(
        by=None,
        calendar=WorkingCalendar.objects.get(key="juba"),
        valid_from=clock.now().date(),
        working_days=[1, 2, 3, 4],
        holidays={},
        source="list",
    )
    address = f"/calendars/versions/{version.pk}/confirm/"
    refused = {
        who: signed_in(organization, who).post(address, {"authority": "Circular"}).status_code
        for who in EVERYONE
        if who != "admin"
    }
    assert set(refused.values()) == {403}
    assert signed_in(organization, "admin").post(address, {"authority": ""}).status_code == 400
    assert signed_in(organization, "admin").post(address, {"authority": "Circular"}).status_code == 302
    assert signed_in(organization, "admin").post(address, {"authority": "Circular"}).status_code == 409


def test_an_inactive_person_reads_nothing(organization: Organization) -> None:
    client = signed_in(organization, "officer")
    officer = organization.people["officer"]
    officer.is_active = False
    officer.save()
    assert client.get("/offices/").status_code == 302


# What pages cost: session and person are 2; standing, where a page asks for it, 2; the clock within a test's
# transaction 1, which a page in production does not pay.


@pytest.mark.parametrize("count", [3, 60])
def test_the_register_of_instruments_costs_the_same_for_few_and_many(
    organization: Organization, django_assert_num_queries: Any, count: int
) -> None:
    for _n in range(count):
        organization.issue("officer", ["18"], ["UNMISS"])
    client = signed_in(organization, "officer")
    client.get("/instruments/")
    # one of them says how many there are, bounded; two why one may not draft, and who can
    with django_assert_num_queries(14):
        response = client.get("/instruments/")
    assert len(response.context["rows"]) == min(count, 50)
    session = api(organization, "officer")
    with django_assert_num_queries(10):
        assert session.get("/api/v1/instruments/").json()["count"] == count


@pytest.mark.parametrize("count", [0, 100])
def test_the_tree_costs_the_same_for_few_and_many(
    organization: Organization, django_assert_num_queries: Any, count: int
) -> None:
    station = make_duty_station("many")
    for n in range(count):
        make_office(f"X-{n}", parent=organization.offices["DM"], duty_station=station)
    client = signed_in(organization, "officer")
    client.get("/offices/")
    with django_assert_num_queries(8):
        assert len(client.get("/offices/").context["rows"]) == 9 + count


def test_an_office_page_costs_the_same_for_few_and_many(
    organization: Organization, django_assert_num_queries: Any
) -> None:
    client = signed_in(organization, "officer")
    for _n in range(20):
        organization.issue("officer", ["18"], ["UNMISS"])
    client.get("/offices/UNMISS/")
    # 3 of them for how the functions stand; 5 for who is away, and why one may not appoint, and who can
    with django_assert_num_queries(28):
        client.get("/offices/UNMISS/")


def test_pages_are_drawn_with_the_whole_reference_data(db: None) -> None:
    load_reference()
    client = Client()
    client.force_login(make_person("Reader"))
    addresses = [
        "/offices/",
        "/offices/UNMISS/",
        "/offices/OICT/",
        "/functions/",
        "/calendars/",
        "/calendars/beirut/",
    ]
    for language in ("en", "ar"):
        client.cookies["language"] = language
        for address in addresses:
            assert client.get(address).status_code == 200


# Appointments ---------------------------------------------------------------------------------------------------


def test_an_administrator_appoints_and_ends_on_the_pages(organization: Organization) -> None:
    client = signed_in(organization, "admin")
    post = organization.posts["officer"]
    holding = post.holdings.get()
    other = make_person("Other Person")
    appoint, end = f"/posts/{post.code}/appoint/", f"/appointments/{holding.pk}/end/"
    found = [
        client.post(appoint, {"email": other.email}).status_code,
        client.get(end).status_code,
        client.post(end).status_code,
        client.post(end).status_code,
        client.get(appoint).status_code,
        client.post(appoint, {"email": "nobody@example.org"}).status_code,
        client.post(appoint, {"email": organization.people["admin"].email}).status_code,
        client.post(appoint, {"email": other.email.upper()}).status_code,
    ]
    assert found == [409, 200, 302, 409, 200, 400, 403, 302]
    assert queries.holder_of(post, clock.now()) == other


@pytest.mark.parametrize("who", [who for who in EVERYONE if who != "admin"])
def test_nobody_else_appoints_or_ends(organization: Organization, who: str) -> None:
    client = signed_in(organization, who)
    post = organization.posts["align"]
    holding = post.holdings.get()
    appoint, end = f"/posts/{post.code}/appoint/", f"/appointments/{holding.pk}/end/"
    found = [
        client.get(appoint).status_code,
        client.post(appoint, {"email": organization.people["head"].email}).status_code,
        client.get(end).status_code,
        client.post(end).status_code,
    ]
    assert found == [403] * 4
    assert queries.holder_of(post, clock.now()) == organization.people["align"]
