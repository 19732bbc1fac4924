"""Turns at which nobody is there, turns given to another, and what is left behind by who leaves a post."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.eligibility import eligible_for
from apps.approvals.models import Case, ConflictDeclaration, Move, Turn
from apps.approvals.standing import viewer_of
from apps.approvals.vacancies import alerts_of
from apps.audit import clock
from apps.audit.reasons import sentence
from apps.notices.models import Notice
from apps.offices import explanations
from apps.offices import services as offices
from apps.offices.choices import Role
from tests.approvals.test_authority import refusal
from tests.approvals.test_stand_ins import attested, away
from tests.factories.approvals import Review, tick
from tests.factories.offices import appoint, make_person, make_post


def seen_by(review: Review, who: str) -> list[tuple[str, str]]:
    return [(row.kind, row.turn.desk) for row in alerts_of(viewer_of(review.people[who], clock.now()))]


def leave(review: Review, who: str) -> None:
    """The Organization's own data: the appointment ended, and nobody follows."""
    offices.end_holding(holding=review.org.posts[who].holdings.get(user=review.people[who]), by=None)
    tick()


def give(review: Review, case: Case, desk: str, to: str, by: str = "chief", **more: Any) -> Any:
    return services.reassign_turn(
        case_id=case.pk,
        desk=desk,
        to=review.people[to],
        words=more.pop("words", "Too much on one desk."),
        by=review.people[by],
        idempotency_key=more.pop("key", str(uuid.uuid4())),
    )


@pytest.fixture
def second(review: Review) -> Any:
    """A second reviewer of value and return."""
    review.org.posts["value2"] = make_post(review.org.offices["OICT"], Role.REVIEWER_VALUE, "VALUE-2")
    review.people["value2"] = appoint(review.org.posts["value2"], make_person("Second Value"))
    return review.people["value2"]


def test_a_vacant_post_is_an_alert_of_the_head_and_is_told_once(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    assert seen_by(review, "head") == []
    leave(review, "ict")
    assert seen_by(review, "head") == [("vacant", "attest_ict")]
    assert [seen_by(review, who) for who in ("chief", "submitter", "unifil-head", "admin")] == [[]] * 4
    with clock.set_to(clock.now() + timedelta(hours=1)):
        tick()
    told = Notice.objects.filter(code="turn.vacant")
    assert list(told.values_list("recipient", flat=True)) == [review.people["head"].pk]


def test_a_vacant_post_is_an_alert_of_the_head_above_where_the_head_left_too(review: Review) -> None:
    above = make_post(review.org.offices["DPKO"], Role.HEAD_OF_OFFICE)
    review.people["dpko-head"] = appoint(above, make_person("Head Of Dpko"))
    case = review.open()
    review.act(case, "submitter", "hand_on")
    leave(review, "ict")
    assert (seen_by(review, "head"), seen_by(review, "dpko-head")) == ([("vacant", "attest_ict")], [])
    leave(review, "head")
    assert seen_by(review, "dpko-head") == [("vacant", "attest_ict")]


def test_an_absence_without_a_stand_in_is_an_alert_and_a_stand_in_mends_it(review: Review) -> None:
    case = review.open()
    review.act(case, "submitter", "hand_on")
    absence = away(review, "ict", None)
    tick()
    assert seen_by(review, "head") == [("away", "attest_ict")]
    offices.end_absence(absence=absence, by=review.people["head"])
    away(review, "ict", make_person("Deputy Person"))
    assert seen_by(review, "head") == []


def test_a_vacant_desk_of_oict_is_the_section_chiefs(review: Review) -> None:
    case = review.endorse(review.open())
    leave(review, "desk")
    assert (seen_by(review, "chief"), seen_by(review, "head")) == ([("vacant", "oict_intake")], [])
    assert case.turns.open().get(desk="oict_intake").seats == ["desk_officer@oict"]


def test_a_turn_that_opens_at_a_vacant_post_is_told_at_once(review: Review) -> None:
    leave(review, "desk")
    review.endorse(review.open())
    told = Notice.objects.filter(code="turn.vacant").values_list("recipient", flat=True)
    assert list(told) == [review.people["chief"].pk]


def test_a_desk_with_no_eligible_reviewer_is_the_section_chiefs_and_says_why(
    review: Review, client: Any
) -> None:
    appoint(make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER), review.people["value"])
    case = review.complete(review.endorse(review.open()))
    assert seen_by(review, "chief") == [("nobody", "value")]
    client.force_login(review.people["chief"])
    assert "Nobody at this desk may take it" in client.get("/").content.decode()
    page = client.get(f"/cases/{case.handle}/desks/value/reassign/").content.decode()
    assert "served in the sponsoring office" in page


def test_alerts_cost_nothing_to_who_supervises_nobody(review: Review, django_assert_num_queries: Any) -> None:
    review.open()
    for who, number in (("submitter", 0), ("head", 1), ("chief", 1)):
        viewer = viewer_of(review.people[who], clock.now())
        with django_assert_num_queries(number):
            alerts_of(viewer)


def test_an_open_endorsement_passes_to_the_head_above_when_the_head_leaves(review: Review) -> None:
    above = make_post(review.org.offices["DPKO"], Role.HEAD_OF_OFFICE)
    review.people["dpko-head"] = appoint(above, make_person("Head Of Dpko"))
    case = attested(review, review.open())
    before = case.turns.open().get(desk="head")
    leave(review, "head")
    after = case.turns.open().get(desk="head")
    assert (before.office.code, after.office.code, after.pk) == ("UNMISS", "DPKO", before.pk)
    assert (after.days, after.due_version) == (before.days, before.due_version + 1)  # another duty station
    assert Notice.objects.filter(code="turn.opened", recipient=review.people["dpko-head"]).count() == 1
    assert Move.objects.get(case=case, verb="passed_on").by is None
    review.act(case, "dpko-head", "endorse", confirmed=True)


def test_an_endorsement_stays_with_a_head_who_has_a_stand_in(review: Review) -> None:
    case = attested(review, review.open())
    away(review, "head", make_person("Deputy Person"))
    tick()
    assert case.turns.open().get(desk="head").office.code == "UNMISS"


# Giving a turn to another ---------------------------------------------------------------------------------------


def test_section_chief_gives_a_taken_desk_to_another_and_both_are_told(review: Review, second: Any) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict", desk="value")
    give(review, case, "value", "value2")
    turn = case.turns.open().get(desk="value")
    assert turn.taken_by == second
    move = Move.objects.get(case=case, verb="reassign")
    assert (move.by, move.words, move.turn) == (review.people["chief"], "Too much on one desk.", turn)
    told = Notice.objects.filter(code__in=["turn.given", "turn.given_away"])
    assert set(told.values_list("code", "recipient")) == {
        ("turn.given", second.pk),
        ("turn.given_away", review.people["value"].pk),
    }
    assert refusal(review.act, case, "value", "submit_assessment", desk="value")[1] == ["case.taken"]
    review.act(case, "value2", "declare_no_conflict", desk="value")
    assert case.participations.filter(user=second, capacity="reviewer", desk="value").exists()


@pytest.mark.parametrize("who", ["value", "lead", "cito", "desk", "officer"])
def test_nobody_else_gives_a_turn_to_another(review: Review, second: Any, who: str) -> None:
    case = review.complete(review.endorse(review.open()))
    assert refusal(give, review, case, "value", "value2", by=who) == (
        "not_allowed",
        ["reassign.not_the_chief"],
    )


@pytest.mark.parametrize(
    ("what", "code"),
    [("recused", "reassign.recused"), ("part", "reassign.other_part"), ("served", "reassign.served")],
)
def test_a_turn_is_given_to_nobody_who_is_kept_out(review: Review, second: Any, what: str, code: str) -> None:
    case = review.complete(review.endorse(review.open()))
    if what == "recused":
        ConflictDeclaration.objects.create(
            case=case, user=second, recused=True, words="Cousin.", declared_at=clock.now()
        )
    elif what == "part":
        case.participations.create(user=second, capacity="intake", since=clock.now())
    else:
        appoint(make_post(review.org.offices["UNMISS"], Role.CONDITION_VERIFIER), second)
    assert refusal(give, review, case, "value", "value2") == ("not_allowed", [code])
    turn = case.turns.open().get(desk="value")
    found = {one.user: one.reasons for one in eligible_for(case, turn, at=clock.now(), months=24)}
    assert [reason.code for reason in found[second]] == [code]


def test_a_turn_is_given_with_a_reason_to_who_sits_there(review: Review, second: Any) -> None:
    case = review.complete(review.endorse(review.open()))
    assert refusal(give, review, case, "value", "value2", words="  ")[1] == ["field.required"]
    assert refusal(give, review, case, "value", "lead")[1] == ["reassign.not_at_the_desk"]
    assert refusal(give, review, case, "decider", "officer")[0] == "conflict"


def test_the_page_says_who_can_with_their_load_and_gives_it(review: Review, second: Any, client: Any) -> None:
    case = review.complete(review.endorse(review.open()))
    other = review.complete(review.endorse(review.open()))
    review.act(other, "value", "declare_no_conflict", desk="value")
    turn = case.turns.open().get(desk="value")
    found = eligible_for(case, turn, at=clock.now(), months=24)
    assert [(one.user.full_name, one.load) for one in found] == [("Second Value", 0), ("Value Person", 1)]
    client.force_login(review.people["chief"])
    address = f"/cases/{case.handle}/desks/value/reassign/"
    assert "Second Value" in client.get(address).content.decode()
    answer = client.post(address, {"to": str(second.pk), "words": "Load.", "idempotency_key": "k-1"})
    assert answer.status_code == 302
    assert Turn.objects.get(pk=turn.pk).taken_by == second
    client.force_login(review.people["head"])
    assert client.get(address).status_code == 403


def test_api_gives_a_turn_to_another(review: Review, second: Any, client: Any) -> None:
    case = review.complete(review.endorse(review.open()))
    client.force_login(review.people["chief"])
    address = f"/api/v1/cases/{case.handle}/desks/value/assignment/"
    rows = client.get(address).json()["people"]
    assert [(row["name"], row["load"], row["reasons"]) for row in rows] == [
        ("Second Value", 0, []),
        ("Value Person", 0, []),
    ]
    sent = {"to": str(second.pk), "words": "Load."}
    answer = client.post(address, sent, content_type="application/json", headers={"Idempotency-Key": "k-2"})
    assert answer.status_code == 201, answer.content
    again = client.post(address, sent, content_type="application/json", headers={"Idempotency-Key": "k-2"})
    assert again.status_code == 200
    assert Move.objects.filter(case=case, verb="reassign").count() == 1


# Leaving a post -------------------------------------------------------------------------------------------------


def ended(review: Review, who: str, **more: Any) -> Any:
    holding = review.org.posts[who].holdings.get(user=review.people[who])
    return offices.end_holding(holding=holding, by=review.people["admin"], **more)


def test_nobody_leaves_a_post_with_a_turn_and_no_successor(review: Review) -> None:
    case = review.open()
    with pytest.raises(Exception, match=r"offices\.holds_turns"):
        ended(review, "submitter")
    holding = review.org.posts["submitter"].holdings.get()
    assert holding.during.upper is None
    for who, told in (("admin", True), ("desk", False)):
        acts = explanations.of_post(review.people[who], holding.post, clock.now())
        leaving = next(act for act in acts if act.action == "end_appointment_without_successor")
        said = " ".join(sentence(reason) for reason in leaving.reasons)
        assert ("alone has open turns" in said, case.handle in said) == (told, False)
    follows = make_person("New Submitter")
    review.people["follows"] = follows
    ended(review, "submitter", successor=follows)
    review.act(case, "follows", "hand_on")


def test_a_taken_desk_goes_to_the_successor(review: Review) -> None:
    case = review.complete(review.endorse(review.open()))
    review.act(case, "value", "declare_no_conflict", desk="value")
    assert refusal(ended, review, "value") == ("conflict", ["offices.holds_turns"])
    follows = make_person("New Reviewer")
    review.people["follows"] = follows
    ended(review, "value", successor=follows)
    assert case.turns.open().get(desk="value").taken_by == follows
    review.act(case, "follows", "declare_no_conflict", desk="value")


def test_who_is_not_alone_at_a_desk_leaves_freely(review: Review, second: Any) -> None:
    review.complete(review.endorse(review.open()))
    ended(review, "value")
    assert review.org.posts["value"].holdings.get().during.upper is not None
