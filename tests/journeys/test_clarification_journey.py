"""A question in the assessments: asked by a desk, sent by the lead reviewer, answered in a new version, confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import test_api_journey as by_api
from tests.journeys.browser import CHROMIUM
from tests.journeys.portal import Portal
from tests.journeys.test_browser_journey import LEAD, REVIEWERS, Story, browser  # noqa: F401  (the same browser)

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium"),
]
TITLE = "Tyres of the mission, one list for three workshops"
QUESTION = "Which of the tyres that were counted are of vehicles in use?"


def test_questions_of_a_desk_become_a_new_version_that_a_review_is_confirmed_for(
    portal: Portal,
    browser: Browser,  # noqa: F811 - the fixture of that name
) -> None:
    by_hand = by_api.Story(portal)
    story = Story(portal, browser, "UNMISS", TITLE)
    by_hand.to_the_desks(TITLE)
    story.handle = by_hand.handle
    for desk in ("alignment", "value"):
        by_hand.act(REVIEWERS[desk], "declare_no_conflict")
    by_hand.write(REVIEWERS["alignment"], "alignment")
    by_hand.act(REVIEWERS["alignment"], "submit_assessment")
    with story.as_(REVIEWERS["value"]) as reviewer:
        page = reviewer.go(f"/cases/{story.handle}/assess/value/")
        page.get_by_role("link", name="Add questions for the office").click()
        page.locator("[name='items.0.field']").select_option("evidence")
        page.fill("[name='items.0.question']", QUESTION)
        page.locator("form.act-form .acts button.act--primary").first.click()
        assert QUESTION in story.case(reviewer).inner_text("main")
    with story.as_(story.submitter) as me:
        assert QUESTION not in story.case(me).inner_text("main")
    with story.as_(LEAD) as lead:
        page = story.from_my_work(lead)
        page.get_by_role("button", name="I have no conflict").click()
        page.locator("a[href$='/acts/request_clarification/']").first.click()
        assert page.locator("[name='items.0.question']").input_value() == QUESTION
        page.locator("form.act-form .acts button.act--primary").first.click()
        assert "clock stopped" in story.case(lead).locator(".page").inner_text()
    with story.as_(story.submitter) as me:
        story.act(me, "ask_extension", words="The workshop at Malakal counts again this week.")
        page = me.go(f"/initiatives/{by_hand.initiative}/draft/problem/")
        page.fill("[name=evidence]", "Of 340 tyres in containers, 298 fit vehicles that are in use.")
        page.locator(".case-save button[name=go][value=stay]").click()
        page.wait_for_load_state()
        page = story.act(me, "answer_clarification", **{"answers.0.answer": "298; the text says so now."})
        assert "version 2" in page.inner_text("body")
    with story.as_(REVIEWERS["alignment"]) as reviewer:
        changes = story.case(reviewer).locator(".panel", has_text="What changed since version 1").first
        assert "298 fit vehicles" in changes.inner_text()
        story.act(reviewer, "confirm_assessment", words="It changes nothing for the alignment.")
        assert "Confirmed for version 2" in story.case(reviewer).inner_text("main")
