"""The page of a case and its papers: who sees what, and what stands on it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from apps.audit import clock
from tests.approvals.rich import HOSTILE, as_person, get, make_rich_review, text_of
from tests.approvals.test_views_home import statements
from tests.factories.approvals import Review, decision_of, tick


@pytest.fixture
def review(db: None, at_monday: Any) -> Review:
    return make_rich_review()


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


def test_reviewer_declares_before_the_documents_open(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    address = f"/cases/{case.handle}/"
    page = get(review, "align", address)
    assert "do you have a conflict of interest?" in page
    assert "The whole business case" not in page
    assert "Chosen option" not in page
    client = as_person(review, "align")
    sent = client.post(
        f"{address}acts/declare_no_conflict/",
        {"seen_version": case.version_number, "seen_hash": case.version_hash, "idempotency_key": "k1"},
        follow=True,
    )
    assert "The whole business case" in text_of(sent)
    assert "Your declaration is recorded." in text_of(sent)


def test_recusal_is_confirmed_and_closes_the_case_to_the_person(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    client, address = as_person(review, "align"), f"/cases/{case.handle}/acts/recuse/"
    seen = {
        "seen_version": case.version_number,
        "seen_hash": case.version_hash,
        "words": "I know the vendor.",
    }
    asked = client.post(address, seen)
    assert asked.status_code == 200
    assert "This cannot be undone." in text_of(asked)
    assert case.declarations.count() == 0
    sent = client.post(address, {**seen, "step": "sure"})
    assert (sent.status_code, sent["Location"]) == (302, "/")
    assert client.get(f"/cases/{case.handle}/").status_code == 404


def test_assessments_are_hidden_until_ones_own_is_in(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "alignment")
    review.act(case, "value", "declare_no_conflict")
    page = get(review, "value", f"/cases/{case.handle}/")
    assert "1 of 3 in" in page
    assert "Hidden from you until your own assessment is in, or all are." in page
    assert "4 of 5" not in page
    own = get(review, "align", f"/cases/{case.handle}/")
    assert "4 of 5" in own


def test_office_reads_no_assessment_before_the_end(review: Review) -> None:
    case = review.to_decision()
    page = get(review, "head", f"/cases/{case.handle}/")
    assert "3 of 3 in" in page
    assert "4 of 5" not in page
    assert "All three desks agree." not in page


def test_disabled_act_says_why_and_who_can(review: Review) -> None:
    case = review.to_decision()
    page = get(review, "field", f"/cases/{case.handle}/")
    assert "The turn belongs to Deciding authority, and you hold no post there." in page
    assert "You cannot decide" in page
    assert "Cito Person (cito of OICT)" in page


def test_authority_box_names_instrument_and_limit(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    page = get(review, "officer", f"/cases/{case.handle}/acts/decide/")
    assert "You may decide" in page
    assert "USD 180,000 is within USD 250,000" in page
    assert instrument.number in page


def test_why_page_answers_each_act_for_the_person(review: Review) -> None:
    case = review.endorse(review.open())
    page = get(review, "head", f"/cases/{case.handle}/why/")
    assert "Acknowledge receipt no The turn belongs to OICT desk" in page
    assert "Withdraw the case yes" in page
    assert "Desk Person" in page


def test_version_and_difference_pages(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    review.act(case, "ict", "send_back", words="Name the owner.")
    review.act(case, "submitter", "hand_on")
    address = f"/cases/{case.handle}/"
    page = get(review, "ict", address)
    assert "What changed since version 1" in page
    assert "Version 1" in get(review, "ict", f"{address}versions/1/")
    assert "+20.0" in get(review, "ict", f"{address}difference/1/2/")
    for missing in ("versions/0/", "versions/3/", "difference/2/1/", "difference/1/9/"):
        get(review, "ict", f"{address}{missing}", 404)


def test_papers_of_a_case_are_closed_before_the_declaration(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    for page in ("versions/1/", "letter/"):
        get(review, "align", f"/cases/{case.handle}/{page}", 404)


def test_decision_is_the_deciders_alone_until_it_takes_effect(review: Review, decided: Any) -> None:
    address = f"/cases/{decided.handle}/"
    own = get(review, "cito", address)
    assert "Takes effect at 2 Mar 2026, 09:15 unless withdrawn." in own
    assert "Withdraw the decision" in own
    for person in ("head", "lead", "member", "officer"):
        page = get(review, person, address)
        assert "Sound, and within the strategy." not in page
        assert "A decision has been taken, and can still be withdrawn" in page
        get(review, person, f"{address}letter/", 404)
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
        assert "Sound, and within the strategy." in get(review, "head", address)
        assert "Decision on OICT-2026-UNMISS-0001" in get(review, "head", f"{address}letter/")


def test_place_in_the_register_shows_its_row_to_auditors_alone(review: Review, decided: Any) -> None:
    html = as_person(review, "auditor").get(f"/cases/{decided.handle}/letter/").content.decode()
    assert "Recorded in the register under" in html
    assert "(row " not in as_person(review, "cito").get(f"/cases/{decided.handle}/letter/").content.decode()


def test_approved_case_is_a_card_to_others(review: Review, decided: Any) -> None:
    get(review, "escap-ict", f"/cases/{decided.handle}/", 404)
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
        page = get(review, "escap-ict", f"/cases/{decided.handle}/")
    assert "This is the card of an initiative" in page
    assert "Sound, and within the strategy." not in page
    get(review, "escap-ict", f"/cases/{decided.handle}/why/", 404)


@pytest.mark.parametrize(
    "handle", ["OICT-2026-UNMISS-9999", "x", "%00", "00000000-0000-0000-0000-000000000000", "a" * 300, "'--"]
)
@pytest.mark.parametrize("page", ["", "why/", "letter/", "versions/1/", "acts/decide/", "assess/value/"])
def test_case_that_is_none_is_not_found(review: Review, handle: str, page: str) -> None:
    assert as_person(review, "auditor").get(f"/cases/{handle}/{page}").status_code == 404


def test_act_that_is_none_is_not_found(review: Review) -> None:
    case = review.endorse(review.open())
    assert as_person(review, "desk").get(f"/cases/{case.handle}/acts/approve/").status_code == 404
    assert as_person(review, "desk").post(f"/cases/{case.handle}/acts/approve/").status_code == 404


PAGES = ("", "why/", "versions/1/", "acts/decide/", "acts/recuse/", "acts/withdraw_case/")


def test_pages_carry_no_inline_code_and_escape_what_people_wrote(review: Review) -> None:
    case = review.open()
    review.draft_of(case).title = HOSTILE
    review.to_decision(case)
    for page in PAGES:
        response = as_person(review, "cito").get(f"/cases/{case.handle}/{page}")
        html = response.content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<script>" not in html
        assert "script-src 'self'" in response["Content-Security-Policy"]


def test_ids_of_a_page_are_there_once(review: Review, decided: Any) -> None:
    for person, page in (("cito", ""), ("cito", "why/"), ("lead", ""), ("submitter", "")):
        html = as_person(review, person).get(f"/cases/{decided.handle}/{page}").content.decode()
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids)), page


@pytest.mark.parametrize(
    ("person", "most"), [("head", 14), ("desk", 14), ("lead", 15), ("cito", 16), ("auditor", 14)]
)
def test_case_page_asks_few_questions(review: Review, person: str, most: int) -> None:
    case = review.to_decision()
    asked = statements(as_person(review, person), f"/cases/{case.handle}/")
    assert len(asked) <= most, "\n".join(f"{n} {sql[:110]}" for n, sql in enumerate(asked, 1))
