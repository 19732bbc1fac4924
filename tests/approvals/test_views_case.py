"""The page of a case and its papers: who sees what, and what stands on it."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.approvals.rich import make_rich_review
from tests.factories.approvals import Review, decision_of


@pytest.fixture
def review(db: None, at_monday: Any) -> Review:
    return make_rich_review()


def as_person(review: Review, person: str) -> Client:
    client = Client()
    client.force_login(review.people[person])
    return client


def text_of(response: Any) -> str:
    """The page as words: tags away, spaces joined."""
    html = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def get(review: Review, person: str, address: str, status: int = 200) -> str:
    response = as_person(review, person).get(address)
    assert response.status_code == status, f"{person} {address}: {response.status_code}"
    return text_of(response)


@pytest.fixture
def decided(review: Review) -> Any:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    return case


def test_case_page_shows_strip_versions_turns_and_acts(review: Review) -> None:
    case = review.endorse(review.open())
    page = get(review, "desk", f"/cases/{case.handle}/")
    for words in (
        case.reference,
        "version 1 of 1",
        "Acknowledgement and completeness",
        "In short",
        "The whole business case",
        "Acknowledge receipt",
        "What happened",
        "Working days held",
    ):
        assert words in page


def test_case_is_found_by_number_and_by_id_alike(review: Review) -> None:
    case = review.endorse(review.open())
    assert get(review, "desk", f"/cases/{case.pk}/") == get(review, "desk", f"/cases/{case.reference}/")


def test_rows_are_added_without_script(review: Review) -> None:
    case = review.to_decision()
    client = as_person(review, "cito")
    page = client.post(f"/cases/{case.handle}/acts/decide/", {"add": "conditions", "reasons": "Kept."})
    assert page.status_code == 200
    html = page.content.decode()
    assert 'name="conditions.0.words"' in html
    assert "Kept." in html
