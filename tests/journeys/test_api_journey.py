"""The whole story by API, as ten people, against a portal that runs: from screening to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.demo import PASSWORD
from tests.journeys.business_case import SCREENING, TITLE, VALUE_USD, answers
from tests.journeys.portal import ROOT, Caller, Portal, Reachable, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.slow]

SUBMITTER = "achol.deng.majok"
ICT = "rajesh.thapa"
FINANCE = "ingrid.solbakken"
HEAD = "mariam.sow"
FIELD = "tomasz.wieczorek"
DESK = "leilani.fonoti"
REVIEWERS = {"alignment": "chiara.bellandi", "standards": "takeshi.morinaga", "value": "sofia.arriaga"}
LEAD = "daniel.oseibonsu"
OFFICER = "samuel.tuilagi"
MEMBER = "haruka.ishimori"
AUDITOR = "elif.karaca"
STRANGER = "clarisse.yakite"
SCORES: dict[str, dict[str, Any]] = {
    "alignment": {
        "alignment": {"score": 4, "evidence": "Two missions ask for it."},
        **{f"principle_6{letter}": {"answer": "yes", "evidence": "In the case."} for letter in "abcdefg"},
    },
    "standards": {
        "standards_met": {"score": 4, "evidence": "The checklist."},
        "architecture": {"score": 3, "evidence": "Hosting is named."},
    },
    "value": {
        "value_added": {"score": 3, "evidence": "Baseline, target, owner."},
        "return_on_investment": {"score": 4, "evidence": "Positive at 7 %."},
        "on_mandate": {"answer": "no", "evidence": "None."},
    },
}


class Story:
    """One case, seen and moved by whoever is named."""

    def __init__(self, portal: Reachable) -> None:
        self.portal = portal
        self.callers: dict[str, Caller] = {}
        self.handle = self.initiative = ""

    def as_(self, name: str) -> Caller:
        if name not in self.callers:
            self.callers[name] = Caller(self.portal, f"{name}@example.org")
        return self.callers[name]

    def case(self, name: str) -> dict[str, Any]:
        status, case = self.as_(name).get(f"/api/v1/cases/{self.handle}/")
        assert status == 200, case
        return case

    def try_(self, name: str, action: str, *, confirmation: Any = None, **payload: Any) -> tuple[int, Any]:
        case = self.case(name)
        body: dict[str, Any] = {
            "action": action,
            "seen": {"version_number": case["version_number"], "version_hash": case["version_hash"]},
            "payload": payload,
        }
        if confirmation:
            body["confirmation"] = confirmation
        return self.as_(name).post(f"/api/v1/cases/{self.handle}/moves/", body)

    def act(self, name: str, action: str, **payload: Any) -> dict[str, Any]:
        status, answer = self.try_(name, action, **payload)
        assert status == 201, answer
        return answer

    def to_the_desks(self, title: str, **answered: str) -> None:
        """A case of UNMISS that its desks assess, done by each of those who have a part in it so far."""
        body = {"office": "UNMISS", "title": title, "language": "en", "screening": SCREENING}
        _status, begun = self.as_(SUBMITTER).post("/api/v1/initiatives/", body)
        self.handle, self.initiative = begun["case"], begun["id"]
        changes = {**answers(shipped_standards()), "title": title, **answered}
        draft = f"/api/v1/initiatives/{self.initiative}/draft/"
        self.as_(SUBMITTER).patch(draft, {"base_revision": 0, "changes": changes})
        self.act(SUBMITTER, "hand_on")
        self.act(ICT, "attest", confirmed=True)
        self.act(FINANCE, "attest", confirmed=True)
        self.handle = self.act(HEAD, "endorse", confirmed=True)["reference"]
        self.act(DESK, "acknowledge")
        self.act(DESK, "find_complete")

    def write(self, name: str, desk: str) -> None:
        """A reviewer writes a whole assessment."""
        written: dict[str, Any] = {"base_revision": 0, "scores": SCORES[desk], "overall": "Sound."}
        status, saved = self.as_(name).patch(f"/api/v1/cases/{self.handle}/assessments/{desk}/", written)
        assert status == 200, saved

    def codes(self, answer: tuple[int, Any]) -> tuple[int, list[str]]:
        return answer[0], [reason["code"] for reason in answer[1]["reasons"]]

    def offered(self, name: str) -> set[str]:
        return {one["action"] for one in self.case(name)["actions"] if one["is_possible"]}


@pytest.fixture(scope="module")
def story(portal: Portal) -> Story:
    return Story(portal)


def shipped_standards() -> list[str]:
    """The codes of the standards that ship with the portal, which a case answers to."""
    shipped = ROOT / "apps/standards/reference/standards.json"
    return [standard["code"] for standard in json.loads(shipped.read_text(encoding="utf-8"))]


def test_submitter_screens_drafts_and_hands_on(story: Story) -> None:
    me = story.as_(SUBMITTER)
    status, screened = me.post("/api/v1/screenings/", SCREENING)
    assert (status, screened["subject"]) == (200, True)
    assert "paragraph 18" in screened["because"]

    body = {"office": "UNMISS", "title": TITLE, "language": "en", "screening": SCREENING}
    status, begun = me.post("/api/v1/initiatives/", body)
    assert status == 201, begun
    story.handle = begun["case"]
    draft = f"/api/v1/initiatives/{begun['id']}/draft/"
    complete = answers(shipped_standards())
    first = {key: complete[key] for key in ("problem", "evidence", "costs")}
    status, saved = me.patch(draft, {"base_revision": 0, "changes": first})
    assert (status, saved["revision"]) == (200, 1)
    early = story.codes(story.try_(SUBMITTER, "hand_on"))
    assert early[0] == 409
    assert "answer_missing" in early[1]
    status, saved = me.patch(draft, {"base_revision": 1, "changes": complete})
    assert (status, saved["problems"]) == (200, [])
    _status, shown = me.get(draft)
    assert (shown["value_usd"], shown["tier"]["number"], shown["reasons"]) == (VALUE_USD, 1, [])
    assert story.act(SUBMITTER, "hand_on")["stage"] == "endorsement"
    assert len(story.case(SUBMITTER)["version_hash"]) == 64


def test_nobody_outside_the_office_sees_it_yet(story: Story) -> None:
    for name in (DESK, FIELD, MEMBER, STRANGER):
        assert story.as_(name).get(f"/api/v1/cases/{story.handle}/")[0] == 404


def test_office_attests_and_endorses(story: Story) -> None:
    assert story.codes(story.try_(HEAD, "endorse", confirmed=True)) == (409, ["case.no_turn"])
    story.act(ICT, "attest", confirmed=True)
    story.act(FINANCE, "attest", confirmed=True, words="Within the proposed budget.")
    answer = story.act(HEAD, "endorse", confirmed=True)
    assert answer["reference"].startswith("OICT-")
    assert "-UNMISS-0" in answer["reference"]  # other stories of the office may have come before
    story.handle = answer["reference"]


def test_field_opinion_is_given_and_approves_nothing(story: Story) -> None:
    assert "decide" not in story.offered(FIELD)
    refused = story.try_(
        FIELD,
        "decide",
        outcome="approved",
        reasons="We want it.",
        scope="All",
        amount_max="1",
        valid_until="2030-01-01",
        confirmation={"password": PASSWORD},
    )
    assert story.codes(refused) == (409, ["case.no_turn"])
    story.act(FIELD, "give_opinion", position="supports", words="Needed at nine sites.")
    assert story.as_(STRANGER).get(f"/api/v1/cases/{story.handle}/")[0] == 404


def test_questions_stop_the_clock_and_the_answer_makes_version_two(story: Story) -> None:
    story.act(DESK, "acknowledge")
    before = next(t for t in story.case(DESK)["turns"] if t["desk"] == "oict_intake")
    story.act(
        DESK,
        "request_clarification",
        items=[{"field": "evidence", "question": "Of which year is the count?"}],
    )
    paused = next(t for t in story.case(DESK)["turns"] if t["desk"] == "oict_intake")
    assert paused["paused_at"] is not None
    assert story.codes(story.try_(DESK, "find_complete")) == (409, ["case.paused"])

    _status, initiatives = story.as_(SUBMITTER).get("/api/v1/initiatives/?q=tyres")
    draft = f"/api/v1/initiatives/{initiatives['results'][0]['id']}/draft/"
    _status, shown = story.as_(SUBMITTER).get(draft)
    assert shown["open_sections"] == ["problem"]
    status, locked = story.as_(SUBMITTER).patch(
        draft, {"base_revision": shown["revision"], "changes": {"cost_basis": "Another"}}
    )
    assert (status, locked["reasons"][0]["code"]) == (409, "section_locked")
    text = "In the year to June 2026, 212 tyres were ordered while 340 lay in containers."
    status, _saved = story.as_(SUBMITTER).patch(
        draft, {"base_revision": shown["revision"], "changes": {"evidence": text}}
    )
    assert status == 200
    answer = story.act(
        SUBMITTER, "answer_clarification", answers=[{"item": "1", "answer": "The year to June."}]
    )
    assert answer["version_number"] == 2
    after = next(t for t in story.case(DESK)["turns"] if t["desk"] == "oict_intake")
    assert (after["paused_at"], after["days_left"]) == (None, before["days_left"])
    story.act(DESK, "find_complete")


def test_desks_are_blind_to_each_other_and_nothing_is_decided_early(story: Story) -> None:
    for number, (desk, name) in enumerate(REVIEWERS.items()):
        assert story.case(name)["level"] == "summary"
        path = f"/api/v1/cases/{story.handle}/assessments/{desk}/"
        undeclared = story.as_(name).patch(path, {"base_revision": 0, "scores": {}})
        assert story.codes(undeclared) == (403, ["conflict.declare_first"])
        story.act(name, "declare_no_conflict")
        assert story.case(name)["assessments"] == []
        status, _saved = story.as_(name).patch(
            path, {"base_revision": 0, "scores": SCORES[desk], "overall": "Sound."}
        )
        assert status == 200
        status, early = story.try_(OFFICER, "decide", confirmation={"password": PASSWORD}, **decision())
        assert status == 409, early
        story.act(name, "submit_assessment")
        assert len(story.case(name)["assessments"]) == number + 1
        assert story.case(SUBMITTER)["assessments"] == []
    assert story.case(LEAD)["stage"] == "recommendation"


def decision(**values: Any) -> dict[str, Any]:
    return {
        "outcome": "approved_with_conditions",
        "reasons": "A counted loss and a small sum.",
        "scope": "The whole.",
        "amount_max": "176000",
        "valid_until": "2030-12-31",
        "conditions": [condition()],
        **values,
    }


def condition() -> dict[str, str]:
    return {
        "kind": "before_go_live",
        "words": "Count all nine sites once.",
        "owner_role": "ict_chief",
        "due_on": "2030-06-30",
        "evidence": "The count, signed.",
        "effect_if_missed": "The go-live waits.",
        "verifier_role": "desk_officer",
    }


def test_lead_recommends_and_officer_decides_by_password(story: Story) -> None:
    story.act(LEAD, "declare_no_conflict")
    story.act(
        LEAD,
        "recommend",
        outcome="approved_with_conditions",
        summary="All three agree.",
        conditions=[condition()],
    )
    unconfirmed = story.try_(OFFICER, "decide", **decision())
    assert story.codes(unconfirmed) == (403, ["confirmation.missing"])
    wrong = story.try_(OFFICER, "decide", confirmation={"password": "not the password"}, **decision())
    assert wrong[0] == 403
    assert (
        story.codes(story.try_(LEAD, "decide", confirmation={"password": PASSWORD}, **decision()))[0] == 403
    )
    answer = story.act(OFFICER, "decide", confirmation={"password": PASSWORD}, **decision())
    assert answer["stage"] == "cooling_off"
    assert story.case(SUBMITTER)["decision"] is None
    assert story.as_(SUBMITTER).get(f"/api/v1/cases/{story.handle}/letter/")[0] == 404


def test_worker_lets_it_take_effect_and_the_office_reads_the_letter(story: Story) -> None:
    wait_for("the decision takes effect", lambda: story.case(SUBMITTER)["stage"] == "closed", seconds=150)
    shown = story.case(SUBMITTER)
    assert (shown["outcome"], shown["decision"]["outcome"]) == ("approved_with_conditions",) * 2
    status, letter = story.as_(SUBMITTER).get(f"/api/v1/cases/{story.handle}/letter/")
    assert status == 200
    assert any("Count all nine sites once." in json.dumps(block) for block in letter["blocks"])
    wait_for("the letter is mailed", lambda: f"To: {HEAD}@example.org" in story.portal.mail_text())


def test_member_sees_the_case_and_everybody_a_card(story: Story) -> None:
    assert story.case(MEMBER)["level"] == "full"
    _status, cards = story.as_(STRANGER).get("/api/v1/initiatives/?q=tyres")
    assert [card["title"] for card in cards["results"]] == [TITLE]
    assert story.as_(STRANGER).get(f"/api/v1/cases/{story.handle}/letter/")[0] == 404


def test_register_verifies_offline_and_a_tampered_copy_does_not(story: Story, tmp_path: Path) -> None:
    from django.core.management import call_command

    whole = tmp_path / "register.jsonl"
    call_command("export_register", str(whole), verbosity=0)

    def verify(path: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", str(ROOT / "apps/audit/verifier.py"), str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert verify(whole).returncode == 0, verify(whole).stdout
    lines = whole.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if "case.decide" in line)
    lines[place] = lines[place].replace("case.decide", "case.decids")
    copy = tmp_path / "tampered.jsonl"
    copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused = verify(copy)
    assert refused.returncode != 0
    assert str(json.loads(lines[place])["seq"]) in refused.stdout + refused.stderr
