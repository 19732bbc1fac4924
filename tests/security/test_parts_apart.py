"""One person plays one part: each pair of parts that exclude each other is kept apart by its own row of the table.

Each row is taken away in turn, and the act that it refused must then go through (or come as far as the database).
"""

import pytest
from django.db import IntegrityError, transaction

from apps.approvals import permissions
from apps.approvals.models import Case, Participation
from apps.audit import clock
from apps.audit.reasons import Refused
from tests.approvals.oracle import in_state, payload_of
from tests.factories.approvals import Review, make_review
from tests.security.conftest import MONDAY_MORNING

pytestmark = pytest.mark.slow

#: Capacity → the state in which its turn is open, who sits there, and the act (tests/approvals/oracle.py).
TURN_OF = {
    "submitter": ("draft", "submitter", "hand_on"),
    "attester": ("attesting", "ict", "attest"),
    "endorser": ("endorsing", "head", "endorse"),
    "opinion": ("acknowledging", "field", "give_opinion"),
    "intake": ("acknowledging", "desk", "acknowledge"),
    "reviewer": ("assessing", "value", "declare_no_conflict"),
    "lead": ("recommending", "lead", "recommend"),
    "decider": ("deciding", "cito", "decide"),
}
PAIRS = [(str(one), str(other)) for one, others in permissions.PARTS_APART.items() for other in others]


def pairs_that_pass(review: Review, case: Case, pairs: list[tuple[str, str]]) -> list[str]:
    """Those of these pairs of parts that one person can play after all."""
    wrong = []
    for capacity, part in pairs:
        _state, person, verb = TURN_OF[capacity]
        with transaction.atomic():
            Participation.objects.create(
                case=case, user=review.people[person], capacity=part, desk="", since=clock.now()
            )
            try:
                review.act(case, person, verb, **payload_of(verb))
                wrong.append(f"{part} then {capacity}")
            except IntegrityError:  # past every question; the database's own law remains
                wrong.append(f"{part} then {capacity}")
            except Refused as answer:
                if answer.reasons[0].code != "separation.other_part":
                    wrong.append(f"{part} then {capacity}: {answer.reasons[0].code}")
            transaction.set_rollback(True)
    return wrong


@pytest.mark.parametrize("capacity", TURN_OF)
def test_each_pair_of_parts_is_kept_apart_by_its_own_row(
    db: None, capacity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = [pair for pair in PAIRS if pair[0] == capacity]
    assert mine
    with clock.set_to(MONDAY_MORNING):
        review = make_review()
        case = in_state(review, TURN_OF[capacity][0])
        Participation.objects.filter(user=review.people[TURN_OF[capacity][1]], case=case).delete()
        _each_is_kept(review, case, mine, monkeypatch)


def _each_is_kept(
    review: Review, case: Case, mine: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pairs_that_pass(review, case, mine) == []
    for pair in mine:
        others = {
            one: tuple(part for part in parts if (str(one), str(part)) != pair)
            for one, parts in permissions.PARTS_APART.items()
        }
        monkeypatch.setattr(permissions, "PARTS_APART", others)
        assert pairs_that_pass(review, case, [pair]) == [f"{pair[1]} then {pair[0]}"]
        monkeypatch.undo()
