"""What pages ask: the queue, the case as one viewer sees it, and the explanation of every act."""

from typing import Any

import pytest

from apps.approvals import queries
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from tests.factories.approvals import Review, decision_of


def view(review: Review, person: str, case: Any) -> queries.CaseView:
    user = review.people[person]
    return queries.case_view(viewer_of(user, clock.now()), user, case.handle)


def mine(review: Review, person: str) -> list[str]:
    user = review.people[person]
    return [row.handle for row in queries.queue(viewer_of(user, clock.now())).rows]


def possible(review: Review, person: str, case: Any) -> list[str]:
    return sorted(offer.verb.key for offer in view(review, person, case).explanation.possible)


def test_queue_shows_a_turn_to_who_sits_at_its_desk_alone(review: Review) -> None:
    case = review.endorse(review.open())
    seen = {person: mine(review, person) for person in review.people}
    assert {person for person, handles in seen.items() if handles == [case.reference]} == {"desk", "field"}


def test_queue_leaves_a_turn_that_another_person_took(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict")
    assert mine(review, "align") == [case.reference]


def test_queue_of_an_officer_holds_what_the_instrument_covers(review: Review) -> None:
    case = review.to_decision()
    assert mine(review, "officer") == []
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=100000)
    assert mine(review, "officer") == []
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=180000)
    assert mine(review, "officer") == [case.reference]
    assert mine(review, "cito") == [case.reference]


def test_only_who_can_decide_is_told_that_a_decision_waits(review: Review) -> None:
    from apps.notices.models import Notice

    case = review.to_decision()
    turn = case.turns.open().get()
    told = Notice.objects.filter(dedupe_key=f"{turn.pk}:opened:1").values_list("recipient", flat=True)
    assert list(told) == [review.people["cito"].pk]


def test_queue_drops_the_turn_with_the_act_that_ends_it(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(case, "desk", "find_complete")
    assert mine(review, "desk") == []


def test_case_offers_what_the_service_would_accept(review: Review) -> None:
    case = review.endorse(review.open())
    assert possible(review, "desk", case) == ["acknowledge"]
    assert possible(review, "field", case) == ["give_opinion"]
    assert possible(review, "submitter", case) == ["withdraw_case"]
    assert possible(review, "cito", case) == []
    assert possible(review, "auditor", case) == []


def test_case_says_why_not_and_who_can(review: Review) -> None:
    case = review.endorse(review.open())
    offer = view(review, "field", case).explanation.offer("acknowledge")
    assert offer is not None
    assert [reason.code for reason in offer.reasons] == ["case.not_your_seat"]
    assert offer.who_can == ("Desk Person",)


def test_dpko_has_no_way_to_decide(review: Review) -> None:
    case = review.to_decision()
    offer = view(review, "field", case).explanation.offer("decide")
    assert offer is not None
    assert not offer.is_possible
    with pytest.raises(Refused) as refused:
        review.act(case, "field", "decide", **decision_of())
    assert refused.value.kind == "not_allowed"


def test_case_of_another_office_is_not_found(review: Review) -> None:
    case = review.open()
    with pytest.raises(Refused) as refused:
        view(review, "unifil-submitter", case)
    assert refused.value.kind == "not_found"


def test_reviewer_sees_the_summary_until_they_declare(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    assert view(review, "align", case).level == "summary"
    review.act(case, "align", "declare_no_conflict")
    assert view(review, "align", case).level == "full"


def test_recused_reviewer_finds_nothing_and_the_turn_passes_on(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "declare_no_conflict")
    review.act(case, "align", "recuse", words="I know the vendor.")
    with pytest.raises(Refused) as refused:
        view(review, "align", case)
    assert refused.value.kind == "not_found"
    assert mine(review, "align") == []
    assert case.turns.open().get(desk="alignment").taken_by is None


def test_reviewer_sees_the_others_only_after_their_own(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "alignment")
    review.act(case, "value", "declare_no_conflict")
    before = view(review, "value", case)
    assert [row.desk for row in before.assessments] == []
    assert [(row.desk, row.is_in) for row in before.progress] == [
        ("alignment", True),
        ("standards", False),
        ("value", False),
    ]
    assert [row.desk for row in view(review, "align", case).assessments] == ["alignment"]


def test_reviewer_sees_all_once_their_own_is_in(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "alignment", "standards")
    assert [row.desk for row in view(review, "standards", case).assessments] == ["alignment", "standards"]
    assert [row.desk for row in view(review, "align", case).assessments] == ["alignment", "standards"]


def test_lead_and_decider_see_assessments_when_all_are_in(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "alignment", "standards")
    assert view(review, "cito", case).assessments == []
    review.assess(case, "value")
    assert len(view(review, "cito", case).assessments) == 3
    assert view(review, "head", case).assessments == []
    assert view(review, "field", case).assessments == []


def test_decision_is_the_deciders_and_the_auditors_until_it_takes_effect(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    shown = {
        person: view(review, person, case).decision is not None
        for person in ("cito", "auditor", "head", "lead", "member", "submitter", "field")
    }
    assert shown == {
        "cito": True,
        "auditor": True,
        "head": False,
        "lead": False,
        "member": False,
        "submitter": False,
        "field": False,
    }
    verbs = [row.verb for row in view(review, "head", case).timeline]
    assert "decide" not in verbs


def test_case_view_costs_the_same_whatever_happened(
    review: Review, django_assert_max_num_queries: Any
) -> None:
    case = review.to_decision()
    user = review.people["cito"]
    viewer = viewer_of(user, clock.now())
    with django_assert_max_num_queries(14):
        queries.case_view(viewer, user, case.handle)


def test_ledger_counts_parallel_turns_once(review: Review) -> None:
    from datetime import timedelta

    case = review.complete(review.endorse(review.open()))
    with clock.set_to(clock.now() + timedelta(days=3)):
        assert view(review, "cito", case).ledger == queries.Ledger(office_days=0, oict_days=3)
