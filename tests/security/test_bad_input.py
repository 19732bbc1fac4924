"""Whatever is sent to whatever door: no error of the portal's own, the field is named, nothing is half written."""

import base64
import json
import uuid
from typing import Any

import pytest

from apps.approvals.models import Assessment, Move
from tests.factories.approvals import Review

MARKS = {
    "nul": "a\x00b",
    "direction": "\u202egnp.exe\u2066",
    "long": "x" * 1_000_000,
    "markup": "<script>alert(1)</script>{{7*7}}{% load x %}",
    "formula": '=HYPERLINK("http://x")',
    "unpaired": "\ud800",
}
FORM_MARKS = {name: text for name, text in MARKS.items() if name != "unpaired"}
JSON_VALUES: list[Any] = [
    *MARKS.values(),
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    [],
    {},
    [[]],
    [{}],
    {"a": 1},
    [None],
    "",
    "NaN",
    "Infinity",
    "-0",
    "1e400",
]


@pytest.fixture
def case(review: Review) -> Any:
    return review.complete(review.endorse(review.open()))


def rows() -> tuple[int, int]:
    return Move.objects.count(), Assessment.objects.count()


# API ------------------------------------------------------------------------------------------------------------


def sent(doors: Any, name: str, case: Any, body: Any, key: str = "") -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return doors(name).api.generic(
        "POST",
        f"/api/v1/cases/{case.pk}/moves/",
        text,
        content_type="application/json",
        headers={"Idempotency-Key": key or str(uuid.uuid4())},
    )


def test_no_value_in_a_move_is_an_error_of_ours(review: Review, case: Any, doors: Any) -> None:
    review.assess(case)
    review.act(case, "lead", "declare_no_conflict")
    before = rows()
    seen = {"version_number": case.version_number, "version_hash": case.version_hash}
    good = {"outcome": "approved", "summary": "Fine.", "dissent": "", "conditions": []}
    opened = doors("lead").api
    for value in JSON_VALUES:
        bodies = [
            {"action": value, "seen": seen},
            {"action": "recommend", "seen": value, "payload": good},
            {"action": "recommend", "seen": {**seen, "version_number": value}, "payload": good},
            {"action": "recommend", "seen": {**seen, "version_hash": value}, "payload": good},
            {"action": "recommend", "seen": seen, "payload": value},
            {"action": "recommend", "seen": seen, "payload": {**good, "outcome": value}},
            {"action": "recommend", "seen": seen, "payload": {**good, "summary": value, "outcome": "x"}},
            {"action": "recommend", "seen": seen, "payload": {**good, "conditions": value, "outcome": ""}},
            {"action": "recommend", "seen": seen, "payload": {**good, "conditions": [value]}},
            {"action": "recommend", "seen": seen, "payload": {**good, "conditions": [{"kind": value}]}},
            {"action": "recommend", "seen": seen, "payload": {**good, "language": value}}
            if value not in (None, "")
            else {},
            {"action": "recommend", "seen": seen, "payload": good, "desk": value or "none"},
            {"action": "recommend", "seen": seen, "payload": good, "confirmation": value or {}},
        ]
        if isinstance(value, str):
            bodies.append({"action": "recommend", "seen": seen, "payload": {**good, value or "?": 1}})
        for body in bodies:
            answer = opened.generic(
                "POST",
                f"/api/v1/cases/{case.pk}/moves/",
                json.dumps(body),
                content_type="application/json",
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )
            assert 400 <= answer.status_code < 500, (repr(body)[:200], answer.status_code)
            assert answer.json()["reasons"][0]["sentence"]
    assert rows() == before


def test_language_of_words_is_one_of_the_six(review: Review, case: Any, doors: Any) -> None:
    seen = {"version_number": case.version_number, "version_hash": case.version_hash}
    body = {"action": "declare_no_conflict", "seen": seen, "payload": {"language": "xx"}, "desk": "alignment"}
    answer = sent(doors, "align", case, body)
    assert answer.status_code == 400
    assert answer.json()["reasons"][0]["field"] == "language"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        "",
        "nul",
        "[1,",
        '"text"',
        "[]",
        "null",
        "1" * 6000,
        "NaN",
        '{"action": NaN}',
        "\ufeff{}",
        '{"action":"recuse","action":"decide"}',
        '{"a":' + "9" * 5000 + "}",
    ],
    ids=range(14),
)
def test_no_body_is_an_error_of_ours(review: Review, case: Any, doors: Any, text: str) -> None:
    answer = sent(doors, "align", case, text)
    assert answer.status_code == 400, answer.content[:200]
    assert answer.json()["reasons"][0]["sentence"]


def test_a_key_given_twice_is_refused(review: Review, case: Any, doors: Any) -> None:
    seen = f'{{"version_number":{case.version_number},"version_hash":"{case.version_hash}"}}'
    text = f'{{"action":"hand_back","action":"declare_no_conflict","seen":{seen}}}'
    answer = sent(doors, "align", case, text)
    assert answer.status_code == 400
    assert "action" in answer.json()["reasons"][0]["sentence"]


def test_a_body_beyond_all_measure_is_refused_unread(review: Review, case: Any, doors: Any) -> None:
    answer = sent(doors, "align", case, '{"action":"' + "x" * 6_000_000 + '"}')
    assert answer.status_code in (400, 413)


def test_no_value_in_an_assessment_is_an_error_of_ours(review: Review, case: Any, doors: Any) -> None:
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    opened = doors("align").api
    before = rows()
    for value in JSON_VALUES:
        for body in (
            {"base_revision": value},
            {"base_revision": 0, "scores": value or [1]},
            {"base_revision": 0, "scores": {"alignment": value or 1}},
            {"base_revision": 0, "scores": {"alignment": {"score": value if value not in (None, "") else 9}}},
            {"base_revision": 0, "scores": {"alignment": {"evidence": value if value else 1.5, "score": 9}}},
            {"base_revision": 0, "scores": {str(value): {"score": 3}}},
            {"base_revision": 0, "overall": value or [], "scores": {"?": {}}},
            {"base_revision": 0, "language": value or "zz"},
        ):
            answer = opened.generic(
                "PATCH",
                f"/api/v1/cases/{case.pk}/assessments/alignment/",
                json.dumps(body),
                content_type="application/json",
            )
            if body == {"base_revision": 0} or answer.status_code == 200:
                assert body.get("base_revision") in (0, "-0", False), body
                Assessment.objects.update(revision=0)
                continue
            assert 400 <= answer.status_code < 500, (repr(body)[:200], answer.status_code)
    assert rows()[0] == before[0]


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


CURSORS = [
    cursor("2026-01-01T00:00:00+00:00", 5),
    cursor(5, "x"),
    cursor("2026-01-01T00:00:00", str(uuid.uuid4())),
    cursor("0001-01-01T00:00:00+14:00", str(uuid.uuid4())),
    cursor("9999-12-31T23:59:59-14:00", str(uuid.uuid4())),
    cursor({}, {}),
    cursor(*([[]] * 50)),
    base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("="),
    base64.urlsafe_b64encode(b"p=garbage").decode(),
    base64.urlsafe_b64encode(b"p=\xff").decode(),
    base64.urlsafe_b64encode(b"o=99999999999999999999").decode(),
    base64.urlsafe_b64encode(b"p=2026-01-01&r=1&o=-4").decode(),
    base64.urlsafe_b64encode(b"p=%00").decode(),
    "2026-01-01T00:00:00_" + str(uuid.uuid4()),
    "2026-01-01T00:00:00+00:00," + str(uuid.uuid4()),
    "0001-01-01T00:00:00+23:59," + str(uuid.uuid4()),
    "_",
    "%00",
    "\u202e",
    "\u00e9",
    "²",
    "9" * 5000,
]
LISTS = [
    "/?after=",
    "/?tab=all&after=",
    "/?tab=",
    "/?q=",
    "/?tab=all&q=",
    "/?q=tier:",
    "/?q=value:>",
    "/?q=due:<",
    "/?q=office:",
    "/?only=",
    "/dashboard/cases/?after=",
    "/dashboard/cases/?state=overdue&after=",
    "/dashboard/cases/?since=",
    "/dashboard/cases/?tier=",
    "/dashboard/cases/?q=",
    "/dashboard/cases/?office=",
    "/initiatives/?after=",
    "/initiatives/?q=",
    "/notices/?before=",
    "/notices/?show=",
    "/instruments/?after=",
    "/instruments/?office=",
    "/instruments/?holder=",
    "/instruments/?on=",
    "/offices/",
    "/calendars/",
    "/functions/",
    "/standards/",
    "/cases/",
    "/register/?after=",
    "/register/?case=",
    "/register/?since=",
    "/register/?until=",
    "/register/?hash=",
    "/register/?actor=",
    "/register/?verb=",
    "/instruments/draft/?parent=",
    "/initiatives/screening/?kind=",
    "/sign-in/?next=",
]
API_LISTS = [
    "queue/?cursor=",
    "queue/?tab=all&cursor=",
    "queue/?search=",
    "queue/?only=",
    "queue/?tab=",
    "cases/?cursor=",
    "cases/?stage=",
    "cases/?office=",
    "cases/?outcome=",
    "notices/?cursor=",
    "notices/?limit=",
    "instruments/?offset=",
    "instruments/?limit=",
    "instruments/?on=",
    "instruments/?holder=",
    "initiatives/?after=",
    "initiatives/?q=",
    "dashboard/cases/?after=",
    "dashboard/cases/?state=overdue&after=",
    "dashboard/cases/?since=",
    "register/events/?after=",
    "register/events/?since=",
    "register/events/?case=",
    "schema/?format=",
    "schema/?lang=",
    "schema/?version=",
    "cases/",
    "offices/",
    "functions/",
    "instruments/",
    "initiatives/",
    "standards/",
    "schemas/",
    "initiatives/schemas/",
]


@pytest.mark.parametrize("name", ["auditor", "cito"])
def test_no_query_is_an_error_of_ours(review: Review, case: Any, doors: Any, name: str) -> None:
    from urllib.parse import quote

    opened = doors(name)
    wrong = []
    for value in CURSORS:
        text = value if value == "%00" else quote(value)
        for address in (*LISTS, *(f"/api/v1/{one}" for one in API_LISTS)):
            door = opened.api if address.startswith("/api") else opened.pages
            tail = "" if "?" in address else "/"
            answer = door.get(f"{address}{text}{tail}", follow=not address.startswith("/api"))
            if answer.status_code >= 500:
                wrong.append((address, value[:80], answer.status_code))
    assert not wrong


def test_addresses_with_odd_letters_are_not_found(review: Review, case: Any, doors: Any) -> None:
    opened = doors("auditor")
    for odd in (
        "%00",
        "%ff",
        "%ed%a0%80",
        "%e2%80%ae",
        "..%2f..",
        "%27%22%3e",
        "²",
        "x" * 3000,
        "%F0%9F%98%80",
    ):
        for place in (
            *("cases/{}/", "cases/{}/acts/decide/", "cases/{}/versions/1/", "offices/{}/", "instruments/{}/"),
            *("functions/{}/", "calendars/{}/", "standards/{}/", "posts/{}/appoint/", "initiatives/{}/"),
            *("api/v1/cases/{}/", "api/v1/cases/{}/moves/", "api/v1/offices/{}/", "api/v1/instruments/{}/"),
            *("api/v1/functions/{}/", "api/v1/standards/{}/", "api/v1/schemas/{}/", "{}/"),
            f"cases/{case.handle}/acts/{{}}/",
            f"cases/{case.handle}/assess/{{}}/",
            f"api/v1/cases/{case.handle}/assessments/{{}}/",
        ):
            door = opened.api if place.startswith("api") else opened.pages
            answer = door.get(f"/{place.format(odd)}")
            assert answer.status_code in (404, 302, 400, 405, 403), (place, odd, answer.status_code)
    for number in ("0", "9" * 30, "9" * 5000):
        for place in (f"cases/{case.handle}/versions/{{}}/", f"cases/{case.handle}/difference/{{}}/2/"):
            assert opened.pages.get(f"/{place.format(number)}").status_code == 404
        assert opened.api.get(f"/api/v1/cases/{case.handle}/versions/{number}/").status_code == 404


# Forms ----------------------------------------------------------------------------------------------------------


def test_no_field_of_an_act_is_an_error_of_ours(review: Review, case: Any, doors: Any) -> None:
    review.assess(case)
    review.act(case, "lead", "declare_no_conflict")
    before = rows()
    page = f"/cases/{case.handle}/acts/recommend/"
    good = {
        "seen_version": case.version_number,
        "seen_hash": case.version_hash,
        "outcome": "approved_with_conditions",
        "summary": "Fine.",
        "language": "en",
    }
    names = (*good, "idempotency_key", "conditions.0.kind", "conditions.0.due_on", "conditions.0.words")
    names += ("conditions.²", "add", "remove", "step", "dissent", "password")
    for text in (*FORM_MARKS.values(), "²", "conditions.²", "conditions.-1", "conditions.0.", "٣", "-1"):
        for name in names:
            answer = doors("lead").pages.post(page, {**good, name: text})
            assert answer.status_code < 500, (name, text[:40])
            assert b"<script>alert(1)" not in answer.content
    assert rows() == before


def test_no_field_of_an_assessment_form_is_an_error_of_ours(review: Review, case: Any, doors: Any) -> None:
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    before = rows()
    page = f"/cases/{case.handle}/assess/alignment/"
    names = ("base_revision", "language", "overall", "scores.alignment.score", "scores.alignment.evidence")
    names += (
        "scores.alignment.answer",
        "scores.nothing.score",
        "idempotency_key",
        "seen_version",
        "seen_hash",
    )
    for text in (*FORM_MARKS.values(), "²", "٣"):
        for name in names:
            for address, step in ((page, "save"), (page, "check"), (f"{page}save/", ""), (page, "sure")):
                answer = doors("align").pages.post(address, {"base_revision": 0, "step": step, name: text})
                assert answer.status_code < 500, (name, text[:40], address, step)
                assert b"<script>alert(1)" not in answer.content or "json" in answer["Content-Type"]
            Assessment.objects.update(revision=0)
    assert rows()[0] == before[0]


def test_sign_in_and_preferences_take_anything(doors: Any, review: Review) -> None:
    for text in (*FORM_MARKS.values(), "²"):
        for name in (None, "cito"):
            pages = doors(name).pages
            for address, names in (
                ("/sign-in/", ("login", "password", "next")),
                ("/password/forgotten/", ("email",)),
                ("/language/", ("language", "next")),
                ("/theme/", ("theme", "next")),
                ("/density/", ("density", "next")),
                ("/profile/", ("language", "time_zone")),
                ("/sign-in/as/", ("person", "next")),
                ("/notices/read/", ("x",)),
                ("/password/", ("oldpassword", "password1", "password2")),
            ):
                for field in names:
                    answer = pages.post(address, {field: text})
                    assert answer.status_code < 500, (address, field, text[:30])


def test_a_register_of_instruments_takes_anything(doors: Any, review: Review) -> None:
    from apps.offices.models import Instrument

    good = {
        "legal_basis": "ST/SGB/2026/1",
        "delegate_post": review.org.posts["officer"].code,
        "functions": ["18"],
        "scope": ["UNMISS"],
        "valid_until": "2026-12-31",
        "sub_delegation": "none",
    }
    pages, api = doors("cito").pages, doors("cito").api
    dates = ["9999-12-31", "0001-01-01", "2028-02-30", "10000-01-01"]
    amounts = ["NaN", "Infinity", "-1", "0", "1e400", "1e17", "0.001", "٣٠٠"]
    before = Instrument.objects.count()
    for name in (*good, "amount_limit", "valid_from", "conditions", "parent", "currency", "number"):
        for value in (*FORM_MARKS.values(), *dates, *amounts):
            if name in ("conditions", "legal_basis") and value not in (MARKS["nul"], MARKS["long"]):
                continue
            if name == "number" or (name == "currency"):
                continue
            if (name, value) in (("amount_limit", "٣٠٠"), ("parent", "")):
                continue
            answer = pages.post("/instruments/draft/", {**good, name: value})
            assert answer.status_code < 500, (name, value[:40])
            assert answer.status_code != 302 or name == "valid_from", (name, value[:40])
            body = {**good, "scope": [{"office": "UNMISS"}], "valid_until": "2026-12-31T00:00:00Z"}
            body[name] = f"{value}T00:00:00Z" if value in dates else value
            answer = api.post("/api/v1/instruments/", body)
            assert 400 <= answer.status_code < 500, (
                name,
                value[:40],
                answer.status_code,
                answer.content[:200],
            )
    assert Instrument.objects.count() == before
    for at in ("9999-12-31T00:00:00Z", "9998-06-01T00:00:00Z"):
        body = {
            **good,
            "scope": [{"office": "UNMISS"}],
            "valid_from": at,
            "valid_until": "9999-12-31T23:00:00Z",
        }
        assert api.post("/api/v1/instruments/", body).status_code in (400, 409), at
