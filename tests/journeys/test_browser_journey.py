"""The whole story in a browser, one person at a time, against a portal that runs: from screening to the letter."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from apps.accounts.demo import PASSWORD
from tests.journeys.browser import CHROMIUM, Visitor, launch
from tests.journeys.business_case import SCREENING, answers
from tests.journeys.portal import ROOT, Portal, wait_for
from tests.journeys.test_api_journey import REVIEWERS, SCORES

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium"),
]
DESK, FIELD, LEAD, OFFICER = "leilani.fonoti", "tomasz.wieczorek", "daniel.oseibonsu", "samuel.tuilagi"
MEMBER, AUDITOR = "haruka.ishimori", "elif.karaca"
OFFICES = {  # submitter, ICT chief, certifying officer, head
    "UNMISS": ("achol.deng.majok", "rajesh.thapa", "ingrid.solbakken", "mariam.sow"),
    "UNIFIL": ("rita.khoury", "declan.byrne", "priya.raman", "andrea.colonna"),
}
SECTIONS = (
    "identity", "problem", "alignment", "options", "technical", "security", "funding", "costs", "benefits", "risks",
    "attestation",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the file; each person has a context of their own."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's loop runs in this thread
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Story:
    """One case on the pages: who sits where, and how a person acts."""

    def __init__(
        self, portal: Portal, browser: Browser, office: str, title: str, *, javascript: bool = True
    ) -> None:
        self.portal, self.browser, self.title, self.javascript = portal, browser, title, javascript
        self.submitter, self.ict, self.finance, self.head = OFFICES[office]
        self.handle = ""
        self.initiative = ""

    @contextmanager
    def as_(self, name: str) -> Iterator[Visitor]:
        """Someone signs in, does what is to be done, and leaves; a complaint of the console fails the test."""
        visitor = Visitor(self.browser, self.portal.address, javascript=self.javascript)
        visitor.page.set_default_timeout(20_000)
        try:
            visitor.sign_in(name)
            yield visitor
        except BaseException:
            folder = ROOT / "var" / "screens"
            folder.mkdir(parents=True, exist_ok=True)
            visitor.page.screenshot(path=folder / f"failed-{name}.png", full_page=True)
            visitor.context.close()
            raise
        visitor.close()

    def case(self, visitor: Visitor) -> Page:
        return visitor.go(f"/cases/{self.handle}/")

    def from_my_work(self, visitor: Visitor) -> Page:
        """The case's next act, from the list of one's work."""
        page = visitor.go("/")
        row = page.locator("tr", has_text=self.title)
        row.locator("td").first.get_by_role("link").first.click()
        return page

    def act(self, visitor: Visitor, verb: str, **fields: Any) -> Page:
        """One act as a person does it: from the case to the form, once more where it cannot be undone."""
        page = self.case(visitor)
        page.locator(f"a[href$='/acts/{verb}/']").first.click()
        fill(page, fields)
        page.locator("form.act-form .acts button.act--primary").first.click()
        sure = page.locator("button[name=step][value=sure]")
        if sure.count():
            if page.locator("#id_password").count():
                page.fill("#id_password", PASSWORD)
            sure.click()
        assert page.locator(".error-summary").count() == 0, page.locator(".error-summary").inner_text()
        return page

    def may(self, visitor: Visitor, verb: str) -> bool:
        return self.case(visitor).locator(f"a[href$='/acts/{verb}/']").count() > 0


def fill(page: Page, fields: dict[str, Any]) -> None:
    """Fill the fields of a form by their names, whatever they are."""
    for name, value in fields.items():
        box = page.locator(f"[name='{name}']:not([type=hidden])")
        kind = box.first.evaluate("one => one.tagName + ' ' + (one.type || '')")
        if kind == "INPUT radio":
            page.locator(f"label:has([name='{name}'][value='{value}'])").click()
            assert page.locator(f"[name='{name}'][value='{value}']").is_checked()
        elif kind == "INPUT checkbox":
            box.check()
        elif kind.startswith("SELECT"):
            box.select_option(value)
        else:
            box.fill(str(value))


def write_section(page: Page, content: dict[str, Any]) -> None:
    """Fill the section of the business case that is open: single answers, and rows, which are added as needed."""
    from apps.initiatives.schema.fields import TABLES, Kind
    from apps.initiatives.schema.short_1 import SHORT_1

    key = page.url.rstrip("/").split("/")[-1].split("?")[0]
    for field in SHORT_1.section(key).fields:
        value = content.get(field.key)
        if not value:
            continue
        if field.kind not in TABLES:
            fill(page, {field.key: value})
            continue
        rows = page.locator(f"[data-table='{field.key}'] fieldset.case-row")
        while field.kind == Kind.ROWS and rows.count() < len(value):
            page.locator(f"button[name=add][value='{field.key}']").click()
            page.wait_for_load_state()
        ids = page.locator(f"input[name='{field.key}-row']").evaluate_all("all => all.map(one => one.value)")
        for place, row in enumerate(value):
            row_id = row["id"] if field.kind == Kind.CHECKLIST else ids[place]
            given = {
                f"{field.key}/{row_id}/{name}": text for name, text in row.items() if name != "id" and text
            }
            fill(page, given)


def begin_and_hand_on(story: Story) -> None:
    from apps.standards.models import Standard

    content = answers(list(Standard.objects.values_list("code", flat=True)))
    content["title"] = story.title
    with story.as_(story.submitter) as me:
        page = me.go("/")
        page.get_by_role("link", name="Start an initiative").click()
        fill(page, SCREENING)
        page.get_by_role("button", name="Show the answer").click()
        assert "Subject under paragraph 18" in page.inner_text("main")
        page.fill("#id-title", story.title)
        page.get_by_role("button", name="Start the draft").click()
        page.wait_for_url(re.compile("/draft/"))
        story.initiative = page.url.split("/initiatives/")[1].split("/")[0]
        for section in SECTIONS:
            me.go(f"/initiatives/{story.initiative}/draft/{section}/")
            write_section(page, content)
            if section == "problem" and story.javascript:
                page.locator("[name=problem]").press_sequentially(" And nobody is told.")
                content["problem"] += " And nobody is told."
                page.locator("[data-state]", has_text=re.compile("Not saved yet|Saving")).wait_for()
                page.locator("[data-state]", has_text="Saved at").wait_for()
                page.reload()
                assert page.locator("[name=problem]").input_value() == content["problem"]
            page.locator("button[name=go][value=next]").click()
            page.wait_for_load_state()
            assert page.locator(".error-summary").count() == 0, page.locator(".error-summary").inner_text()
        me.go(f"/initiatives/{story.initiative}/draft/")
        assert "The business case is complete." in page.inner_text("main")
        assert "USD 176,000" in page.inner_text("main")
        page.get_by_role("link", name="Go to the case").click()
        story.handle = page.url.rstrip("/").split("/")[-1]
        story.act(me, "hand_on")
        assert "version 1" in page.inner_text("body")


def attest_and_endorse(story: Story) -> None:
    for name in (story.ict, story.finance):
        with story.as_(name) as officer:
            assert story.title in story.from_my_work(officer).inner_text("body")
            assert not story.may(officer, "endorse")
            story.act(officer, "attest", confirmed=True)
    with story.as_(story.head) as head:
        page = story.act(head, "endorse", confirmed=True)
        found = re.search(r"OICT-\d{4}-[A-Z]+-\d{4}", page.inner_text("body"))
        assert found
        story.handle = found[0]


def complete(story: Story) -> None:
    with story.as_(DESK) as desk:
        story.act(desk, "acknowledge")
        story.act(desk, "find_complete")


def assess(story: Story, *, blind: bool = False) -> None:
    for number, (desk, name) in enumerate(REVIEWERS.items()):
        with story.as_(name) as reviewer:
            page = story.case(reviewer)
            assert "Before you read: do you have a conflict of interest?" in page.inner_text("main")
            page.get_by_role("button", name="I have no conflict").click()
            page = reviewer.go(f"/cases/{story.handle}/assess/{desk}/")
            for other in list(SCORES)[:number]:
                assert SCORES[other][next(iter(SCORES[other]))]["evidence"] not in page.inner_text("main")
            for criterion, row in SCORES[desk].items():
                fill(page, {f"scores.{criterion}.{part}": text for part, text in row.items()})
            page.locator("button[name=step][value=check]").click()
            page.wait_for_load_state()
            page.locator("button[name=step][value=sure]").click()
            page.wait_for_load_state()
            assert f"{number + 1} of 3 in" in story.case(reviewer).inner_text("body") or number == 2
        if blind and number < 2:
            with story.as_(OFFICER) as officer:
                assert not story.may(officer, "decide")
                with officer.expecting(403, 409):
                    officer.go(f"/cases/{story.handle}/acts/decide/")


def recommend(story: Story) -> None:
    with story.as_(LEAD) as lead:
        story.case(lead).get_by_role("button", name="I have no conflict").click()
        story.act(lead, "recommend", outcome="approved", summary="All three desks agree.")


def decide(story: Story) -> None:
    with story.as_(OFFICER) as officer:
        page = story.case(officer)
        assert "You may decide" in page.inner_text("main")
        page.locator("a[href$='/acts/decide/']").first.click()
        given = {
            "outcome": "approved",
            "reasons": "A counted loss, and a small sum.",
            "scope": "The whole.",
            "amount_max": "176000",
            "valid_until": "2030-12-31",
        }
        fill(page, given)
        page.locator("form.act-form .acts button.act--primary").first.click()
        page.fill("#id_password", "not the password")
        with officer.expecting(403):
            page.locator("button[name=step][value=sure]").click()
            page.wait_for_load_state()
        assert page.locator("#id_password_error").count() == 1
        page.fill("#id_password", PASSWORD)
        page.locator("button[name=step][value=sure]").click()
        page.wait_for_load_state()
        assert "unless withdrawn" in story.case(officer).inner_text("main")


def read_letter(story: Story) -> None:
    from apps.approvals.models import Case

    wait_for(
        "the decision takes effect",
        lambda: Case.objects.filter(reference=story.handle, stage="closed").exists(),
        seconds=150,
    )
    with story.as_(story.submitter) as me:
        page = story.case(me)
        assert "Approved" in page.inner_text("main")
        me.go(f"/cases/{story.handle}/letter/")
        assert "A counted loss, and a small sum." in page.inner_text("main")
        me.go("/notices/")
        assert story.handle in page.inner_text("main")


# With JavaScript ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story(portal: Portal, browser: Browser) -> Story:
    return Story(portal, browser, "UNMISS", "Spare tyres on the pages, counted once")


def test_submitter_screens_writes_and_hands_on(story: Story) -> None:
    begin_and_hand_on(story)


def test_office_attests_and_head_endorses(story: Story) -> None:
    attest_and_endorse(story)
    assert "-UNMISS-" in story.handle


def test_field_gives_its_opinion_and_has_no_way_to_approve(story: Story) -> None:
    with story.as_(FIELD) as field:
        assert not story.may(field, "decide")
        with field.expecting(403, 409):
            page = field.go(f"/cases/{story.handle}/acts/decide/")
        assert page.locator("form.act-form").count() == 0
        story.act(field, "give_opinion", position="supports", words="Needed at nine sites.")


def test_questions_stop_the_clock_and_answers_make_version_two(story: Story) -> None:
    with story.as_(DESK) as desk:
        story.act(desk, "acknowledge")
        story.act(
            desk,
            "request_clarification",
            **{"items.0.field": "evidence", "items.0.question": "Of which year is the count?"},
        )
        assert "clock stopped" in story.case(desk).inner_text("body")
        assert not story.may(desk, "find_complete")
    with story.as_(story.submitter) as me:
        page = me.go(f"/initiatives/{story.initiative}/draft/costs/")
        assert page.locator("button[name=go]").count() == 0
        me.go(f"/initiatives/{story.initiative}/draft/problem/")
        page.fill(
            "[name=evidence]", "In the year to June 2026, 212 tyres were ordered while 340 lay in containers."
        )
        page.locator(".case-save button[name=go][value=stay]").click()
        page.wait_for_load_state()
        story.act(me, "answer_clarification", **{"answers.0.answer": "The year to June 2026."})
        assert "version 2" in story.case(me).inner_text("body")
        me.go(f"/cases/{story.handle}/difference/1/2/")
        assert "year to June" in page.inner_text("main")
    with story.as_(DESK) as desk:
        assert "clock stopped" not in story.case(desk).locator(".strip").inner_text()
        story.act(desk, "find_complete")


def test_desks_are_blind_and_nothing_is_decided_early(story: Story) -> None:
    assess(story, blind=True)


def test_lead_recommends_and_officer_decides_by_password(story: Story) -> None:
    recommend(story)
    decide(story)
    with story.as_(story.submitter) as me:
        page = story.case(me)
        assert "can still be withdrawn" in page.inner_text("main")
        assert "A counted loss" not in page.inner_text("main")


def test_worker_lets_it_take_effect_and_office_reads_letter(story: Story) -> None:
    read_letter(story)


def test_member_drills_down_from_the_dashboard(story: Story) -> None:
    with story.as_(MEMBER) as member:
        page = member.go("/dashboard/")
        assert "What is where, and whose turn" in page.inner_text("main")
        approved = page.locator("tr", has_text="Approved").first.get_by_role("link").first
        approved.click()
        page.wait_for_url(re.compile("/dashboard/cases/"))
        assert story.title in page.inner_text("main")
        page.get_by_role("link", name=story.title).first.click()
        assert story.handle in page.inner_text("body")


def test_auditor_verifies_on_the_page_and_a_tampered_copy_is_refused(story: Story, tmp_path: Path) -> None:
    with story.as_(AUDITOR) as auditor:
        page = auditor.go("/register/")
        page.get_by_role("button", name="Verify now").click()
        page.wait_for_url(re.compile("/register/verifications/"))
        wait_for(
            "the verdict", lambda: page.locator(".verdict--good").count() or (page.reload() is None and None)
        )
        auditor.go("/register/")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download for the offline verifier").click()
        whole = tmp_path / "register.jsonl"
        download.value.save_as(whole)
        command = [sys.executable, "-S", str(ROOT / "apps/audit/verifier.py")]
        verified = subprocess.run([*command, str(whole)], capture_output=True, text=True, check=False)
        assert verified.returncode == 0, verified.stdout
        lines = whole.read_text(encoding="utf-8").splitlines()
        place = next(n for n, line in enumerate(lines) if "case.decide" in line)
        seq = json.loads(lines[place])["seq"]
        lines[place] = lines[place].replace("case.decide", "case.decids")
        copy = tmp_path / "tampered.jsonl"
        copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
        refused = subprocess.run([*command, str(copy)], capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert str(seq) in refused.stdout + refused.stderr
        auditor.go("/register/verify-a-copy/")
        page.set_input_files("#copy", copy)
        with auditor.expecting(400, 409):
            page.get_by_role("button", name="Verify", exact=True).click()
            page.wait_for_load_state()
        assert f"First bad row: {seq}" in page.inner_text("main").replace("\u202f", "").replace(",", "")


def test_head_asks_for_reconsideration_and_the_cito_decides_again(story: Story) -> None:
    from apps.approvals.models import Case, Decision

    with story.as_(story.submitter) as me:
        assert not story.may(me, "ask_reconsideration")
    with story.as_(story.head) as head:
        page = story.act(head, "ask_reconsideration", words="The count of the second base was left out.")
        text = page.inner_text("main")
        assert "The decision stands until another takes effect." in text
        assert "A counted loss, and a small sum." in text
    with story.as_(OFFICER) as officer:
        assert story.title not in officer.go("/").inner_text("main")
    with story.as_("amara.keller") as cito:
        page = story.from_my_work(cito)  # the row leads to where it is decided
        assert "The count of the second base was left out." in page.inner_text("main")
        given = {"outcome": "approved", "scope": "Both bases.", "amount_max": "176000"}
        given |= {"reasons": "The second base counts too.", "valid_until": "2030-12-31"}
        story.act(cito, "decide", **given)
    with story.as_(story.submitter) as me:
        assert "The second base counts too." not in story.case(me).inner_text("main")
    again = Decision.objects.filter(case__reference=story.handle, round=2, took_effect_at__isnull=False)
    wait_for("the second decision takes effect", again.exists, seconds=150)
    assert Case.objects.get(reference=story.handle).stage == "closed"
    with story.as_(story.head) as head:
        page = head.go(f"/cases/{story.handle}/letter/")
        assert "This takes the place of the decision of" in page.inner_text("main")
        assert not story.may(head, "ask_reconsideration")


# Without JavaScript ---------------------------------------------------------------------------------------------


def test_whole_road_works_without_javascript(portal: Portal, browser: Browser) -> None:
    story = Story(portal, browser, "UNIFIL", "Spare tyres without scripts", javascript=False)
    begin_and_hand_on(story)
    attest_and_endorse(story)
    complete(story)
    assess(story)
    recommend(story)
    decide(story)
    read_letter(story)
