"""The same verbs, answers and refusals by API; and what people paste into it."""

import json
import os
import unicodedata
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from apps.initiatives.models import Draft, Initiative
from apps.initiatives.schema.short_1 import SHORT_1
from tests.initiatives.conftest import ANSWERS
from tests.initiatives.content import complete_case
from tests.initiatives.test_services import hand_on, save

ROOT = "/api/v1/initiatives/"


@pytest.fixture
def api(submitter):
    client = APIClient()
    client.force_login(submitter)
    return client


def codes(answer):
    return [(reason["code"], reason["field"]) for reason in answer.json()["reasons"]]


def test_screening(api):
    answer = api.post("/api/v1/screenings/", ANSWERS, format="json")
    assert answer.json()["subject"] is True
    assert answer.json()["because"].startswith("Subject under paragraph 18")
    answer = api.post("/api/v1/screenings/", {"kind": "x"}, format="json")
    assert (answer.status_code, codes(answer)[0]) == (400, ("choice_unknown", "kind"))
    assert api.post("/api/v1/screenings/", [1], format="json").status_code == 400


def test_asking_for_a_certificate(api):
    own = {**ANSWERS, "kind": "infrastructure"}
    body = {"office": "UNMISS", "title": "Masts", "language": "en", "screening": own}
    refused = api.post(ROOT, body, format="json")
    assert (refused.status_code, refused.json()["reasons"][0]["field"]) == (409, "not_subject")
    wrong = api.post(ROOT, {**body, "not_subject": ["masts"]}, format="json")
    assert (wrong.status_code, wrong.json()["reasons"][0]["field"]) == (400, "not_subject")
    made = api.post(ROOT, {**body, "not_subject": "Steel masts alone."}, format="json")
    assert made.status_code == 201


def test_the_journey_of_a_draft(api):
    answer = api.post(
        ROOT, {"office": "UNMISS", "title": "Fuel", "language": "en", "screening": ANSWERS}, format="json"
    )
    assert answer.status_code == 201
    draft = f"{ROOT}{answer.json()['id']}/draft/"
    saved = api.patch(draft, {"base_revision": 0, "changes": complete_case()}, format="json")
    assert (saved.status_code, saved.json()["revision"], saved.json()["problems"]) == (200, 1, [])
    read = api.get(draft).json()
    assert (read["tier"]["number"], read["value_usd"], read["reasons"]) == (2, "860000.00", [])
    assert [column["npv"] for column in read["appraisal"]["columns"]] == [
        "230000.00",
        "159970.25",
        "99200.24",
    ]
    clash = api.patch(draft, {"base_revision": 0, "changes": {"title": "Other"}}, format="json").json()
    assert clash["conflicts"] == [
        {"field": "title", "yours": "Other", "theirs": "Fuel receipts by hand-held scanner"}
    ]
    assert api.delete(draft).status_code == 204
    assert api.get(draft).status_code == 404


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, ("value_wrong_type", "changes")),
        ({"changes": []}, ("value_wrong_type", "changes")),
        ({"changes": {}, "base_revision": "1"}, ("value_wrong_type", "base_revision")),
        ({"changes": {}, "base_revision": True}, ("value_wrong_type", "base_revision")),
        ({"changes": {}, "base_revision": -1}, ("revision_unknown", "base_revision")),
        ({"changes": {"x": 1}, "base_revision": 0}, ("field_unknown", "changes")),
        ({"changes": {"\ud800": 1}, "base_revision": 0}, ("field_unknown", "changes")),
        ({"changes": {"title": ["x"]}, "base_revision": 0}, ("value_wrong_type", "title")),
        ({"changes": {"title": 1.5}, "base_revision": 0}, ("value_wrong_type", "title")),
        ({"changes": {"risks": [{"id": "a", "\0": ""}]}, "base_revision": 0}, ("field_unknown", "risks")),
        ({"changes": {"risks": [[]]}, "base_revision": 0}, ("value_wrong_type", "risks")),
        ({"changes": {"problem": "\ud83d"}, "base_revision": 0}, ("text_has_surrogate", "problem")),
    ],
)
def test_wrong_bodies_are_refused_by_field(api, initiative, body, reason):
    answer = api.generic(
        "PATCH", f"{ROOT}{initiative.pk}/draft/", json.dumps(body), content_type="application/json"
    )
    assert (answer.status_code, codes(answer)[0]) == (400, reason)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"x"', b'{"changes": NaN}', b"[" * 100_000]
)
def test_what_is_no_body_is_refused(api, initiative, body):
    answer = api.generic("PATCH", f"{ROOT}{initiative.pk}/draft/", body, content_type="application/json")
    assert answer.status_code == 400


def test_versions(api, complete, submitter):
    hand_on(complete, submitter)
    listed = api.get(f"{ROOT}{complete.pk}/versions/").json()
    assert [(row["number"], row["value_usd"]) for row in listed] == [(1, "860000.00")]
    one = api.get(f"{ROOT}{complete.pk}/versions/1/").json()
    assert one["sha256"] == listed[0]["sha256"]
    assert json.loads(one["snapshot"])["fields"]["title"] == complete_case()["title"]
    assert api.get(f"{ROOT}{complete.pk}/versions/1/to/1/").json() == []
    assert codes(api.get(f"{ROOT}{complete.pk}/versions/2/")) == [("version_unknown", "")]


@pytest.mark.parametrize("person", ["cito", "officer", "align", "field", "admin", "member", "unifil-ict"])
def test_who_may_not_see_finds_nothing(organization, complete, person):
    client = APIClient()
    client.force_login(organization.people[person])
    for path in ("", "draft/", "versions/", "versions/1/"):
        assert client.get(f"{ROOT}{complete.pk}/{path}").status_code == 404
    body = {"base_revision": 1, "changes": {"title": "x"}}
    assert client.patch(f"{ROOT}{complete.pk}/draft/", body, format="json").status_code == 404
    assert client.delete(f"{ROOT}{complete.pk}/draft/").status_code == 404


@pytest.mark.parametrize("person", ["head", "ict", "finance", "auditor"])
def test_who_reads_may_still_not_write(organization, complete, person):
    client = APIClient()
    client.force_login(organization.people[person])
    body = {"base_revision": 1, "changes": {"title": "x"}}
    answer = client.patch(f"{ROOT}{complete.pk}/draft/", body, format="json")
    assert (answer.status_code, codes(answer)) == (403, [("not_submitter", "")])
    assert answer.json()["reasons"][0]["who_can"] == ["Submitter Person"]


def test_nobody_signed_in_sees_nothing(complete):
    for path in ("", f"{complete.pk}/", f"{complete.pk}/draft/"):
        assert APIClient().get(ROOT + path).status_code in (401, 403)


def test_the_list_and_its_statements(api, initiative, statements):
    api.get(ROOT)
    with statements() as made:
        listed = api.get(ROOT, {"q": "fuel"}).json()
    assert [row["title"] for row in listed["results"]] == ["Fuel receipts"]
    assert len(made) == 4
    assert api.get(ROOT, {"q": "nothing"}).json() == {"results": [], "next": ""}


def test_the_table_of_the_form(api):
    table = api.get("/api/v1/schemas/short-1/").json()
    assert [section["key"] for section in table["sections"]] == list(SHORT_1.section_keys)
    assert api.get("/api/v1/schemas/none/").status_code == 404


# What people paste
# ----------------------------------------------------------------------------------------------


def batched(texts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def _pasted() -> list[str]:
    folder = Path(os.environ.get("ICTGOV_REAL_DATA", "")) / "nasty"
    strings = json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    payloads = (folder / "xss_payloads_sample_even.txt").read_text(encoding="utf-8", errors="replace")
    formulas = (folder / "csv_injection_payloads.txt").read_text(encoding="utf-8", errors="replace")
    return [*strings, *payloads.splitlines()[::9], *formulas.splitlines()[::3]]


BOXES = ("problem", "evidence", "affected", "if_nothing", "urgency_reason", "plan_objective", "remark")


def _as_kept(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def test_nasty_strings_are_kept_to_the_letter_or_refused_by_name(api, initiative, real_data):
    url, revision = f"{ROOT}{initiative.pk}/draft/", 0
    groups = [dict(zip(BOXES, part, strict=False)) for part in batched(_pasted(), len(BOXES))]
    while groups:
        changes = groups.pop()
        body = json.dumps({"base_revision": revision, "changes": changes})
        answer = api.generic("PATCH", url, body, content_type="application/json")
        if answer.status_code == 200:
            revision = answer.json()["revision"]
            assert {key: answer.json()["content"][key] for key in changes} == {
                key: _as_kept(text) for key, text in changes.items()
            }
        else:
            assert answer.status_code == 400
            assert {code for code, _ in codes(answer)} <= {"text_has_nul", "text_has_surrogate"}
            groups += [{key: text} for key, text in changes.items() if len(changes) > 1]


def test_nasty_strings_are_drawn_harmlessly(client, initiative, submitter, real_data):
    client.force_login(submitter)
    for revision, text in enumerate(text for text in _pasted()[::23] if _as_kept(text)):
        save(
            initiative, submitter, revision, problem=text, title=text[:150], major="yes", remark=str(revision)
        )
        drawn = client.get(f"/initiatives/{initiative.pk}/draft/problem/")
        shown = drawn.content.decode().split('name="problem"')[1].split(">", 1)[1].split("</textarea>")[0]
        assert "<" not in shown
        assert unescape(shown).removeprefix("\n") == _as_kept(text)
        assert client.get(f"/initiatives/{initiative.pk}/draft/").status_code == 200
        assert client.get("/initiatives/").status_code == 200


def test_nasty_strings_by_the_form(client, initiative, submitter, real_data):
    client.force_login(submitter)
    page = f"/initiatives/{initiative.pk}/draft/costs/"
    for text in _pasted()[::17]:
        sent = {
            "base_revision": Draft.objects.get(initiative=initiative).revision,
            "costs-table": "1",
            "costs-row": ["a", text[:30]],
            "costs/a/year": text,
            "costs/a/one_time": text,
            "costs/a/currency": text,
            "cost_basis": text,
        }
        assert client.post(page, sent).status_code in (302, 400), text
        assert client.get(page).status_code == 200
    assert client.get("/initiatives/", {"q": "x" * 5000, "after": "\0_x"}).status_code == 200


def test_a_nasty_title_starts_a_draft_or_is_refused(api, organization, real_data):
    for text in _pasted()[::37]:
        body = json.dumps({"office": text, "title": text, "language": "en", "screening": ANSWERS})
        assert api.generic("POST", ROOT, body, content_type="application/json").status_code == 400
        body = json.dumps({"office": "UNMISS", "title": text, "language": "en", "screening": ANSWERS})
        assert api.generic("POST", ROOT, body, content_type="application/json").status_code in (201, 400)
    assert Initiative.objects.exists()
