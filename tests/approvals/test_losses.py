"""What becomes of open decisions when an instrument gives no authority: said before, done after, limited by class."""

from typing import Any

import pytest
from django.test import Client

from apps.approvals.models import Decision
from apps.audit import clock
from apps.offices import services as offices
from apps.offices.effects import effect_of_taking
from apps.offices.models import Instrument
from tests.approvals.test_authority import refusal
from tests.approvals.test_queries import mine
from tests.factories.approvals import Review, decision_of, tick


def losses(review: Review, instrument: Instrument, who: str = "cito") -> list[tuple[Any, ...]]:
    effect = effect_of_taking(instrument, asker=review.people[who], at=clock.now())
    return [(loss.reference, loss.losing, loss.instead, loss.is_taken) for loss in effect.losses]


def client_of(review: Review, who: str) -> Client:
    client = Client()
    client.force_login(review.people[who])
    return client


def test_the_page_says_who_loses_a_decision_and_who_decides_instead(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    cito = ("Cito Person (cito of OICT)",)
    assert losses(review, instrument) == [(case.reference, ("Officer Person",), cito, False)]
    for act in ("suspend", "revoke"):
        page = client_of(review, "cito").get(f"{instrument.get_absolute_url()}{act}/").content.decode()
        assert case.reference in page
        assert "Officer Person" in page
    draft = review.org.draft("align", ["18"], ["UNMISS"], supersedes=instrument)
    page = client_of(review, "cito").get(f"{draft.get_absolute_url()}issue/").content.decode()
    assert case.reference in page
    session = client_of(review, "cito")
    answer = session.get(f"/api/v1{instrument.get_absolute_url()}effect/").json()
    assert [row["reference"] for row in answer["losses"]] == [case.reference]


@pytest.mark.parametrize("kept", ["another instrument", "above the ceiling", "not accepted", "decided"])
def test_who_keeps_or_never_had_the_decision_loses_none(review: Review, kept: str) -> None:
    terms: dict[str, Any] = {"amount_limit": 100000} if kept == "above the ceiling" else {}
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], accept=kept != "not accepted", **terms)
    if kept == "another instrument":
        review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    if kept == "decided":
        review.act(case, "officer", "decide", **decision_of())
    assert losses(review, instrument) == []


def test_only_cases_that_the_asker_may_see_are_named(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"])
    review.to_decision()
    assert losses(review, instrument, "unifil-head") == []
    assert len(losses(review, instrument, "chief")) == 1


def test_a_decision_that_was_taken_passes_back_once_the_authority_is_gone(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    turn = case.turns.get(closed_at=None)
    turn.taken_by, turn.taken_at = review.people["officer"], clock.now()
    turn.save()
    assert losses(review, instrument)[0][3] is True
    offices.suspend_instrument(instrument=instrument, reason="An audit", by=review.people["cito"])
    tick()
    turn.refresh_from_db()
    assert (turn.taken_by, case.moves.filter(verb="let_go").count()) == (None, 1)
    assert mine(review, "officer") == []


def test_a_decision_stays_with_who_has_authority_still(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=200000)
    case = review.to_decision()
    turn = case.turns.get(closed_at=None)
    turn.taken_by, turn.taken_at = review.people["officer"], clock.now()
    turn.save()
    offices.revoke_instrument(instrument=instrument, reason="Order", by=review.people["cito"])
    tick()
    turn.refresh_from_db()
    assert turn.taken_by == review.people["officer"]


@pytest.mark.parametrize("state", ["issued", "suspended"])
def test_what_is_not_in_force_decides_nothing_and_shows_nothing(review: Review, state: str) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], accept=state == "suspended")
    if state == "suspended":
        offices.suspend_instrument(instrument=instrument, reason="R", by=review.people["cito"])
    case = review.to_decision()
    kind, found = refusal(review.act, case, "officer", "decide", **decision_of())
    code = "offices.instrument_suspended" if state == "suspended" else "offices.instrument_not_accepted"
    assert (kind, found, mine(review, "officer")) == ("not_allowed", [code], [])


@pytest.mark.parametrize(
    ("limits", "facts", "expected"),
    [
        ({"system_limit": "one_office"}, {"reach": "one_office"}, ""),
        ({"system_limit": "one_office"}, {"reach": "organization"}, "offices.above_system_class"),
        ({"system_limit": "organization"}, {}, "offices.above_system_class"),
        ({"data_limit": "confidential"}, {"sensitivity": "unclassified"}, ""),
        (
            {"data_limit": "confidential"},
            {"sensitivity": "strictly_confidential"},
            "offices.above_data_class",
        ),
    ],
)
def test_classes_are_asked_in_the_act_and_in_the_queue(
    review: Review, limits: dict[str, str], facts: dict[str, str], expected: str
) -> None:
    review.org.issue("officer", ["18"], ["UNMISS"], **limits)
    case = review.to_decision(review.open(**facts))
    assert mine(review, "officer") == ([] if expected else [case.reference])
    if expected:
        assert refusal(review.act, case, "officer", "decide", **decision_of())[1] == [expected]
    else:
        review.act(case, "officer", "decide", **decision_of())
    assert Decision.objects.filter(case=case).count() == (0 if expected else 1)


def test_the_effect_costs_the_same_for_few_and_many(
    review: Review, django_assert_max_num_queries: Any
) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"])
    for _n in range(3):
        review.to_decision()
    with django_assert_max_num_queries(14):
        assert len(losses(review, instrument)) == 3
