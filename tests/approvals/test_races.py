"""Two people, or sixteen, acting at the same moment: one act, and a clear refusal for everyone else (seams 8 and 9)."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from apps.approvals.models import Decision
from apps.approvals.services import Confirmation, Seen, move_case
from apps.audit import clock
from apps.audit.models import Link
from apps.audit.reasons import Refused
from apps.offices import services as offices
from tests.factories.approvals import Review, decision_of, make_review

CLIENTS = 16


@pytest.fixture
def running(transactional_db: None, at_monday: Any) -> Review:
    return make_review()


def at_once(acts: list[Callable[[], Any]]) -> list[str]:
    """Run these at the same moment, each on a connection of its own; what each answered, by code."""
    gate = threading.Barrier(len(acts))
    answers: list[str] = [""] * len(acts)

    def run(position: int) -> None:
        gate.wait()
        try:
            acts[position]()
            answers[position] = "done"
        except Refused as refused:
            answers[position] = refused.reasons[0].code
        except Exception as error:  # a race must never end in anything else
            answers[position] = f"{type(error).__name__}: {error}"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def deciding(review: Review, case: Any, person: str, **values: Any) -> Callable[[], Any]:
    seen = Seen(case.version_number, case.version_hash)

    def act() -> Any:
        return move_case(
            case_id=case.pk,
            action="decide",
            by=review.people[person],
            seen=seen,
            idempotency_key=str(uuid.uuid4()),
            payload=decision_of(**values),
            confirmation=Confirmation(
                "password", clock.now(), seen.version_hash, review.people[person].pk, "totp"
            ),
        )

    return act


@pytest.mark.django_db(transaction=True)
def test_sixteen_deciders_make_one_decision_and_fifteen_refusals(running: Review) -> None:
    running.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = running.to_decision()
    people = ["cito", "officer"] * (CLIENTS // 2)
    answers = Counter(at_once([deciding(running, case, person) for person in people]))
    assert answers == {"done": 1, "case.no_turn": CLIENTS - 1}
    assert Decision.objects.filter(case=case).count() == 1


@pytest.mark.django_db(transaction=True)
def test_same_key_sixteen_times_at_once_is_one_act(running: Review) -> None:
    case = running.open()
    seen = Seen(0, "")

    def act() -> Any:
        return move_case(
            case_id=case.pk,
            action="hand_on",
            by=running.people["submitter"],
            seen=seen,
            idempotency_key="k",
            payload={},
        )

    assert Counter(at_once([act] * CLIENTS)) == {"done": CLIENTS}
    assert case.moves.filter(verb="hand_on").count() == 1


@pytest.mark.django_db(transaction=True)
def test_revoking_and_deciding_at_once_are_ordered(running: Review) -> None:
    orders = Counter()
    for _trial in range(4):
        instrument = running.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
        case = running.to_decision()

        def revoke(instrument: Any = instrument) -> None:
            offices.revoke_instrument(instrument=instrument, reason="Moved.", by=running.people["cito"])

        decided, revoked = at_once([deciding(running, case, "officer"), revoke])
        assert revoked == "done"
        assert decided == "done" or decided.startswith("offices.")
        orders[decided == "done"] += 1
        made = Decision.objects.filter(case=case).count()
        assert made == (1 if decided == "done" else 0)


@pytest.mark.django_db(transaction=True)
def test_suspending_and_deciding_at_once_are_ordered(running: Review) -> None:
    instrument = running.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    for _trial in range(3):
        case = running.to_decision()

        def suspend() -> None:
            offices.suspend_instrument(instrument=instrument, reason="Audit.", by=running.people["cito"])

        decided, suspended = at_once([deciding(running, case, "officer"), suspend])
        assert suspended == "done"
        assert decided in ("done", "offices.instrument_suspended")
        assert Decision.objects.filter(case=case).count() == (1 if decided == "done" else 0)
        offices.resume_instrument(instrument=instrument, by=running.people["cito"])


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_deciding_at_once_leave_one_outcome(running: Review) -> None:
    case = running.to_decision()
    seen = Seen(case.version_number, case.version_hash)

    def withdraw() -> Any:
        return move_case(
            case_id=case.pk,
            action="withdraw_case",
            by=running.people["head"],
            seen=seen,
            idempotency_key=str(uuid.uuid4()),
            payload={"words": "No need any more."},
        )

    answers = at_once([deciding(running, case, "cito"), withdraw])
    assert Counter(answer == "done" for answer in answers) == {True: 1, False: 1}
    assert {answer for answer in answers if answer != "done"} <= {"case.closed", "case.no_turn"}


@pytest.mark.django_db(transaction=True)
def test_effect_and_withdrawal_at_the_same_moment_are_ordered(running: Review) -> None:
    from tests.factories.approvals import tick

    case = running.to_decision()
    running.act(case, "cito", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        seen = Seen(case.version_number, case.version_hash)

        def withdraw() -> Any:
            return move_case(
                case_id=case.pk,
                action="withdraw_decision",
                by=running.people["cito"],
                seen=seen,
                idempotency_key=str(uuid.uuid4()),
                payload={"words": "Wait."},
            )

        at_once([withdraw, tick])
    decision = Decision.objects.get(case=case)
    case.refresh_from_db()
    assert (decision.withdrawn_at, case.stage) == (None, "closed")


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_taking_one_desk_leave_one_of_them(running: Review) -> None:
    from apps.offices.choices import Role
    from tests.factories.offices import appoint, make_person, make_post

    second = make_post(running.org.offices["OICT"], Role.REVIEWER_VALUE, "VALUE-2")
    running.people["value2"] = appoint(second, make_person("Second Value"))
    case = running.complete(running.endorse(running.open()))
    seen = Seen(case.version_number, case.version_hash)

    def taking(person: str) -> Callable[[], Any]:
        return lambda: move_case(
            case_id=case.pk,
            action="declare_no_conflict",
            by=running.people[person],
            seen=seen,
            idempotency_key=str(uuid.uuid4()),
            payload={},
        )

    answers = at_once([taking("value"), taking("value2")])
    assert sorted(answers) == ["case.taken", "done"]


@pytest.mark.django_db(transaction=True)
def test_register_has_no_gap_after_races(running: Review) -> None:
    case = running.to_decision()
    at_once([deciding(running, case, "cito") for _ in range(8)])
    numbers = list(Link.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


# Clarifications and emergencies -----------------------------------------------------------------------------------


def doing(review: Review, case: Any, person: str, action: str, **payload: Any) -> Callable[[], Any]:
    case.refresh_from_db()
    seen = Seen(case.version_number, case.version_hash)
    confirmation = payload.pop("confirmation", None)

    def act() -> Any:
        return move_case(
            case_id=case.pk,
            action=action,
            by=review.people[person],
            seen=seen,
            idempotency_key=str(uuid.uuid4()),
            payload=payload,
            confirmation=confirmation,
        )

    return act


def asked(review: Review) -> Any:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(case, "desk", "request_clarification", items=[{"field": "costs.rows", "question": "Why?"}])
    return case


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("answer_clarification", {"answers": [{"item": "1", "answer": "So."}]}),
        ("ask_extension", {"words": "Leave."}),
    ],
)
def test_an_answer_or_more_time_and_the_end_of_the_time_are_ordered(
    running: Review, action: str, payload: dict[str, Any]
) -> None:
    from apps.approvals.models import Clarification
    from apps.notices.sweep import sweep

    case = asked(running)
    turn = case.turns.open().get(step="answer")
    Clarification.objects.filter(case=case).update(warned_at=clock.now())
    with clock.set_to(turn.due_at):
        (answer, rang) = at_once([doing(running, case, "submitter", action, **payload), sweep])
    case.refresh_from_db()
    assert rang == "done"
    if answer == "done":
        assert case.closed_at is None
    else:
        assert (answer, case.outcome) == ("case.closed", "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_sixteen_add_a_question_and_one_turn_is_given(running: Review) -> None:
    case = running.complete(running.endorse(running.open()))
    for person in ("align", "standards", "value"):
        running.act(case, person, "declare_no_conflict")
    question = {"items": [{"field": "costs.rows", "question": "Why?"}]}
    people = ["align", "standards", "value"] * 5
    answers = at_once([doing(running, case, who, "ask_questions", **question) for who in people])
    assert Counter(answers) == {"done": 15}
    assert case.turns.open().filter(desk="questions").count() == 1
    positions = list(case.clarification_drafts.values_list("position", flat=True))
    assert positions == list(range(1, 16))


@pytest.mark.django_db(transaction=True)
def test_two_answer_one_emergency_and_one_answer_counts(running: Review) -> None:
    from apps.approvals.models import Emergency

    running.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = running.open()
    running.act(case, "head", "ask_emergency", words="The mast fell.", amount_max="60000", days="60")
    given = {"amount_max": "45000", "days": "30", "words": "For the mast."}

    def authorizing(person: str) -> Callable[[], Any]:
        who = running.people[person]
        sure = Confirmation("password", clock.now(), case.version_hash, who.pk, "totp")
        return doing(running, case, person, "authorize_emergency", confirmation=sure, **given)

    refusing = doing(running, case, "cito", "refuse_emergency", words="No.")
    answers = at_once([authorizing("cito"), authorizing("officer"), refusing])
    assert sorted(answers) == ["case.no_turn", "case.no_turn", "done"]
    assert Emergency.objects.get(case=case).authorized is not None
