"""Separation of duties (review.md 7), sentence by sentence, in the query of the queue and in the act."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.approvals import standing
from apps.approvals.choices import Capacity
from apps.approvals.models import Case, Turn
from apps.approvals.permissions import PARTS_APART
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.offices import services as offices
from apps.offices.choices import OfficeKind, Role
from tests.approvals.rich import as_person
from tests.approvals.test_authority import refusal
from tests.approvals.test_stand_ins import attested
from tests.factories.approvals import Review, decision_of
from tests.factories.offices import LONG_AGO, appoint, make_office, make_post


def waits_for(review: Review, who: str, desk: str) -> bool:
    return Turn.objects.awaiting(viewer_of(review.people[who], clock.now())).filter(desk=desk).exists()


def each_part(review: Review, case: Case, who: str, capacity: str) -> Iterator[str]:
    """Let a person have played each part that excludes the next, one after the other."""
    for part in PARTS_APART[capacity]:
        with transaction.atomic():
            case.participations.create(user=review.people[who], capacity=part, since=clock.now())
            yield part
            transaction.set_rollback(True)


def test_no_part_is_followed_by_one_that_is_kept_apart_from_it(review: Review) -> None:
    """Submitter, endorser, reviewer and decider are four different people, and so are those around them."""
    case = attested(review, review.open())
    acts: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("head", "head", Capacity.ENDORSER, "endorse", {"confirmed": True}),
    ]

    def check() -> None:
        for who, desk, capacity, verb, given in acts:
            assert waits_for(review, who, desk)
            for part in each_part(review, case, who, capacity):
                assert not waits_for(review, who, desk), (desk, part)
                assert refusal(review.act, case, who, verb, **given) == (
                    "not_allowed",
                    ["separation.other_part"],
                ), (desk, part)

    check()
    review.act(case, "head", "endorse", confirmed=True)
    opinion = {"position": "supports", "words": "Needed."}
    acts = [
        ("desk", "oict_intake", Capacity.INTAKE, "acknowledge", {}),
        ("field", "field_opinion", Capacity.OPINION, "give_opinion", opinion),
    ]
    check()
    review.complete(case)
    acts = [("value", "value", Capacity.REVIEWER, "declare_no_conflict", {})]
    check()
    review.assess(case)
    acts = [("lead", "lead", Capacity.LEAD, "declare_no_conflict", {})]
    check()
    review.recommend(case)
    acts = [("cito", "decider", Capacity.DECIDER, "decide", decision_of())]
    check()


def test_one_person_sits_at_one_desk_and_the_queue_knows(review: Review) -> None:
    appoint(
        make_post(review.org.offices["OICT"], Role.REVIEWER_STANDARDS, "STANDARDS-2"), review.people["value"]
    )
    case = review.complete(review.endorse(review.open()))
    assert waits_for(review, "value", "standards")
    review.act(case, "value", "declare_no_conflict", desk="value")
    assert not waits_for(review, "value", "standards")
    assert waits_for(review, "value", "value")


@pytest.mark.parametrize(
    ("where", "may"),
    [
        ("UNMISS", False),
        ("UNMISS-BELOW", False),
        ("DPKO", False),
        ("UNIFIL", True),
        ("OICT", True),
        ("UN-SECRETARIAT", True),
    ],
)
def test_a_reviewer_is_from_no_unit_near_the_sponsor(review: Review, where: str, may: bool) -> None:
    """Not the sponsoring unit, those below, those above up to but excluding OICT and the offices above OICT."""
    offices_ = review.org.offices
    offices_["UNMISS-BELOW"] = make_office("UNMISS-BELOW", OfficeKind.SECTION, offices_["UNMISS"])
    appoint(make_post(offices_[where], Role.CONDITION_VERIFIER, "NEAR"), review.people["value"])
    case = review.complete(review.endorse(review.open()))
    assert waits_for(review, "value", "value") is may
    if may:
        review.act(case, "value", "declare_no_conflict", desk="value")
    else:
        assert refusal(review.act, case, "value", "declare_no_conflict")[1] == ["separation.served"]


@pytest.mark.parametrize(("days", "may"), [(700, False), (760, True)])
def test_service_counts_for_24_months(review: Review, days: int, may: bool) -> None:
    post = make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER)
    holding = offices.assign_post(post=post, user=review.people["value"], from_=LONG_AGO, by=None)
    offices.end_holding(holding=holding, by=None, at=clock.now() - timedelta(days=days))
    case = review.complete(review.endorse(review.open()))
    assert waits_for(review, "value", "value") is may
    if not may:
        assert refusal(review.act, case, "value", "declare_no_conflict")[1] == ["separation.served"]


def test_who_served_near_the_office_neither_recommends_nor_decides(review: Review) -> None:
    case = review.assess(review.complete(review.endorse(review.open())))
    lead = make_post(review.org.offices["DPKO"], Role.CONDITION_VERIFIER, "LEAD-ONCE")
    with transaction.atomic():
        appoint(lead, review.people["lead"])
        assert not waits_for(review, "lead", "lead")
        assert refusal(review.act, case, "lead", "declare_no_conflict")[1] == ["separation.served"]
        transaction.set_rollback(True)
    review.recommend(case)
    assert waits_for(review, "cito", "decider")
    appoint(
        make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER, "CITO-ONCE"), review.people["cito"]
    )
    assert not waits_for(review, "cito", "decider")
    assert refusal(review.act, case, "cito", "decide", **decision_of())[1] == ["separation.served"]


def test_oicts_own_initiative_is_reviewed_by_other_sections(review: Review) -> None:
    """OICT-ALIGN sponsors: its own reviewer is kept out, those of OICT's other places are not."""
    case = review.complete(review.endorse(review.open()))
    Case.objects.filter(pk=case.pk).update(office=review.org.office("OICT-ALIGN"))
    assert [waits_for(review, who, who if who == "value" else "alignment") for who in ("value", "align")] == [
        True,
        False,
    ]
    assert refusal(review.act, case, "align", "declare_no_conflict")[1] == ["separation.served"]
    review.act(case, "value", "declare_no_conflict", desk="value")


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_administrators_and_auditors_have_no_turn_in_any_case(review: Review, who: str) -> None:
    review.to_decision()
    assert not Turn.objects.awaiting(viewer_of(review.people[who], clock.now())).exists()


# OICT's own initiatives -----------------------------------------------------------------------------------------


def own_case(review: Review) -> Case:
    """An initiative of OICT-ALIGN that is complete: its desks have the turn."""
    post = make_post(review.org.offices["UNOG"], Role.INVITED_ASSESSOR)
    review.people["guest"] = appoint(post)
    case = review.endorse(review.open())
    Case.objects.filter(pk=case.pk).update(office=review.org.office("OICT-ALIGN"))
    case.refresh_from_db()
    return review.complete(case)


def test_an_invited_assessor_sits_at_the_desks_of_oicts_own_initiatives_only(review: Review) -> None:
    own = own_case(review)
    other = review.complete(review.endorse(review.open()))
    viewer = viewer_of(review.people["guest"], clock.now())
    assert {turn.case_id for turn in Turn.objects.awaiting(viewer)} == {own.pk}
    seen = Case.objects.visible_to(viewer)
    assert (seen.filter(pk=own.pk).exists(), seen.filter(pk=other.pk).exists()) == (True, False)
    assert not Case.objects.visible_to(viewer, "full").exists()


def test_oicts_own_initiative_is_decided_with_an_invited_assessment_only(review: Review) -> None:
    from apps.approvals import services
    from apps.approvals.services.authority import reasons_of_readiness
    from tests.factories.approvals import assessment_of

    case = own_case(review)
    review.act(case, "guest", "declare_no_conflict", desk="alignment")
    walk = services.engine.Walk(case=case, at=clock.now(), road=case.route.road, turns=[])
    assert "decision.assessor_missing" in [r.code for r in reasons_of_readiness(walk, None, set())]
    services.save_assessment(
        case_id=case.pk,
        desk="alignment",
        scores=assessment_of(case.route.road.stage("assessments").desk("alignment")),
        overall="Sound.",
        base_revision=0,
        by=review.people["guest"],
    )
    review.act(case, "guest", "submit_assessment", desk="alignment")
    assert "decision.assessor_missing" not in [r.code for r in reasons_of_readiness(walk, None, set())]
    assert "decider" not in case.participations.filter(user=review.people["guest"]).values_list(
        "capacity", flat=True
    )


def test_without_a_period_in_force_lists_open_and_no_act_passes(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = review.to_decision()
    nothing = standing._SERVED.replace("separation.months_served", "separation.of_nothing")
    monkeypatch.setattr(standing, "_SERVED", nothing)
    assert as_person(review, "cito").get("/").status_code == 200
    assert refusal(review.act, case, "cito", "decide", **decision_of())[1] == ["parameter.missing"]
