"""An emergency: asked for by the head of office, authorized by the CITO within the day, read by the Committee."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import test_api_journey as by_api
from tests.journeys.browser import CHROMIUM
from tests.journeys.business_case import SCREENING
from tests.journeys.portal import Portal
from tests.journeys.test_browser_journey import Story, browser  # noqa: F401  (the same browser)

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium"),
]
CITO, MEMBER = "amara.keller", "haruka.ishimori"
TITLE = "The radio of the northern base after the storm"
NEED = "The mast fell, and 340 people are without a radio."


def test_an_emergency_is_asked_for_and_authorized_before_the_business_case(
    portal: Portal,
    browser: Browser,  # noqa: F811 - the fixture of that name
) -> None:
    by_hand = by_api.Story(portal)
    body = {"office": "UNMISS", "title": TITLE, "language": "en", "screening": SCREENING}
    _status, begun = by_hand.as_(by_api.SUBMITTER).post("/api/v1/initiatives/", body)
    story = Story(portal, browser, "UNMISS", TITLE)
    story.handle = by_hand.handle = begun["case"]
    with story.as_(story.submitter) as me:
        assert not story.may(me, "ask_emergency")
    with story.as_(story.head) as head:
        page = story.act(head, "ask_emergency", words=NEED, amount_max="60000", days="60")
        assert "Answer the request for an emergency authorization" in page.inner_text("main")
        story.handle = page.url.rstrip("/").split("/")[-1]
        assert story.handle.startswith("OICT-")
    with story.as_(CITO) as cito:
        page = story.from_my_work(cito)
        assert NEED in page.inner_text("main")
        given = {"amount_max": "45000", "days": "30", "words": "For the mast and its radios alone."}
        page = story.act(cito, "authorize_emergency", **given)
        assert "in force" in page.locator("section[aria-labelledby=emergency-title]").inner_text()
    with story.as_(MEMBER) as member:
        row = member.go("/committee/").locator("tr", has_text=TITLE)
        assert "45,000" in row.inner_text()
    with story.as_(story.head) as head:
        text = story.case(head).inner_text("main")
        assert "For the mast and its radios alone." in text
        assert not story.may(head, "ask_emergency")
    told = by_hand.as_(by_api.HEAD).get("/api/v1/notices/")[1]["results"]
    assert "emergency.authorized" in [one["code"] for one in told]
