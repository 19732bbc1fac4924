"""Who may act, decided at the second of the act: instruments, separation of duties, declarations, confirmations."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.approvals.models import Decision, Participation
from apps.approvals.services import Confirmation
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.offices import services as offices
from apps.offices.choices import Role
from tests.factories.approvals import Review, decision_of
from tests.factories.offices import appoint, make_person, make_post


def refusal(act: Any, *args: Any, **kwargs: Any) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return str(refused.value.kind), [reason.code for reason in refused.value.reasons]


def test_assigned_officer_decides_within_the_ceiling(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    review.act(case, "officer", "decide", **decision_of())
    decision = Decision.objects.get(case=case)
    assert (decision.instrument_id, decision.capacity) == (instrument.pk, "assigned_officer")
    assert decision.post_title == {"en": "assigned_officer of OICT"}
    said = [block["text"] for block in decision.letter["blocks"]]
    assert said[1] == decision.decided_at.strftime("%-d %B %Y")
    assert {f"Decided under instrument {instrument.number}.", "Officer Person"} <= set(said)


def test_assigned_officer_above_the_ceiling_is_told_who_can(review: Review) -> None:
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=100000)
    case = review.to_decision()
    with pytest.raises(Refused) as refused:
        review.act(case, "officer", "decide", **decision_of())
    assert refused.value.kind == "not_allowed"
    assert any("Cito Person" in name for name in refused.value.reasons[0].who_can)


def test_assigned_officer_without_the_office_is_refused(review: Review) -> None:
    review.org.issue("officer", ["18"], ["UNIFIL"], amount_limit=500000)
    case = review.to_decision()
    assert refusal(review.act, case, "officer", "decide", **decision_of())[0] == "not_allowed"


def test_instrument_revoked_a_moment_ago_gives_nothing(review: Review) -> None:
    instrument = review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    offices.revoke_instrument(instrument=instrument, reason="Moved.", by=review.people["cito"])
    assert refusal(review.act, case, "officer", "decide", **decision_of())[0] == "not_allowed"


def test_instrument_expires_at_its_second_with_no_worker_running(review: Review) -> None:
    end = clock.now() + timedelta(days=1)
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000, valid_until=end)
    case = review.to_decision()
    with clock.set_to(end):
        assert refusal(review.act, case, "officer", "decide", **decision_of())[0] == "not_allowed"
    with clock.set_to(end - timedelta(seconds=1)):
        review.act(case, "officer", "decide", **decision_of())
    assert case.stage == "cooling_off"


@pytest.mark.parametrize("person", ["desk", "lead"])
def test_who_worked_on_a_case_does_not_decide_it(review: Review, person: str) -> None:
    post = make_post(review.org.offices["OICT"], Role.ASSIGNED_OFFICER, "SECOND-OFFICER")
    appoint(post, review.people[person])
    review.org.posts["second"] = post
    review.org.issue("second", ["18"], ["UNMISS"], amount_limit=250000)
    case = review.to_decision()
    assert refusal(review.act, case, person, "decide", **decision_of()) == (
        "not_allowed",
        ["separation.other_part"],
    )


def test_submitter_does_not_endorse_even_as_head(review: Review) -> None:
    case = review.open()
    Participation.objects.create(
        case=case, user=review.people["head"], capacity="submitter", since=clock.now()
    )
    review.act(case, "submitter", "hand_on")
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)
    kind, codes = refusal(review.act, case, "head", "endorse", confirmed=True)
    assert (kind, codes) == ("not_allowed", ["separation.other_part"])


def test_head_who_is_submitter_leaves_the_turn_to_the_head_above(review: Review) -> None:
    above = make_post(review.org.offices["DPKO"], Role.HEAD_OF_OFFICE)
    review.people["dpko-head"] = appoint(above, make_person("Head Of Dpko"))
    case = review.open()
    Participation.objects.create(
        case=case, user=review.people["head"], capacity="submitter", since=clock.now()
    )
    review.act(case, "submitter", "hand_on")
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)
    assert case.turns.open().get(desk="head").office.code == "DPKO"
    review.act(case, "dpko-head", "endorse", confirmed=True)
    assert case.stage == "intake"


def test_one_person_sits_at_one_desk(review: Review) -> None:
    post = make_post(review.org.offices["OICT"], Role.REVIEWER_STANDARDS, "SECOND-STANDARDS")
    appoint(post, review.people["value"])
    case = review.complete(review.endorse(review.open()))
    review.assess(case, "value")
    code = refusal(review.act, case, "value", "declare_no_conflict", desk="standards")
    assert code == ("not_allowed", ["separation.other_desk"])


def test_who_served_in_the_office_lately_does_not_review(review: Review) -> None:
    former = make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER)
    appoint(former, review.people["value"])
    case = review.complete(review.endorse(review.open()))
    assert refusal(review.act, case, "value", "declare_no_conflict") == ("not_allowed", ["separation.served"])


def test_who_served_above_the_office_does_not_review(review: Review) -> None:
    former = make_post(review.org.offices["DPKO"], Role.CONDITION_VERIFIER)
    appoint(former, review.people["value"])
    case = review.complete(review.endorse(review.open()))
    assert refusal(review.act, case, "value", "declare_no_conflict") == ("not_allowed", ["separation.served"])


def test_who_serves_above_oict_may_review(review: Review) -> None:
    other = make_post(review.org.offices["UN-SECRETARIAT"], Role.CONDITION_VERIFIER)
    appoint(other, review.people["value"])
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict")
    assert case.turns.open().get(desk="value").taken_by == review.people["value"]


def test_reviewer_declares_before_assessing(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    assert refusal(review.act, case, "value", "submit_assessment") == (
        "not_allowed",
        ["conflict.declare_first"],
    )


def test_inactive_person_sees_and_does_nothing(review: Review) -> None:
    case = review.to_decision()
    review.people["cito"].is_active = False
    review.people["cito"].save()
    assert refusal(review.act, case, "cito", "decide", **decision_of())[0] == "not_found"


def test_confirmation_must_be_fresh_and_of_this_version(review: Review) -> None:
    case = review.to_decision()
    cito = review.people["cito"].pk
    old = Confirmation("password", clock.now() - timedelta(minutes=6), case.version_hash, cito, "totp")
    other = Confirmation("password", clock.now(), "0" * 64, cito, "totp")
    anothers = Confirmation("password", clock.now(), case.version_hash, review.people["lead"].pk, "totp")
    assert refusal(review.act, case, "cito", "decide", **decision_of(), confirmation=old)[1] == [
        "confirmation.old"
    ]
    assert refusal(review.act, case, "cito", "decide", **decision_of(), confirmation=other)[1] == [
        "confirmation.other_version"
    ]
    assert refusal(review.act, case, "cito", "decide", **decision_of(), confirmation=anothers)[1] == [
        "confirmation.other_person"
    ]


@pytest.mark.parametrize(
    ("outcome", "values", "code"),
    [
        ("approved", {"amount_max": None}, "decision.amount_missing"),
        ("approved", {"amount_max": "180000.01"}, "decision.amount_too_high"),
        ("approved", {"scope": ""}, "field.required"),
        ("approved", {"valid_until": "2020-01-01"}, "field.past"),
        ("approved_with_conditions", {"override_reason": "Risk."}, "decision.conditions_missing"),
        ("not_approved", {"what_would_change": "", "override_reason": "Risk."}, "field.required"),
        ("not_approved", {}, "decision.override_reason"),
    ],
)
def test_decision_says_what_its_outcome_asks_for(
    review: Review, outcome: str, values: dict[str, Any], code: str
) -> None:
    case = review.to_decision()
    kind, codes = refusal(review.act, case, "cito", "decide", **decision_of(outcome, **values))
    assert (kind, codes) == ("invalid", [code])


def test_hard_stop_of_the_subject_stops_an_approval_and_no_refusal(review: Review) -> None:
    from apps.audit.reasons import Reason

    case = review.to_decision()
    review.draft_of(case).against_approving = [Reason("subject.locked")]
    assert refusal(review.act, case, "cito", "decide", **decision_of())[0] == "not_ready"
    review.act(case, "cito", "decide", **decision_of("not_approved", override_reason="A hard stop."))
    assert case.stage == "cooling_off"


def test_database_itself_refuses_a_decider_who_played_another_part(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    decision = Decision.objects.get(case=case)
    with pytest.raises(IntegrityError, match="decision_by_a_fourth_person"), transaction.atomic():
        Decision.objects.create(
            **{
                field.attname: getattr(decision, field.attname)
                for field in Decision._meta.concrete_fields
                if field.name not in ("id", "round", "submitter_ids")
            },
            round=2,
            submitter_ids=[decision.decided_by_id],
        )


def test_database_itself_refuses_a_second_decision_of_a_round(review: Review) -> None:
    case = review.to_decision()
    review.act(case, "cito", "decide", **decision_of())
    decision = Decision.objects.get(case=case)
    with pytest.raises(IntegrityError, match="decision_one_a_round"), transaction.atomic():
        Decision.objects.create(
            **{
                field.attname: getattr(decision, field.attname)
                for field in Decision._meta.concrete_fields
                if field.name != "id"
            }
        )
