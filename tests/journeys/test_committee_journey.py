"""A major case to its end: decided by the CITO, held, noted by the Committee, read by the office; in a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import test_api_journey as by_api
from tests.journeys.browser import CHROMIUM
from tests.journeys.portal import Portal, wait_for
from tests.journeys.test_browser_journey import Story, browser  # noqa: F401  (the same browser)

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium"),
]
CITO, SECRETARY, MEMBER = "amara.keller", "santiago.belmonte", "haruka.ishimori"
TITLE = "One ledger of tyres for the whole mission area"
PRESENT = "Haruka Ishimori\nTui Rangihau\nAldona Vaitkus"


def to_decision(portal: Portal) -> str:
    """A major case that waits for the CITO, by the API, as each of those who have a part in it."""
    story = by_api.Story(portal)
    story.to_the_desks(TITLE, major="yes")
    for desk, name in by_api.REVIEWERS.items():
        story.act(name, "declare_no_conflict")
        story.write(name, desk)
        story.act(name, "submit_assessment")
    story.act(by_api.LEAD, "declare_no_conflict")
    story.act(by_api.LEAD, "recommend", outcome="approved", summary="All three agree.")
    return story.handle


def test_committee_notes_a_major_decision_and_the_office_reads_it(
    portal: Portal,
    browser: Browser,  # noqa: F811 - the fixture of that name
) -> None:
    from apps.approvals.models import Case
    from apps.audit import clock

    story = Story(portal, browser, "UNMISS", TITLE)
    story.handle = to_decision(portal)
    with story.as_(CITO) as cito:
        given = {"outcome": "approved", "reasons": "One ledger is enough.", "scope": "The whole."}
        given |= {"amount_max": "176000", "valid_until": "2030-12-31"}
        page = story.act(cito, "decide", **given)
        assert "unless withdrawn" in page.inner_text("body")
    at = Case.objects.filter(reference=story.handle)
    wait_for("the case comes to the Committee", lambda: at.filter(stage="committee").exists(), seconds=150)
    with story.as_(story.submitter) as me:
        text = story.case(me).inner_text("main")
        assert "is before the Management Committee" in text
        assert "One ledger is enough." not in text
    with story.as_(MEMBER) as member:
        page = member.go("/committee/")
        assert "Approved" in page.locator("tr", has_text=TITLE).inner_text()
    with story.as_(SECRETARY) as secretary:
        page = story.from_my_work(secretary)
        given = {"met_on": clock.now().date().isoformat(), "words": "The Committee took note."}
        page.locator("a[href$='/acts/note_decision/']").first.click()
        for name in PRESENT.split("\n"):
            assert name in page.get_by_role("region", name="Who counts").inner_text()
        page.go_back()
        story.act(secretary, "note_decision", present=PRESENT, **given)
        page = secretary.go("/committee/")
        assert re.search(r"Noted[\s\S]*The Committee took note\.", page.inner_text("main"))
    with story.as_(story.submitter) as me:
        text = story.case(me).inner_text("main")
        assert "One ledger is enough." in text
        assert "The Committee took note." in text
        me.go(f"/cases/{story.handle}/letter/")
        assert "One ledger is enough." in me.page.inner_text("main")
