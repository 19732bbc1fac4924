"""The broker frozen, flushed and killed, while people submit and decide."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from apps.accounts.demo import PASSWORD
from tests.journeys import test_api_journey as journey
from tests.journeys.business_case import SCREENING, TITLE, answers
from tests.journeys.portal import Reachable, readiness, wait_for
from tests.journeys.test_api_journey import Story

SUBMITTED = 3  # submissions during each fault
DECIDED = 1
HELD = 20.0  # seconds that a fault lasts, at least
DRAINED_WITHIN = 120.0


@dataclass
class Measured:
    """How long the acts of one time took, and how long the backlog took to go once the fault was over."""

    submitting: list[float] = field(default_factory=list)
    deciding: list[float] = field(default_factory=list)
    waiting: int = 0
    drained: float = 0.0

    def words(self) -> str:
        """One line for the report."""
        times = (
            f"{name} {statistics.median(found) * 1000:.0f} ms (longest {max(found) * 1000:.0f} ms)"
            for name, found in (("submitting", self.submitting), ("deciding", self.deciding))
        )
        return f"{', '.join(times)}; {self.waiting} mails waited, gone after {self.drained:.0f} s"


class Cases:
    """Cases that stand where the next act is the one to be measured."""

    def __init__(self, portal: Reachable) -> None:
        self.portal = portal
        self.first = Story(portal)
        self.callers = self.first.callers
        self.number = 1

    def _story(self) -> Story:
        story = Story(self.portal)
        story.callers = self.callers  # everybody signs in once
        return story

    def drafted(self) -> Story:
        """A complete draft, to be handed on."""
        story = self._story()
        self.number += 1
        title = f"{TITLE}, part {self.number}"
        me = story.as_(journey.SUBMITTER)
        body = {"office": "UNMISS", "title": title, "language": "en", "screening": SCREENING}
        status, begun = me.post("/api/v1/initiatives/", body)
        assert status == 201, begun
        story.handle = begun["case"]
        changes = answers(journey.shipped_standards()) | {"title": title}
        status, saved = me.patch(
            f"/api/v1/initiatives/{begun['id']}/draft/", {"base_revision": 0, "changes": changes}
        )
        assert (status, saved["problems"]) == (200, [])
        return story

    def ready_to_decide(self) -> Story:
        """A case that the officer may decide."""
        story = self.drafted()
        story.act(journey.SUBMITTER, "hand_on")
        story.act(journey.ICT, "attest", confirmed=True)
        story.act(journey.FINANCE, "attest", confirmed=True, words="Within the proposed budget.")
        story.handle = story.act(journey.HEAD, "endorse", confirmed=True)["reference"]
        story.act(journey.FIELD, "give_opinion", position="supports", words="Needed at nine sites.")
        story.act(journey.DESK, "acknowledge")
        story.act(journey.DESK, "find_complete")
        for desk, name in journey.REVIEWERS.items():
            story.act(name, "declare_no_conflict")
            body = {"base_revision": 0, "scores": journey.SCORES[desk], "overall": "Sound."}
            status, saved = story.as_(name).patch(f"/api/v1/cases/{story.handle}/assessments/{desk}/", body)
            assert status == 200, saved
            story.act(name, "submit_assessment")
        story.act(journey.LEAD, "declare_no_conflict")
        story.act(
            journey.LEAD,
            "recommend",
            outcome="approved_with_conditions",
            summary="All three agree.",
            conditions=[journey.condition()],
        )
        return story


def measure(
    cases: Cases, name: str, begin: Callable[[], object], end: Callable[[], object], *, stands_still: bool
) -> Measured:
    """Submit and decide while the fault lasts, end it, and wait until nothing is left to be sent."""
    portal, found = cases.portal, Measured()
    drafts = [cases.drafted() for _each in range(SUBMITTED)]
    decisions = [cases.ready_to_decide() for _each in range(DECIDED)]
    for story in [*drafts, *decisions]:
        story.case(journey.SUBMITTER)  # everybody is signed in before the clock runs
    wait_for("mails of before are sent", lambda: _is_drained(portal), seconds=120)
    begin()
    began = time.monotonic()
    for story in drafts:
        case = story.case(journey.SUBMITTER)
        found.submitting.append(_timed(story, case, journey.SUBMITTER, "hand_on", {}, None))
    for story in decisions:
        case = story.case(journey.OFFICER)
        found.deciding.append(
            _timed(story, case, journey.OFFICER, "decide", journey.decision(), {"password": PASSWORD})
        )
    if stands_still:
        time.sleep(max(0.0, HELD - (time.monotonic() - began)))
    found.waiting = readiness(portal)["outbox_waiting"]
    assert found.waiting > 0 or not stands_still, "nothing waited: was the fault one?"
    end()
    ended = time.monotonic()
    wait_for(f"{name}: the outbox is empty", lambda: _is_drained(portal), seconds=DRAINED_WITHIN)
    found.drained = time.monotonic() - ended
    for story in decisions:  # what is due rings as well: the window of a minute ends, the letter is mailed
        wait_for(
            f"{name}: the decision takes effect", partial(_is_closed, story), seconds=60 + DRAINED_WITHIN
        )
    return found


def _is_closed(story: Story) -> bool:
    return bool(story.case(journey.SUBMITTER)["stage"] == "closed")


def _is_drained(portal: Reachable) -> bool:
    ready = readiness(portal)
    return bool(ready) and ready["outbox_waiting"] == 0 and not ready["tick_late"]


def _timed(
    story: Story, case: dict[str, object], name: str, action: str, payload: object, confirmation: object
) -> float:
    body = {
        "action": action,
        "seen": {"version_number": case["version_number"], "version_hash": case["version_hash"]},
        "payload": payload,
    }
    if confirmation:
        body["confirmation"] = confirmation
    began = time.monotonic()
    status, answer = story.as_(name).post(f"/api/v1/cases/{story.handle}/moves/", body)
    took = time.monotonic() - began
    assert status == 201, answer
    return took


@dataclass
class Broker:
    """How the broker of a portal is disturbed, and mended."""

    freeze: Callable[[], object]
    thaw: Callable[[], object]
    flush: Callable[[], object]
    kill: Callable[[], object]
    start: Callable[[], object]


def run_all(cases: Cases, broker: Broker) -> dict[str, Measured]:
    """Without a fault first, for comparison; then frozen, flushed and killed."""

    def nothing() -> None:
        pass

    return {
        "no fault": measure(cases, "no fault", nothing, nothing, stands_still=False),
        "frozen": measure(cases, "broker frozen", broker.freeze, broker.thaw, stands_still=True),
        "flushed": measure(cases, "broker flushed", broker.flush, broker.flush, stands_still=False),
        "killed": measure(cases, "broker killed", broker.kill, broker.start, stands_still=True),
    }
