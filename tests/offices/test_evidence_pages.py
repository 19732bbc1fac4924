"""The pages and the API of functions: what they show, whom they refuse, and what they cost."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.audit import clock
from apps.offices.evidence import decisions
from apps.offices.evidence.decisions import Decided
from apps.offices.evidence.forms import FORMS
from apps.offices.export import csv_of, safe
from apps.offices.models import Evidence, EvidenceDuty, Office
from tests.factories.evidence import ANSWERS, holder_of, record
from tests.factories.offices import Organization, make_office, make_person

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
EVERYONE = [
    "cito",
    "officer",
    "align",
    "field",
    "submitter",
    "head",
    "ict",
    "finance",
    "auditor",
    "admin",
    "member",
]
UNMISS_16C = "/functions/16c/offices/UNMISS/"


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    with clock.set_to(NOW):
        yield


def signed_in(organization: Organization, who: str) -> Client:
    client = Client()
    client.force_login(organization.people[who])
    return client


def api(organization: Organization, who: str) -> APIClient:
    client = APIClient()
    client.force_login(organization.people[who])
    return client


@pytest.mark.parametrize(
    "page",
    [
        "/functions/",
        "/functions/mine/",
        "/functions/matrix/",
        "/functions/matrix/csv/",
        "/functions/16c/",
        "/functions/18/",
        UNMISS_16C,
        "/functions/18/offices/OICT/",
        "/offices/UNMISS/",
        "/api/v1/functions/matrix/",
        "/api/v1/functions/mine/",
        "/api/v1/functions/16c/holders/",
        "/api/v1/functions/16c/form/",
        "/api/v1/evidence/",
    ],
)
def test_every_role_reads_every_page_and_nobody_else_does(organization: Organization, page: str) -> None:
    record(organization)
    found = {who: signed_in(organization, who).get(page).status_code for who in EVERYONE}
    assert found == dict.fromkeys(EVERYONE, 200)
    assert Client().get(page).status_code in (302, 401, 403)


@pytest.mark.parametrize(
    "page",
    [
        "/functions/19/",
        "/functions/16c/offices/NONE/",
        "/functions/18/offices/OICT/record/",
        f"{UNMISS_16C}record/?corrects=nonsense",
        f"{UNMISS_16C}record/?corrects=00000000-0000-0000-0000-000000000000",
        "/api/v1/functions/18/form/",
        "/api/v1/evidence/nonsense/",
    ],
)
def test_what_is_not_there_is_not_found(organization: Organization, page: str) -> None:
    who = "cito" if "18" in page else "ict"
    assert signed_in(organization, who).get(page).status_code == 404


@pytest.mark.parametrize("function", FORMS)
def test_each_form_is_drawn_and_sent_on_its_page(organization: Organization, function: str) -> None:
    who, office = holder_of(function)
    client = signed_in(organization, who)
    address = f"/functions/{function}/offices/{office}/record/"
    shown = client.get(address).content.decode()
    for field in FORMS[function].fields:
        assert f'name="{field.key}"' in shown
    answer = client.post(address, {"performed_on": "2026-06-30", **ANSWERS[function]})
    assert (answer.status_code, answer.headers["Location"]) == (302, address.removesuffix("record/"))
    row = Evidence.objects.get()
    assert client.get(row.get_absolute_url()).status_code == 200


def test_an_empty_form_is_refused_like_any_other(organization: Organization) -> None:
    answer = signed_in(organization, "ict").post(f"{UNMISS_16C}record/")
    assert answer.status_code == 400
    assert 'href="#id_performed_on"' in answer.content.decode()


def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(organization: Organization) -> None:
    typed = {
        "performed_on": "2026-06-30",
        **ANSWERS["16c"],
        "availability": "lots",
        "remarks": "Kept & shown",
    }
    answer = signed_in(organization, "ict").post(f"{UNMISS_16C}record/", typed)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "lots is no number from 0 to 100. Write digits" in text
    assert 'href="#id_availability"' in text
    assert "Kept &amp; shown" in text
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize("who", [who for who in EVERYONE if who != "ict"])
def test_who_does_not_hold_it_is_refused_by_every_door_with_who_can(
    organization: Organization, who: str
) -> None:
    client, session = signed_in(organization, who), api(organization, who)
    typed = {"performed_on": "2026-06-30", **ANSWERS["16c"]}
    body = {"function": "16c", "office": "UNMISS", "performed_on": "2026-06-30", "values": ANSWERS["16c"]}
    pages = [
        client.get(f"{UNMISS_16C}record/"),
        client.post(f"{UNMISS_16C}record/", typed),
    ]
    answer = session.post("/api/v1/evidence/", body, format="json")
    assert [page.status_code for page in pages] == [403, 403]
    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["who_can"] == ["Ict Person (ict_chief of UNMISS)"]
    assert all("Ict Person" in page.content.decode() for page in pages)
    assert "Ict Person" in client.get(UNMISS_16C).content.decode()
    assert Evidence.objects.count() == 0


def test_the_api_records_corrects_and_refuses_as_the_page(organization: Organization) -> None:
    session = api(organization, "ict")
    body = {"function": "16c", "office": "UNMISS", "performed_on": "2026-06-30", "values": ANSWERS["16c"]}
    made = session.post("/api/v1/evidence/", body, format="json", headers={"Idempotency-Key": "one"})
    again = session.post("/api/v1/evidence/", body, format="json", headers={"Idempotency-Key": "one"})
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    wrong = session.post("/api/v1/evidence/", {**body, "values": {"incidents": 3.5}}, format="json")
    assert (wrong.status_code, {r["field"] for r in wrong.json()["reasons"]}) == (
        400,
        {"period_from", "period_to", "availability", "incidents", "major_incidents"},
    )
    fixed = session.post(
        "/api/v1/evidence/",
        {**body, "corrects": made.json()["id"], "correction_reason": "The day"},
        format="json",
    )
    assert fixed.status_code == 201
    assert session.get(f"/api/v1/evidence/{made.json()['id']}/").json()["corrected_by"] == fixed.json()["id"]
    assert session.post("/api/v1/evidence/", {**body, "office": "NONE"}, format="json").status_code == 400
    missing = {**body, "corrects": "00000000-0000-0000-0000-000000000000"}
    assert session.post("/api/v1/evidence/", missing, format="json").json()["reasons"][0]["code"] == (
        "evidence.no_such_row"
    )


def test_an_older_row_is_corrected_from_its_page(organization: Organization) -> None:
    row = record(organization)
    client = signed_in(organization, "ict")
    address = f"{UNMISS_16C}record/?corrects={row.pk}"
    assert address.replace("&", "&amp;") in client.get(row.get_absolute_url()).content.decode()
    assert 'value="99.5"' in client.get(address).content.decode()
    typed = {"performed_on": "2026-06-30", **ANSWERS["16c"], "corrects": str(row.pk)}
    assert client.post(f"{UNMISS_16C}record/", typed).status_code == 400
    assert client.post(f"{UNMISS_16C}record/", {**typed, "correction_reason": "A slip"}).status_code == 302
    assert client.get(address).status_code == 200
    again = client.post(f"{UNMISS_16C}record/", {**typed, "correction_reason": "A slip"})
    assert (again.status_code, Evidence.objects.count()) == (409, 2)


WORDS = "The generator of Juba failed twice."


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("submitter", True),
        ("head", True),
        ("field", True),
        ("align", True),
        ("auditor", True),
        ("unifil-ict", False),
        ("escap-ict", False),
        ("admin", False),
        ("member", False),
    ],
)
def test_what_evidence_says_is_for_some_and_that_it_is_there_for_all(
    organization: Organization, who: str, may: bool
) -> None:
    row = record(organization, values={**ANSWERS["16c"], "remarks": WORDS})
    client, session = signed_in(organization, who), api(organization, who)
    detail = client.get(row.get_absolute_url())
    assert detail.status_code == (200 if may else 404)
    assert (WORDS in detail.content.decode()) is may
    assert session.get(f"/api/v1/evidence/{row.pk}/").status_code == (200 if may else 404)
    assert session.get("/api/v1/evidence/").json()["count"] == int(may)
    for page in (
        UNMISS_16C,
        "/functions/16c/",
        "/functions/matrix/",
        "/functions/matrix/csv/",
        "/offices/UNMISS/",
    ):
        text = client.get(page).content.decode()
        assert WORDS not in text
    shown = client.get(UNMISS_16C).content.decode()
    assert "Operations return" in shown
    assert "Ict Person" in shown
    assert (row.get_absolute_url() in shown) is may


# The matrix -------------------------------------------------------------------------------------------------------


def lines(organization: Organization, query: str = "") -> list[dict[str, str]]:
    text = signed_in(organization, "member").get(f"/functions/matrix/csv/{query}").content.decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_each_cell_says_who_holds_it_and_how_it_stands(organization: Organization) -> None:
    instrument = organization.issue("unifil-ict", ["16e"], ["UNMISS"])
    record(organization)
    record(organization, "16g", performed_on="2025-01-15")
    by_cell = {(row["Office"], row["Function"]): row for row in lines(organization)}
    assert len(by_cell) == 9 * 30
    shown = [
        tuple(by_cell["UNMISS", code][k] for k in ("By the report", "Instruments", "Posts", "Standing"))
        for code in ("16c", "16e", "16g", "15a")
    ]
    assert shown == [
        ("1", "", "UNMISS-ICT-CHIEF", "performing"),
        ("1", instrument.number, "UNMISS-ICT-CHIEF UNIFIL-ICT-CHIEF", "no_evidence"),
        ("1", "", "UNMISS-ICT-CHIEF", "overdue"),
        ("", "", "", "nobody"),
    ]
    text = signed_in(organization, "member").get("/functions/matrix/").content.decode()
    for word in ("performing", "overdue", "no evidence", "nobody", instrument.number, "by the report"):
        assert word in text
    assert {(c["function"], c["office"], c["standing"]) for c in api(organization, "member")
            .get("/api/v1/functions/matrix/?standing=overdue&paragraph=16").json()["cells"]
            if c["standing"] == "overdue"} == {("16g", "UNMISS", "overdue")}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "offices", "functions"),
    [
        ("", 9, 30),
        ("?office=DPKO", 3, 30),
        ("?office=dpko&paragraph=16", 3, 8),
        ("?paragraph=18", 9, 1),
        ("?standing=overdue", 1, 30),
        ("?standing=performing&office=UNOG", 0, 30),
        ("?standing=nobody&paragraph=16", 7, 8),
        ("?office=NONE", 0, 30),
        ("?paragraph=99&standing=great", 9, 30),
        ("?office=%00", 9, 30),
    ],
)
def test_the_matrix_is_filtered(organization: Organization, query: str, offices: int, functions: int) -> None:
    record(organization, performed_on="2025-01-15")
    page = signed_in(organization, "member").get(f"/functions/matrix/{query}")
    assert (page.status_code, len(page.context["rows"]), len(page.context["functions"])) == (
        200,
        offices,
        functions,
    )
    assert len(lines(organization, query)) == offices * functions


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1"])
def test_no_cell_of_an_export_runs_in_a_spreadsheet(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert next(csv.reader(io.StringIO(csv_of([text], []), newline="")))[0] == f"'{text}"
    assert safe("UNMISS") == "UNMISS"


def test_an_office_with_a_name_that_would_run_is_exported_as_text(organization: Organization) -> None:
    Office.objects.filter(code="UNMISS").update(names={"en": '=HYPERLINK("x")'})
    assert {row["Name"] for row in lines(organization, "?office=UNMISS")} == {'\'=HYPERLINK("x")'}


def test_function_18_stands_by_the_decisions_on_cases(organization: Organization, monkeypatch: Any) -> None:
    organization.issue("officer", ["18"], ["UNMISS", "UNIFIL"])
    unmiss = organization.offices["UNMISS"].pk
    answers = {
        "none": Decided(),
        "some": Decided(5, NOW - timedelta(days=3), False, {unmiss: (2, NOW - timedelta(days=9))}),
        "late": Decided(5, NOW - timedelta(days=3), True, {unmiss: (2, NOW - timedelta(days=9))}),
        "old": Decided(5, NOW - timedelta(days=400), False, {}),
    }
    found = {}
    for name, answer in answers.items():
        monkeypatch.setattr(decisions, "_ask", lambda at, answer=answer: answer)
        cells = api(organization, "member").get("/api/v1/functions/18/holders/").json()["held"]
        found[name] = [(c["office"], c["standing"], c["decisions"]) for c in cells]
    assert found == {
        "none": [("OICT", "no_evidence", 0), ("UNIFIL", "no_evidence", 0), ("UNMISS", "no_evidence", 0)],
        "some": [("OICT", "performing", 5), ("UNIFIL", "no_evidence", 0), ("UNMISS", "performing", 2)],
        "late": [("OICT", "overdue", 5), ("UNIFIL", "no_evidence", 0), ("UNMISS", "performing", 2)],
        "old": [("OICT", "no_evidence", 5), ("UNIFIL", "no_evidence", 0), ("UNMISS", "no_evidence", 0)],
    }


# My functions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("ict", [f"16{letter}" for letter in "cabdefgh"]),
        ("field", [f"17{letter}" for letter in "abcdef"]),
        ("cito", [*(f"7{x}" for x in "abcdef"), *(f"15{x}" for x in "abcdefghi")]),
        ("escap-ict", ["16b"]),
        ("unifil-ict", []),
        ("head", []),
        ("auditor", []),
    ],
)
def test_my_functions_are_those_that_i_hold_what_is_due_first_first(
    organization: Organization, who: str, expected: list[str]
) -> None:
    organization.issue("escap-ict", ["16b"], ["ESCAP"])
    record(organization)
    found = api(organization, who).get("/api/v1/functions/mine/").json()
    assert [cell["function"] for cell in found] == expected
    text = signed_in(organization, who).get("/functions/mine/").content.decode()
    assert text.count("/record/") == len(expected)


# What they cost: session and person are 2, standing where it is asked 2 (3 with offices below).


def many(organization: Organization, count: int) -> None:
    """Offices, instruments, duties and rows, in few statements."""
    row = record(organization)
    made = [make_office(f"M-{n}", parent=organization.offices["DPKO"]) for n in range(min(count, 40))]
    for office in made[:3]:
        organization.offices[office.code] = office
        organization.issue("unifil-ict", ["16a", "16b"], [office.code])
        organization.issue("officer", ["18"], [office.code])
    EvidenceDuty.objects.bulk_create(
        [
            EvidenceDuty(function_id=f"16{x}", office=office, clock_office=office, base_on=NOW.date())
            for office in made
            for x in "gh"
        ],
        ignore_conflicts=True,
    )
    Evidence.objects.bulk_create(
        [
            Evidence(
                function_id="16c",
                office=row.office,
                form="16c-1",
                performed_on=row.performed_on,
                values=row.values,
                post=row.post,
                recorded_by=row.recorded_by,
                recorded_at=NOW,
                event_id=row.event_id,
            )
            for _n in range(count - 1)
        ]
    )


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_pages_cost_the_same_for_few_and_many(
    organization: Organization, django_assert_num_queries: Any, count: int
) -> None:
    many(organization, count)
    client = signed_in(organization, "member")
    for address, cost in (
        ("/functions/", 9),
        ("/functions/matrix/", 12),
        ("/functions/matrix/csv/", 12),
        ("/functions/16c/", 22),  # half of them say why one may not exercise or delegate it, and who can
        (UNMISS_16C, 20),
        ("/functions/mine/", 7),
        ("/api/v1/functions/matrix/", 10),
        ("/api/v1/evidence/?limit=100", 4),
    ):
        client.get(address)
        with django_assert_num_queries(cost):
            assert client.get(address).status_code == 200
    chief = signed_in(organization, "ict")
    chief.get("/functions/mine/")
    with django_assert_num_queries(8):
        chief.get("/functions/mine/")
    session = api(organization, "auditor")
    session.get("/api/v1/evidence/?limit=100")
    with django_assert_num_queries(5):
        assert session.get("/api/v1/evidence/?limit=100").json()["count"] == count


def test_a_person_without_a_post_reads_standings_and_no_words(organization: Organization) -> None:
    row = record(organization)
    client = Client()
    client.force_login(make_person("No Post"))
    assert client.get("/functions/matrix/").status_code == 200
    assert client.get(row.get_absolute_url()).status_code == 404


def test_a_long_history_is_turned_page_by_page(organization: Organization) -> None:
    many(organization, 120)
    client = signed_in(organization, "ict")
    shown, address = [], UNMISS_16C
    for _page in range(3):
        answer = client.get(address)
        shown += [row.pk for row, _title, _reads in answer.context["rows"]]
        address = f"{UNMISS_16C}?after={answer.context['next']}"
    assert (len(shown), len(set(shown)), answer.context["next"]) == (120, 120, 0)
    assert client.get(f"{UNMISS_16C}?after=minus").status_code == 200
