"""What the register's pages say of signed checkpoints and of those who keep them."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import User
from apps.audit import checkpoints, export, signing, verifier
from apps.notices.delivery import drain_outbox

from .conftest import Portfolio

SignIn = Callable[[User], Client]
OFFICE = "audit@example.org"


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ICTGOV_CHECKPOINTS = tmp_path / "one"
    settings.ICTGOV_CHECKPOINT_COPIES = [str(tmp_path / "two")]
    settings.ICTGOV_CHECKPOINT_MAILS = [OFFICE]
    settings.ICTGOV_CHECKPOINT_KEY_FILE = str(tmp_path / "checkpoint.key")
    monkeypatch.setattr(export, "_sources", {})


@pytest.fixture
def auditor(portfolio: Portfolio, signed_in: SignIn) -> Client:
    return signed_in(portfolio.people["auditor"])


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_register_page_shows_checkpoints_signatures_and_witnesses(auditor: Client, tmp_path: Path) -> None:
    before = text_of(auditor, "/register/")
    assert "none yet" in before
    made = checkpoints.make()
    assert made is not None
    waiting = text_of(auditor, "/register/")
    assert "on its way" in waiting
    drain_outbox()
    text = text_of(auditor, "/register/")
    assert "on its way" not in text
    for shown in (made.key, "valid", str(tmp_path / "one"), str(tmp_path / "two"), OFFICE):
        assert shown in text
    assert text.count("up to date") == 3
    assert "A witness saw another register" not in text


def test_register_page_names_a_witness_that_is_not_reached_and_one_that_saw_another(
    auditor: Client, tmp_path: Path
) -> None:
    (tmp_path / "two").write_text("a file where the folder should be")
    made = checkpoints.make()
    assert made is not None
    assert "not reached" in text_of(auditor, "/register/")
    assert "1 is behind" in text_of(auditor, "/health/")
    path = next((tmp_path / "one").glob("*.jsonl"))
    other = signing.signed(dataclasses.replace(made, head="ab" * 32))
    line = {name: getattr(other, name) for name in ("seq", "head", "time", "key", "signature")}
    path.write_text(json.dumps(line) + "\n")
    text = text_of(auditor, "/register/")
    assert "A witness saw another register" in text
    assert "It has another checkpoint." in text
    assert "a witness saw another register" in text_of(auditor, "/health/")
    answer = auditor.post("/register/verify/", follow=True).content.decode()
    assert f"First bad row: {made.seq}<" in answer
    assert "the witnesses were shown two registers" in answer


def test_checkpoint_row_that_was_changed_does_not_fit(auditor: Client) -> None:
    made = checkpoints.make()
    assert made is not None
    forged = dataclasses.replace(made, seq=made.seq + 1)
    checkpoints.SignedCheckpoint.objects.create(
        seq=forged.seq,
        head=forged.head,
        time=forged.time,
        taken_at=made.time,
        key=forged.key,
        signature=forged.signature,
    )
    assert "does not fit" in text_of(auditor, "/register/")


def test_what_an_auditor_takes_along_verifies_with_the_public_key(auditor: Client, tmp_path: Path) -> None:
    checkpoints.make()
    away = tmp_path / "away"
    away.mkdir()
    taken = auditor.post("/register/download/")
    (away / "register.jsonl").write_bytes(b"".join(taken.streaming_content))
    for name in ("verifier.py", "checkpoints.jsonl", "public-keys.txt"):
        answer = auditor.get(f"/register/{name}")
        assert answer.status_code == 200
        (away / name).write_bytes(answer.content)
    assert signing.own_key().public.encoded.hex() in text_of(auditor, "/register/offline/")
    shown = subprocess.run(
        [sys.executable, "-I", "-S", "verifier.py", "register.jsonl", "--checkpoint", "checkpoints.jsonl",
         "--key", "public-keys.txt"],
        cwd=away,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "1 of them are signed with a key that was given." in shown.stdout


def test_public_keys_are_for_auditors_alone_and_are_none_before_the_first_checkpoint(
    portfolio: Portfolio, signed_in: SignIn, auditor: Client
) -> None:
    assert auditor.get("/register/public-keys.txt").status_code == 302
    for person in ("member", "cito", "submitter", "admin"):
        assert signed_in(portfolio.people[person]).get("/register/public-keys.txt").status_code == 403


def test_copy_is_judged_against_what_a_witness_signed(auditor: Client) -> None:
    made = checkpoints.make()
    assert made is not None
    taken = auditor.post("/register/download/")
    copy = b"".join(taken.streaming_content)
    other = signing.SigningKey(bytes(32))
    forged = verifier.Checkpoint(made.seq, made.head, made.time, other.public.id)
    forged = dataclasses.replace(forged, signature=other.sign(forged.message).hex())
    for brought, said in ((made, "it is this register"), (forged, "a key that is not the portal&#x27;s")):
        line = {name: getattr(brought, name) for name in ("seq", "head", "time", "key", "signature")}
        answer = auditor.post(
            "/register/verify-a-copy/",
            {
                "copy": SimpleUploadedFile("register.jsonl", copy),
                "checkpoint": SimpleUploadedFile("w.jsonl", (json.dumps(line) + "\n").encode()),
            },
        )
        assert said in answer.content.decode()
