"""What an act leaves in the register: ids, codes and hashes, in the transaction of the act, and nothing on
a refusal.
"""

import json
from datetime import timedelta

import pytest

from apps.approvals.models import Move
from apps.audit import clock
from apps.audit.models import Event
from apps.audit.reasons import Refused
from tests.factories.approvals import Review, decision_of, tick


def test_every_move_names_its_event(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
    events = {event.pk: event for event in Event.objects.filter(case_id=case.pk)}
    moves = list(Move.objects.filter(case=case))
    assert {move.event_id for move in moves} == set(events)
    assert all(events[move.event_id].verb == f"case.{move.verb}" for move in moves)


def test_decision_event_binds_instrument_version_and_confirmation(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    review.act(case, "officer", "decide", **decision_of())
    payload = json.loads(Event.objects.get(verb="case.decide").payload)
    assert payload["instrument_id"] == str(instrument.pk)
    assert payload["version_hash"] == case.version_hash
    assert payload["auth_method"] == "password"
    assert payload["step_up_at"] is not None
    assert sorted(payload["commitments"]) == ["outcome", "reasons", "what_would_change"]


def test_register_holds_no_words_and_no_names(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of(reasons="Zebra crossing at noon."))
    text = " ".join(Event.objects.values_list("payload", flat=True))
    for secret in ("Zebra", "All three desks agree", "Cito Person", "Radio for patrols", '"approved"'):
        assert secret not in text


def test_refused_act_leaves_nothing(review: Review) -> None:
    case = review.to_decision()
    before = (Event.objects.count(), Move.objects.count())
    with pytest.raises(Refused):
        review.act(case, "cito", "decide", **decision_of(amount_max="9999999"))
    assert (Event.objects.count(), Move.objects.count()) == before


def test_recusal_keeps_its_words_out_of_the_timeline(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "align", "recuse", words="My brother sells it.")
    assert Move.objects.get(case=case, verb="recuse").words == ""
