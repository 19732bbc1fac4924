"""The register's pages: found, proven, taken along, and a tampered one refused with its first bad row named."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.audit import checkpoints, export, verifier
from apps.audit.models import Link
from apps.dashboards import proof, services
from apps.dashboards.models import RegisterExport, Verification

from .conftest import Portfolio

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_checkpoints(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints of the test alone; the cases here are of a probe, which keeps no frozen versions to compare."""
    settings.ICTGOV_CHECKPOINTS = tmp_path / "checkpoints"
    monkeypatch.setattr(export, "_sources", {})


@pytest.fixture
def auditor(portfolio: Portfolio, signed_in: SignIn) -> Client:
    return signed_in(portfolio.people["auditor"])


# Who may come in -------------------------------------------------------------------------------------------------

PAGES = (
    "dashboards:register",
    "dashboards:verify-copy",
    "dashboards:offline",
    "dashboards:verifier",
    "dashboards:checkpoints",
)


@pytest.mark.parametrize("name", PAGES)
def test_register_opens_to_auditors_only(portfolio: Portfolio, signed_in: SignIn, name: str) -> None:
    for person in ("member", "chair", "cito", "chief", "head", "submitter", "admin", "lead"):
        answer = signed_in(portfolio.people[person]).get(reverse(name))
        assert (person, answer.status_code) == (person, 403)
    assert signed_in(portfolio.people["auditor"]).get(reverse(name)).status_code in (200, 302)
    assert "/sign-in/" in Client().get(reverse(name))["Location"]


@pytest.mark.parametrize("name", ["dashboards:verify", "dashboards:register-download"])
def test_acts_of_the_register_are_auditors_only(portfolio: Portfolio, signed_in: SignIn, name: str) -> None:
    for person in ("member", "cito", "submitter", "admin"):
        assert signed_in(portfolio.people[person]).post(reverse(name)).status_code == 403
    assert (Verification.objects.count(), RegisterExport.objects.count()) == (0, 0)


# Looking ---------------------------------------------------------------------------------------------------------


def test_events_are_found_by_case_actor_verb_date_and_hash(portfolio: Portfolio, auditor: Client) -> None:
    case = portfolio.cases["approved"]
    link = Link.objects.select_related("event").get(event__verb="case.decide", event__case_id=case.pk)
    for query, expected in (
        ({"case": case.reference}, Link.objects.filter(event__case_id=case.pk).count()),
        ({"case": str(case.pk)}, Link.objects.filter(event__case_id=case.pk).count()),
        ({"verb": "decide"}, 3),
        ({"verb": "case.decide"}, 3),
        ({"verb": "decide", "actor": "Cito Person"}, 3),
        ({"verb": "decide", "actor": "cito.person@example.org"}, 3),
        ({"actor": "nobody at all"}, 0),
        ({"hash": link.hash_hex}, 1),
        ({"hash": "not a hash"}, 0),
        ({"since": "2999-01-01"}, 0),
        ({"until": "2000-01-01"}, 0),
        ({"since": "yesterday"}, 0),
        ({"case": "OICT-2026-NOWHERE-0001"}, 0),
    ):
        page = auditor.get("/api/v1/register/events/", query).json()
        assert (query, page["count"]) == (query, min(expected, 1000))
        text = auditor.get("/register/", query).content.decode()
        assert (query, "No event fits" in text) == (query, expected == 0)


def test_events_are_paged_by_their_place(portfolio: Portfolio, auditor: Client) -> None:
    walked: list[int] = []
    after = ""
    while True:
        page = auditor.get("/api/v1/register/events/", {"after": after}).json()
        walked += [row["seq"] for row in page["results"]]
        after = page["next"] or ""
        if not after:
            break
    assert walked == sorted(Link.objects.values_list("seq", flat=True), reverse=True)


def test_event_page_shows_text_hashes_and_commitments(portfolio: Portfolio, auditor: Client) -> None:
    case = portfolio.cases["approved"]
    link = Link.objects.select_related("event").get(event__verb="case.decide", event__case_id=case.pk)
    text = auditor.get(reverse("dashboards:event", args=[link.event_id])).content.decode()
    for shown in (
        link.hash_hex,
        link.prev_hash_hex,
        "The content gives its hash",
        case.version_hash,
        "Cito Person",
    ):
        assert shown in text
    shape = auditor.get(f"/api/v1/register/events/{link.event_id}/").json()
    assert (shape["payload"], shape["hash"], shape["is_proven"]) == (link.event.payload, link.hash_hex, True)
    assert shape["seq"] == link.seq


def test_event_that_is_not_there_is_not_found(portfolio: Portfolio, auditor: Client) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    assert auditor.get(reverse("dashboards:event", args=[missing])).status_code == 404
    assert auditor.get(f"/api/v1/register/events/{missing}/").status_code == 404


# Verifying -------------------------------------------------------------------------------------------------------


def test_verify_now_finds_the_register_intact(portfolio: Portfolio, auditor: Client) -> None:
    answer = auditor.post("/register/verify/", follow=True)
    run = Verification.objects.get()
    head = Link.objects.order_by("-seq").first()
    assert head is not None
    assert (run.is_intact, run.seq, run.head, run.rows) == (True, head.seq, head.hash_hex, head.seq)
    assert "Intact" in answer.content.decode()
    assert "No checkpoint was at hand" in answer.content.decode()
    assert auditor.get("/api/v1/register/verification/").json()["is_intact"] is True


def test_verifying_in_pieces_comes_to_the_same(
    portfolio: Portfolio, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(services, "SECONDS_AT_ONCE", 0.0000001)
    checkpoints.make()
    answer = auditor.post("/register/verify/", follow=True)
    pieces = 0
    while "Continue" in answer.content.decode():
        run = Verification.objects.get()
        answer = auditor.post(reverse("dashboards:verify-on", args=[run.pk]), follow=True)
        pieces += 1
        assert pieces < 500
    run = Verification.objects.get()
    assert (run.is_intact, run.seq, run.checkpoints) == (True, Link.objects.count(), 1)
    assert "The last row is one that a checkpoint has seen." in answer.content.decode()


def test_new_rows_alone_are_verified_from_the_last_place(portfolio: Portfolio, auditor: Client) -> None:
    auditor.post("/register/verify/")
    before = Verification.objects.get()
    portfolio.review.act(portfolio.cases["draft"], "submitter", "hand_on")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    auditor.post("/register/verify/", {"whole": "no"})
    run = Verification.objects.exclude(pk=before.pk).get()
    assert (run.is_intact, run.after_seq, run.rows) == (True, before.seq, Link.objects.count() - before.seq)


def lines_of(client: Client) -> list[dict[str, Any]]:
    answer = client.post("/register/download/")
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def as_file(rows: list[dict[str, Any]]) -> SimpleUploadedFile:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return SimpleUploadedFile("register.jsonl", text.encode())


def test_download_is_what_the_offline_verifier_takes(
    portfolio: Portfolio, auditor: Client, tmp_path: Path
) -> None:
    kept = checkpoints.make()
    answer = auditor.post("/register/download/")
    (tmp_path / "register.jsonl").write_bytes(b"".join(answer.streaming_content))
    (tmp_path / "verifier.py").write_bytes(auditor.get("/register/verifier.py").content)
    (tmp_path / "checkpoints.jsonl").write_bytes(auditor.get("/register/checkpoints.jsonl").content)
    shown = subprocess.run(
        [sys.executable, "-I", "-S", "verifier.py", "register.jsonl", "--checkpoint", "checkpoints.jsonl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (shown.returncode, shown.stdout.split(":")[0]) == (0, "INTACT")
    export = RegisterExport.objects.get()
    assert kept is not None
    assert (export.by, export.until_seq, export.head) == (portfolio.people["auditor"], kept.seq, kept.head)


def edited(rows: list[dict[str, Any]], at: int) -> None:
    rows[at]["payload"] = rows[at]["payload"].replace('"verb":"', '"verb":"x')


def edited_and_hashed_again(rows: list[dict[str, Any]], at: int) -> None:
    edited(rows, at)
    for index in range(at, len(rows)):
        row = rows[index]
        row["prev_hash"] = rows[index - 1]["hash"] if index else verifier.GENESIS
        row["hash"] = verifier.event_hash(row["prev_hash"], row["seq"], row["recorded_at"], row["payload"])


def removed(rows: list[dict[str, Any]], at: int) -> None:
    del rows[at]


def swapped(rows: list[dict[str, Any]], at: int) -> None:
    rows[at], rows[at + 1] = rows[at + 1], rows[at]


def repeated(rows: list[dict[str, Any]], at: int) -> None:
    rows.insert(at, rows[at - 1])


@pytest.mark.parametrize("tampering", [edited, edited_and_hashed_again, removed, swapped, repeated])
@pytest.mark.parametrize("at", [1, 20, 61])
def test_tampered_copy_is_refused_with_the_first_bad_row(
    portfolio: Portfolio, auditor: Client, tampering: Callable[..., None], at: int
) -> None:
    rows = lines_of(auditor)
    tampering(rows, at)
    text = auditor.post("/register/verify-a-copy/", {"copy": as_file(rows)}).content.decode()
    assert f"First bad row: {at + 1}<" in text


def test_whole_or_shorter_copy_is_this_register(portfolio: Portfolio, auditor: Client) -> None:
    rows = lines_of(auditor)
    text = auditor.post("/register/verify-a-copy/", {"copy": as_file(rows)}).content.decode()
    assert "it is this register" in text
    text = auditor.post("/register/verify-a-copy/", {"copy": as_file(rows[:-2])}).content.decode()
    assert "The register has gone on by 2 rows since." in text


def test_copy_cut_off_before_a_witnesses_checkpoint_is_refused(portfolio: Portfolio, auditor: Client) -> None:
    rows = lines_of(auditor)
    last = rows[-1]
    witness = json.dumps({"seq": last["seq"], "head": last["hash"], "time": "2026-03-02T09:00:00.000000Z"})
    seen = [verifier.Checkpoint(last["seq"], last["hash"])]
    verdict = proof.judge_copy((json.dumps(row).encode() for row in rows[:-3]), seen)
    assert (verdict.fault_code, verdict.fault_seq) == ("truncated", last["seq"] - 2)
    answer = auditor.post(
        "/register/verify-a-copy/",
        {"copy": as_file(rows[:-3]), "checkpoint": SimpleUploadedFile("w.jsonl", (witness + "\n").encode())},
    )
    assert f"First bad row: {last['seq'] - 2}<" in answer.content.decode()


def test_copy_that_is_none_is_refused_with_a_reason(portfolio: Portfolio, auditor: Client) -> None:
    answer = auditor.post("/register/verify-a-copy/")
    assert (answer.status_code, "No file was chosen." in answer.content.decode()) == (400, True)
    answer = auditor.post(
        "/register/verify-a-copy/", {"copy": SimpleUploadedFile("x.jsonl", b"\x00\xff not json")}
    )
    assert "First bad row: 1<" in answer.content.decode()
    answer = auditor.post(
        "/register/verify-a-copy/",
        {
            "copy": SimpleUploadedFile("x.jsonl", b"{}"),
            "checkpoint": SimpleUploadedFile("c.txt", b"no checkpoint"),
        },
    )
    assert (answer.status_code, "holds no checkpoint" in answer.content.decode()) == (400, True)
