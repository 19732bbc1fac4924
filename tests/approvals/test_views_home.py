"""My work: the numbers, the tabs, the rows, the search, and what it costs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.approvals.models import Case, Turn
from apps.audit import clock
from tests.approvals.rich import HOSTILE, as_person, get, make_rich_review
from tests.factories.approvals import Review

TRANSACTION = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b")
BYTES_OF_FIFTY_ROWS = 30_000


@pytest.fixture
def review(db: None, at_monday: Any) -> Review:
    return make_rich_review()


def statements(client: Client, address: str) -> list[str]:
    """What a page asks after the session and the person are known."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    assert response.status_code == 200
    return [
        one["sql"]
        for one in asked.captured_queries
        if not TRANSACTION.match(one["sql"])
        and '"django_session"' not in one["sql"]
        and not ('FROM "accounts_user"' in one["sql"] and "LIMIT 21" in one["sql"])
    ]


def many(review: Review, number: int) -> None:
    """So many cases at the OICT desk, as copies of one that came there through the services."""
    case = review.endorse(review.open())
    turn = Turn.objects.get(case=case, desk="oict_intake", closed_at=None)
    cases, turns = [], []
    for n in range(1, number):
        copy = Case.objects.get(pk=case.pk)
        copy.pk, copy.subject_id = Case().pk, Case().pk
        copy.reference, copy.title = f"OICT-2026-UNMISS-{n + 1:04d}", f"Radio for patrols of sector {n}"
        cases.append(copy)
        again = Turn.objects.get(pk=turn.pk)
        again.pk, again.case = Turn().pk, copy
        again.due_at = turn.due_at + timedelta(minutes=n)
        turns.append(again)
    Case.objects.bulk_create(cases)
    Turn.objects.bulk_create(turns)


def test_home_counts_what_waits_and_what_is_late(review: Review) -> None:
    review.endorse(review.open())
    page = get(review, "desk", "/")
    assert "1 your turn 1 due within 5 working days 0 overdue" in page
    with clock.set_to(clock.now() + timedelta(days=7)):
        page = get(review, "desk", "/")
    assert "1 your turn 0 due within 5 working days 1 overdue" in page
    assert "2 working days late" in page


def test_home_links_the_next_act_to_where_it_is_done(review: Review) -> None:
    case = review.to_decision()
    html = as_person(review, "cito").get("/").content.decode()
    assert f'<a href="/cases/{case.reference}/acts/decide/">Decide</a>' in html
    other = review.complete(review.endorse(review.open()))
    assert (
        f'<a href="/cases/{other.reference}/#acts">Assess</a>'
        in as_person(review, "align").get("/").content.decode()
    )
    review.act(other, "align", "declare_no_conflict")
    html = as_person(review, "align").get("/").content.decode()
    assert f'<a href="/cases/{other.reference}/assess/alignment/">Assess</a>' in html
    assert "taken by you" in html


def test_home_shows_how_many_are_in_without_scores(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "alignment")
    assert "1 of 3 in" in get(review, "value", "/")
    review.complete(review.endorse(review.open(security_review=True)))
    assert "0 of 4 in" in get(review, "security", "/")


@pytest.mark.parametrize(
    ("tab", "person", "words"),
    [
        ("mine", "auditor", "You hold no post at a desk of the review"),
        ("mine", "cito", "A case comes here when the turn passes to a post that you hold"),
        ("waiting", "desk", "A case that you acted on stands here while others have the turn"),
        ("returned", "head", "stands here until you answer"),
        ("done", "desk", "stands here once it is closed"),
        ("all", "desk", "others once they are submitted"),
    ],
)
def test_empty_list_says_what_would_fill_it(review: Review, tab: str, person: str, words: str) -> None:
    assert words in get(review, person, f"/?tab={tab}")


def test_tabs_hold_what_their_name_says(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(
        case, "desk", "request_clarification", items=[{"field": "problem.need", "question": "How many?"}]
    )
    assert case.reference in get(review, "desk", "/?tab=waiting")
    assert case.reference in get(review, "submitter", "/?tab=mine")
    assert case.reference in get(review, "submitter", "/?tab=returned")
    assert case.reference in get(review, "auditor", "/")
    assert case.reference not in get(review, "unifil-head", "/?tab=all")


def test_search_reads_words_and_tokens(review: Review) -> None:
    case = review.endorse(review.open())
    client = as_person(review, "desk")
    for found in (
        "Radio",
        case.reference,
        "office:unmiss",
        "tier:1",
        "value:>100k",
        "due:<9d",
        "stage:intake",
    ):
        page = client.get("/", {"tab": "mine", "q": found}).content.decode()
        assert f"<b>{case.reference}</b>" in page, found
    for missed in ("Piano", "office:unifil", "tier:2", "value:<100k", "due:late"):
        page = client.get("/", {"tab": "mine", "q": missed}).content.decode()
        assert "Nothing found for" in page, missed


@pytest.mark.parametrize(
    "odd", ["\x00", "'; DROP TABLE", "office:", "value:>", "due:<99999d", "%", "٣", "x" * 5000]
)
def test_search_takes_anything(review: Review, odd: str) -> None:
    assert as_person(review, "desk").get("/", {"q": odd}).status_code == 200


@pytest.mark.parametrize(
    "after", ["x", "W10", "eyJhIjoxfQ", "WyIyMDI2LTAxLTAxIiwgIngiLCAieSJd", "\x00", "9" * 500]
)
def test_place_in_a_list_that_is_none_begins_anew(review: Review, after: str) -> None:
    assert as_person(review, "desk").get("/", {"after": after}).status_code == 200


def test_pages_by_key_show_each_case_once(review: Review) -> None:
    many(review, 130)
    seen: list[str] = []
    client, address = as_person(review, "desk"), "/"
    for _page in range(3):
        html = client.get(address).content.decode()
        seen += re.findall(r"<b>(OICT-2026-UNMISS-\d+)</b>", html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = "/" + following[1].replace("&amp;", "&") if following else ""
    assert (len(seen), len(set(seen)), address) == (130, 130, "")


def test_hostile_title_is_text(review: Review) -> None:
    case = review.open()
    review.draft_of(case).title = HOSTILE
    review.endorse(case)
    html = as_person(review, "desk").get("/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_home_asks_the_same_few_questions_whatever_its_length(review: Review, rows: int) -> None:
    many(review, rows)
    client = as_person(review, "desk")
    asked = statements(client, "/")
    assert len(asked) == 4, asked
    assert len(client.get("/").content) < BYTES_OF_FIFTY_ROWS
    assert len(statements(client, "/?tab=all")) == 5


def test_home_of_reviewers_asks_what_is_in_and_where_they_served(review: Review) -> None:
    """One question more for the count of what is in, and one for the offices whose cases are closed to them."""
    review.complete(review.endorse(review.open()))
    assert len(statements(as_person(review, "align"), "/")) == 6
