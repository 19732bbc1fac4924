"""Before a reviewer declares that there is no conflict, no door shows more than the blind summary (review.md 7)."""

from typing import Any

import pytest

from tests.approvals.rich import NEED
from tests.factories.approvals import Review

SECRET = NEED[:40]


def shown(answer: Any) -> bool:
    return SECRET in answer.content.decode()


@pytest.fixture
def case(review: Review) -> Any:
    return review.complete(review.endorse(review.open()))


VERBS = ("recuse", "declare_no_conflict", "submit_assessment", "hand_back", "request_clarification", "decide")


@pytest.mark.parametrize("verb", VERBS)
def test_no_page_of_an_act_shows_the_case_before_the_declaration(
    review: Review, case: Any, doors: Any, verb: str
) -> None:
    pages = doors("align").pages
    address = f"/cases/{case.handle}/acts/{verb}/"
    seen = {"seen_version": 1, "seen_hash": case.version_hash}
    assert not shown(pages.get(address))
    for sent in (
        {"step": "edit"},
        {"step": "sure", "words": ""},
        {"add": "items"},
        {"remove": "items.0"},
        {},
    ):
        if verb == "declare_no_conflict" and sent.get("step") != "edit":
            continue
        assert not shown(pages.post(address, {**seen, **sent})), sent
    stale = {"seen_version": 0, "seen_hash": "x"}
    assert not shown(pages.post(address, {**stale, "step": "sure"}))


@pytest.mark.parametrize("step", ["save", "check", "sure"])
def test_no_page_of_an_assessment_shows_the_case_before_the_declaration(
    review: Review, case: Any, doors: Any, step: str
) -> None:
    pages = doors("align").pages
    address = f"/cases/{case.handle}/assess/alignment/"
    answer = pages.post(address, {"step": step, "seen_version": 1, "seen_hash": case.version_hash})
    assert answer.status_code < 500
    assert not shown(answer)


def test_the_whole_case_opens_after_the_declaration(review: Review, case: Any, doors: Any) -> None:
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    assert shown(doors("align").pages.get(f"/cases/{case.handle}/assess/alignment/"))


def test_declaring_a_second_time_is_refused_in_words(review: Review, case: Any, doors: Any) -> None:
    review.assess(case)
    review.act(case, "lead", "declare_no_conflict")
    seen = {"seen_version": case.version_number, "seen_hash": case.version_hash}
    answer = doors("lead").pages.post(f"/cases/{case.handle}/acts/declare_no_conflict/", seen)
    assert answer.status_code == 403


def test_who_handed_a_turn_back_can_take_it_again(review: Review, case: Any) -> None:
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    review.act(case, "align", "hand_back", desk="alignment", words="Too much at once.")
    review.act(case, "align", "declare_no_conflict", desk="alignment")
    turn = case.turns.get(desk="alignment")
    assert turn.taken_by == review.people["align"]
