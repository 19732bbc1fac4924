"""Who stands in for whom: for the dates only, in the capacity only, with both names on each act."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.approvals import queries, services
from apps.approvals.models import Case, Decision, Move, Participation, Turn
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.models import Event
from apps.notices.models import Notice, Outbox
from apps.offices import services as offices
from apps.offices.choices import Role
from apps.offices.models import Absence
from tests.approvals.test_authority import refusal
from tests.factories.approvals import Review, assessment_of, decision_of, tick
from tests.factories.offices import appoint, make_person, make_post


def away(review: Review, who: str, stand_in: User | None, days: float = 10, **more: Any) -> Absence:
    """The holder of a post is away from now on, and another stands in."""
    return offices.record_absence(
        post=review.org.posts[who],
        by=review.people[who],
        until=clock.now() + timedelta(days=days),
        reason="Leave.",
        stand_in=stand_in,
        **more,
    )


def attested(review: Review, case: Case) -> Case:
    """Handed on and attested: the head has the turn."""
    review.act(case, "submitter", "hand_on")
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)
    return case


def mine(person: User) -> list[Turn]:
    return list(Turn.objects.awaiting(viewer_of(person, clock.now())))


def sees(person: User, case: Case) -> bool:
    return Case.objects.filter(pk=case.pk).visible_to(viewer_of(person, clock.now())).exists()


@pytest.fixture
def deputy(review: Review) -> User:
    """A person of the mission without a post of their own."""
    review.people["deputy"] = make_person("Deputy Person")
    return review.people["deputy"]


def test_stand_in_endorses_and_both_names_are_on_the_act(review: Review, deputy: User) -> None:
    head = review.people["head"]
    away(review, "head", deputy)
    case = review.open()
    attested(review, case)
    review.act(case, "deputy", "endorse", confirmed=True)
    move = Move.objects.get(case=case, verb="endorse")
    assert (move.by, move.on_behalf_of, move.role) == (deputy, head, "head_of_office")
    payload = json.loads(Event.objects.get(pk=move.event_id).payload)
    assert (payload["actor_id"], payload["on_behalf_of_id"], payload["capacity"]) == (
        str(deputy.pk),
        str(head.pk),
        "endorser",
    )
    told = queries.case_view(viewer_of(deputy, clock.now()), deputy, str(case.pk)).timeline
    assert [row.who for row in told if row.verb == "endorse"] == ["Deputy Person on behalf of Head Person"]
    parts = Participation.objects.filter(case=case, capacity="endorser").values_list("user", flat=True)
    assert set(parts) == {deputy.pk, head.pk}


def test_an_absence_that_ends_at_noon_stops_the_stand_in_at_that_second(review: Review, deputy: User) -> None:
    noon = clock.now() + timedelta(hours=3)
    case = review.open()
    attested(review, case)
    away(review, "head", deputy, days=3 / 24)
    with clock.set_to(noon - timedelta(microseconds=1)):
        assert (sees(deputy, case), len(mine(deputy))) == (True, 1)
    with clock.set_to(noon):  # no tick has run
        assert (sees(deputy, case), mine(deputy)) == (False, [])
        assert refusal(review.act, case, "deputy", "endorse", confirmed=True)[0] == "not_found"
    with clock.set_to(noon - timedelta(microseconds=1)):
        review.act(case, "deputy", "endorse", confirmed=True)


def test_an_absence_that_has_not_begun_gives_nothing(review: Review, deputy: User) -> None:
    case = review.open()
    away(review, "head", deputy, from_=clock.now() + timedelta(days=2))
    assert (sees(deputy, case), mine(deputy)) == (False, [])


def test_stand_in_sees_what_the_holder_sees_in_that_capacity_and_no_more(
    review: Review, deputy: User
) -> None:
    mission, other = review.open(), review.open()
    Case.objects.filter(pk=other.pk).update(office=review.org.office("UNIFIL"))
    assert [sees(deputy, one) for one in (mission, other)] == [False, False]
    away(review, "head", deputy)
    assert [sees(deputy, one) for one in (mission, other)] == [True, False]
    assert [sees(review.people["head"], one) for one in (mission, other)] == [True, False]


def test_stand_in_does_not_see_what_the_holder_stepped_aside_from(review: Review, deputy: User) -> None:
    from apps.approvals.models import ConflictDeclaration

    case = review.complete(review.endorse(review.open()))
    appoint(make_post(review.org.offices["OICT"], Role.CONDITION_VERIFIER), deputy)
    away(review, "value", deputy)
    assert (sees(deputy, case), len(mine(deputy))) == (True, 1)
    ConflictDeclaration.objects.create(
        case=case, user=review.people["value"], recused=True, words="Cousin.", declared_at=clock.now()
    )
    assert (sees(deputy, case), mine(deputy)) == (False, [])


def test_stand_in_cannot_decide_without_authority_of_their_own(review: Review, deputy: User) -> None:
    appoint(make_post(review.org.offices["OICT"], Role.CONDITION_VERIFIER), deputy)
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    away(review, "officer", deputy)
    case = review.to_decision()
    kind, codes = refusal(review.act, case, "deputy", "decide", **decision_of())
    assert (kind, codes[0]) == ("not_allowed", "standin.own_authority")
    assert mine(deputy) == []
    offer = queries.case_view(viewer_of(deputy, clock.now()), deputy, str(case.pk)).explanation.offer(
        "decide"
    )
    assert offer is not None
    assert [reason.code for reason in offer.reasons][:1] == ["standin.own_authority"]


@pytest.mark.parametrize(("limit", "may"), [(180000, True), (179999, False)])
def test_stand_in_decides_with_an_instrument_of_their_own_that_covers_it(
    review: Review, deputy: User, limit: int, may: bool
) -> None:
    post = make_post(review.org.offices["OICT"], Role.DUTY_OFFICER)
    appoint(post, deputy)
    review.org.posts["deputy"] = post
    own = review.org.issue("deputy", ["18"], ["UNMISS"], amount_limit=limit)
    away(review, "officer", deputy)
    case = review.to_decision()
    assert len(mine(deputy)) == int(may)
    if not may:
        assert refusal(review.act, case, "deputy", "decide", **decision_of())[1][0] == "standin.own_authority"
        return
    review.act(case, "deputy", "decide", **decision_of())
    decision = Decision.objects.get(case=case)
    officer = review.people["officer"]
    assert (decision.decided_by, decision.on_behalf_of, decision.instrument_id) == (deputy, officer, own.pk)
    signed = [block["text"] for block in decision.letter["blocks"] if block["kind"] == "signature"]
    assert signed == ["Deputy Person, on behalf of Officer Person"]


@pytest.mark.parametrize("whose", ["deputy", "officer"])
def test_parts_of_the_stand_in_and_of_the_absent_both_keep_from_deciding(
    review: Review, deputy: User, whose: str
) -> None:
    post = make_post(review.org.offices["OICT"], Role.DUTY_OFFICER)
    appoint(post, deputy)
    review.org.posts["deputy"] = post
    review.org.issue("deputy", ["18"], ["UNMISS"])
    away(review, "officer", deputy)
    case = review.to_decision()
    Participation.objects.create(case=case, user=review.people[whose], capacity="opinion", since=clock.now())
    code = "separation.other_part" if whose == "deputy" else "separation.other_part_of_absent"
    assert refusal(review.act, case, "deputy", "decide", **decision_of()) == ("not_allowed", [code])
    assert mine(deputy) == []


def test_what_a_stand_in_did_keeps_the_absent_person_from_the_next_part(review: Review) -> None:
    """The submitter's act on behalf of the head counts for the head too."""
    case = review.complete(review.endorse(review.open()))
    second = review.people["standards"]
    away(review, "value", second)
    review.act(case, "standards", "declare_no_conflict", desk="value")
    assert refusal(review.act, case, "standards", "declare_no_conflict", desk="standards")[1] == [
        "separation.other_desk"
    ]
    assert Participation.objects.filter(case=case, user=review.people["value"], capacity="reviewer").exists()


def test_service_of_the_absent_person_near_the_office_keeps_the_stand_in_out(
    review: Review, deputy: User
) -> None:
    appoint(make_post(review.org.offices["OICT"], Role.CONDITION_VERIFIER), deputy)
    appoint(make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER), review.people["value"])
    case = review.complete(review.endorse(review.open()))
    away(review, "value", deputy)
    assert refusal(review.act, case, "deputy", "declare_no_conflict") == (
        "not_allowed",
        ["separation.served_of_absent"],
    )
    assert mine(deputy) == []


def test_standing_in_at_an_office_is_service_there(review: Review) -> None:
    value = review.people["value"]
    away(review, "head", value, days=1)
    case = review.complete(review.endorse(review.open()))
    with clock.set_to(clock.now() + timedelta(days=2)):
        assert refusal(review.act, case, "value", "declare_no_conflict")[1] == ["separation.served"]
        assert mine(value) == []


def test_stand_in_takes_a_desk_declares_and_assesses(review: Review, deputy: User) -> None:
    appoint(make_post(review.org.offices["OICT"], Role.CONDITION_VERIFIER), deputy)
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict", desk="value")
    away(review, "value", deputy)
    turn = case.turns.open().get(desk="value")
    assert mine(deputy) == [turn]
    assert refusal(review.act, case, "deputy", "submit_assessment", desk="value")[1] == [
        "conflict.declare_first"
    ]
    review.act(case, "deputy", "declare_no_conflict", desk="value")
    services.save_assessment(
        case_id=case.pk,
        desk="value",
        scores=assessment_of(case.route.road.stage("assessments").desk("value")),
        overall="Sound.",
        base_revision=0,
        by=deputy,
    )
    review.act(case, "deputy", "submit_assessment", desk="value")
    move = Move.objects.get(case=case, verb="submit_assessment")
    assert (move.by, move.on_behalf_of) == (deputy, review.people["value"])


def test_field_opinion_on_behalf_needs_function_17e(review: Review, deputy: User) -> None:
    case = review.endorse(review.open())
    away(review, "field", deputy)
    given = {"position": "supports", "words": "Needed."}
    assert refusal(review.act, case, "deputy", "give_opinion", **given)[1][0] == "standin.own_authority"
    assert mine(deputy) == []
    post = make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER, "OPINION-GIVER")
    appoint(post, deputy)
    review.org.posts["opinion"] = post
    own = review.org.issue("opinion", ["17e"], ["UNMISS"])
    assert len(mine(deputy)) == 1
    review.act(case, "deputy", "give_opinion", **given)
    move = Move.objects.get(case=case, verb="give_opinion")
    assert (move.on_behalf_of, move.instrument_id) == (review.people["field"], own.pk)


def test_the_queue_says_for_whom_and_until_when(review: Review, deputy: User, client: Any) -> None:
    review.open()
    away(review, "submitter", deputy)
    row = queries.queue(viewer_of(deputy, clock.now())).rows[0]
    assert (row.for_name, row.for_until) == ("Submitter Person", clock.now() + timedelta(days=10))
    client.force_login(deputy)
    assert "for Submitter Person until 12 Mar 2026" in client.get("/").content.decode()
    client.force_login(review.people["submitter"])
    assert "for Submitter Person" not in client.get("/").content.decode()


def test_queue_of_a_stand_in_costs_at_most_one_statement_more(
    review: Review, deputy: User, django_assert_max_num_queries: Any
) -> None:
    from django.test.utils import CaptureQueriesContext

    review.open()
    with CaptureQueriesContext(connection) as plain:
        queries.queue(viewer_of(review.people["submitter"], clock.now()))
    away(review, "submitter", deputy)
    with CaptureQueriesContext(connection) as stood:
        queries.queue(viewer_of(deputy, clock.now()))
    assert len(stood) <= len(plain) + 1


def test_messages_of_a_turn_go_to_the_stand_in_and_a_copy_to_the_inbox(review: Review, deputy: User) -> None:
    away(review, "head", deputy)
    head = review.people["head"]
    case = review.open()
    attested(review, case)
    mails = Outbox.objects.filter(code="turn.opened", case_id=case.pk)
    notices = Notice.objects.filter(code="turn.opened", case_id=case.pk)
    assert mails.filter(recipient=deputy).count() == 1
    assert not mails.filter(recipient=head).exists()
    assert {deputy.pk, head.pk} <= set(notices.values_list("recipient", flat=True))


def test_reminders_go_to_who_stands_in_at_that_moment(review: Review, deputy: User) -> None:
    case = review.open()
    attested(review, case)
    away(review, "head", deputy, days=30)
    turn = case.turns.open().get(desk="head")
    with clock.set_to(turn.due_at + timedelta(seconds=1)):
        tick()
    said = Outbox.objects.filter(code="turn.due", case_id=case.pk, dedupe_key__startswith=str(turn.pk))
    assert list(said.values_list("recipient", flat=True)) == [deputy.pk]


def test_endorsement_goes_above_where_the_head_is_away_without_a_stand_in(review: Review) -> None:
    above = make_post(review.org.offices["DPKO"], Role.HEAD_OF_OFFICE)
    review.people["dpko-head"] = appoint(above, make_person("Head Of Dpko"))
    away(review, "head", None)
    case = review.open()
    attested(review, case)
    assert case.turns.open().get(desk="head").office.code == "DPKO"


def test_endorsement_goes_above_where_the_stand_in_is_the_submitter(review: Review) -> None:
    above = make_post(review.org.offices["DPKO"], Role.HEAD_OF_OFFICE)
    review.people["dpko-head"] = appoint(above, make_person("Head Of Dpko"))
    away(review, "head", review.people["submitter"])
    case = review.open()
    attested(review, case)
    assert case.turns.open().get(desk="head").office.code == "DPKO"


def test_same_act_sent_twice_with_one_key_stays_one(review: Review, deputy: User) -> None:
    away(review, "submitter", deputy)
    case, key = review.open(), str(uuid.uuid4())
    seen = services.Seen(0, "")
    first = review.act(case, "deputy", "hand_on", key=key, seen=seen)
    again = review.act(case, "deputy", "hand_on", key=key, seen=seen)
    assert (first.move_id, again.repeated) == (again.move_id, True)


def test_search_finds_for_the_stand_in_during_the_dates_only(review: Review, deputy: User) -> None:
    review.open()
    away(review, "head", deputy, days=1)

    def found() -> int:
        return len(
            queries.queue(viewer_of(deputy, clock.now()), tab="all", search="Radio office:UNMISS").rows
        )

    assert found() == 1
    with clock.set_to(clock.now() + timedelta(days=1)):
        assert found() == 0


@pytest.mark.parametrize(
    ("what", "said"),
    [("there", "Head Person"), ("stood", "Deputy Person for Head Person"), ("away", "Head Of Dpko")],
)
def test_who_will_endorse_is_said_before_the_hand_over(
    review: Review, deputy: User, client: Any, what: str, said: str
) -> None:
    above = make_post(review.org.offices["DPKO"], Role.HEAD_OF_OFFICE)
    appoint(above, make_person("Head Of Dpko"))
    if what != "there":
        away(review, "head", deputy if what == "stood" else None)
    case = review.open()
    client.force_login(review.people["submitter"])
    page = client.get(f"/cases/{case.pk}/acts/hand_on/").content.decode()
    assert f"Who will endorse it: <bdi>{said}</bdi>" in page
    attested(review, case)
    assert (case.turns.open().get(desk="head").office.code == "DPKO") is (what == "away")


def test_the_api_explains_a_case_and_says_on_whose_behalf(review: Review, deputy: User, client: Any) -> None:
    case = review.open()
    away(review, "submitter", deputy)
    client.force_login(deputy)
    answer = client.get(f"/api/v1/cases/{case.pk}/explanation/").json()
    assert (answer["kind"], answer["id"]) == ("case", str(case.pk))
    offered = {act["action"]: act for act in answer["acts"]}
    assert (offered["hand_on"]["is_possible"], offered["hand_on"]["on_behalf_of"]) == (
        True,
        "Submitter Person",
    )
    client.force_login(review.people["unifil-head"])
    assert client.get(f"/api/v1/cases/{case.pk}/explanation/").status_code == 404


def test_a_draft_begun_for_an_absent_submitter_counts_for_both(review: Review, deputy: User) -> None:
    from apps.offices.queries import StoodFor

    absent = review.people["submitter"]
    review.probe.drafts[key := uuid.uuid4()] = review.draft_of(review.open())
    case = services.open_case(
        subject_kind="probe",
        subject_id=key,
        office=review.org.office("UNMISS"),
        route_key="probe-road",
        title="Radio",
        language="en",
        by=deputy,
        on_behalf_of=StoodFor(absent.pk),
    )
    assert set(case.participations.values_list("user", "capacity")) == {
        (deputy.pk, "submitter"),
        (absent.pk, "submitter"),
    }
    move = Move.objects.get(case=case, verb="open")
    assert (move.by, move.on_behalf_of) == (deputy, absent)


def test_the_page_offers_the_act_and_says_for_whom(review: Review, deputy: User, client: Any) -> None:
    case = attested(review, review.open())
    away(review, "head", deputy)
    client.force_login(deputy)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "You act on behalf of <bdi>Head Person</bdi>" in page
    sent = {
        "seen_version": case.version_number,
        "seen_hash": case.version_hash,
        "idempotency_key": "k",
        "confirmed": "on",
    }
    assert client.post(f"/cases/{case.pk}/acts/endorse/", sent).status_code == 302
    case.refresh_from_db()
    told = client.get(f"/cases/{case.handle}/").content.decode()
    assert "Deputy Person on behalf of Head Person" in told
