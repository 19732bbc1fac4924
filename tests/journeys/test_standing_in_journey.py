"""A reviewer who steps aside and one who is away: the case closes to the first, and a colleague acts for the second."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import test_api_journey as by_api
from tests.journeys.browser import CHROMIUM
from tests.journeys.portal import Portal, wait_for
from tests.journeys.test_browser_journey import Story, browser, fill  # noqa: F401  (the same browser)

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium"),
]
ALIGN, ALIGN_2 = "chiara.bellandi", "emeka.okonjo"
VALUE, STAND_IN = "sofia.arriaga", "anneli.kask"
POST = "OICT-REVIEWER-VALUE-1"


@pytest.fixture(scope="module")
def told(portal: Portal) -> by_api.Story:
    """A case at its desks, by the API."""
    story = by_api.Story(portal)
    story.to_the_desks("Fuel cards of the mission, counted once")
    return story


@pytest.fixture
def story(portal: Portal, browser: Browser, told: by_api.Story) -> Story:  # noqa: F811 - the fixture of that name
    story = Story(portal, browser, "UNMISS", "Fuel cards of the mission, counted once")
    story.handle = told.handle
    return story


def test_who_recuses_themselves_sees_nothing_and_the_turn_passes_on(story: Story, told: by_api.Story) -> None:
    with story.as_(ALIGN) as reviewer:
        assert story.title in reviewer.go("/").inner_text("main")
        story.act(reviewer, "recuse", words="My brother works for the vendor of the cards.")
        for path in ("", "why/", "acts/declare_no_conflict/"):
            with reviewer.expecting(404):
                reviewer.go(f"/cases/{story.handle}/{path}")
        assert story.title not in reviewer.go("/").inner_text("main")
        assert story.title not in reviewer.go("/notices/").inner_text("main")
    assert told.as_(ALIGN).get(f"/api/v1/cases/{story.handle}/")[0] == 404
    with story.as_(ALIGN_2) as other:
        page = story.from_my_work(other)
        page.get_by_role("button", name="I have no conflict").click()
        page.wait_for_load_state()
        text = story.case(other).inner_text("main")
        assert page.locator("a[href$='/assess/alignment/']").count()
        assert "My brother" not in text  # the words are the register's


def test_who_stands_in_acts_for_the_absent_reviewer_under_both_names(
    story: Story, told: by_api.Story
) -> None:
    from apps.audit import clock
    from apps.notices.models import Timer
    from apps.offices.models import Absence
    from apps.offices.services.absences import BEGINS

    with story.as_(STAND_IN) as colleague:
        assert story.title not in colleague.go("/").inner_text("main")
    with story.as_(VALUE) as reviewer:
        page = reviewer.go(f"/posts/{POST}/absence/")
        until = (clock.now() + timedelta(days=3)).date().isoformat()
        fill(page, {"until": until, "stand_in": f"{STAND_IN}@example.org", "reason": "Home leave."})
        page.get_by_role("button", name="Record the absence").click()
        page.wait_for_load_state()
        assert page.locator(".error-summary").count() == 0
    begun = Timer.objects.filter(kind=BEGINS).exclude(fired_at=None)
    wait_for("the absence has begun, and both have been signed out", begun.exists)
    with story.as_(STAND_IN) as colleague:
        row = colleague.go("/").locator("tr", has_text=story.title)
        assert "Sofía Arriaga" in row.inner_text()
        page = story.from_my_work(colleague)
        page.get_by_role("button", name="I have no conflict").click()
        page.wait_for_load_state()
    told.write(STAND_IN, "value")
    told.act(STAND_IN, "submit_assessment")
    with story.as_(story.head) as head:
        text = story.case(head).inner_text("main")
        assert "Anneli Kask on behalf of Sofía Arriaga" in text
    with story.as_(VALUE) as reviewer:  # the next story finds her at her desk
        page = reviewer.go(f"/posts/{POST}/")
        page.get_by_role("link", name="End").first.click()
        page.get_by_role("button", name="End it now").click()
        page.wait_for_load_state()
    away = Absence.objects.filter(post__code=POST, called_off=False, during__contains=clock.now())
    assert not away.exists()
