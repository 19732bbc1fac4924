"""Designated officers: who decides where the CITO is away, has stepped aside, or the post is vacant."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals import queries
from apps.approvals.models import Decision, Turn
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.models import Event
from apps.audit.reasons import Refused
from apps.notices.models import Outbox
from apps.offices import services as offices
from apps.offices.choices import Role
from apps.offices.models import Instrument
from tests.approvals.test_authority import refusal
from tests.approvals.test_stand_ins import away
from tests.factories.approvals import Review, decision_of, tick
from tests.factories.offices import appoint, make_person, make_post


@pytest.fixture
def designated(review: Review) -> Review:
    """Two officers of OICT stand in the order: `officer`, then `second`."""
    review.org.posts["second"] = make_post(
        review.org.offices["OICT"], Role.ASSIGNED_OFFICER, "SECOND-OFFICER"
    )
    review.people["second"] = appoint(review.org.posts["second"], make_person("Second Officer"))
    drafts = offices.designate_standbys(
        by=review.people["admin"],
        posts=[review.org.posts["officer"], review.org.posts["second"]],
        legal_basis="ST/SGB/2026/1",
        valid_until=clock.now() + timedelta(days=300),
    )
    for who, draft in zip(("officer", "second"), drafts, strict=True):
        put_in_force(review, draft, who)
    return review


def put_in_force(review: Review, draft: Any, who: str) -> None:
    """The second hand and the acceptance, by which a designation counts."""
    offices.issue_instrument(instrument=draft, by=review.people["cito"])
    offices.accept_instrument(instrument=draft, by=review.people[who])


def waits_for(review: Review, who: str) -> bool:
    return Turn.objects.awaiting(viewer_of(review.people[who], clock.now())).exists()


def test_a_designation_takes_no_effect_while_the_cito_is_there(designated: Review) -> None:
    case = designated.to_decision()
    assert [waits_for(designated, who) for who in ("cito", "officer", "second")] == [True, False, False]
    assert refusal(designated.act, case, "officer", "decide", **decision_of())[1] == ["standby.not_now"]


def test_the_first_designated_decides_for_an_absent_cito_with_both_names(designated: Review) -> None:
    away(designated, "cito", None)
    case = designated.to_decision()
    assert [waits_for(designated, who) for who in ("officer", "second")] == [True, False]
    assert refusal(designated.act, case, "second", "decide", **decision_of())[1] == ["standby.another_first"]
    designated.act(case, "officer", "decide", **decision_of())
    decision = Decision.objects.get(case=case)
    assert decision.on_behalf_of == designated.people["cito"]
    assert decision.instrument_number
    payload = json.loads(Event.objects.get(pk=decision.event_id).payload)
    assert payload["on_behalf_of_id"] == str(designated.people["cito"].pk)
    assert payload["instrument_id"] == str(decision.instrument_id)


def test_the_designation_ends_with_the_absence_at_its_second(designated: Review) -> None:
    away(designated, "cito", None, days=1)
    case, end = designated.to_decision(), clock.now() + timedelta(days=1)
    with clock.set_to(end - timedelta(microseconds=1)):
        assert waits_for(designated, "officer")
    with clock.set_to(end):
        assert not waits_for(designated, "officer")
        assert refusal(designated.act, case, "officer", "decide", **decision_of())[1] == ["standby.not_now"]


def test_who_played_a_part_is_passed_over(designated: Review) -> None:
    away(designated, "cito", None)
    case = designated.to_decision()
    case.participations.create(user=designated.people["officer"], capacity="lead", since=clock.now())
    assert [waits_for(designated, who) for who in ("officer", "second")] == [False, True]
    designated.act(case, "second", "decide", **decision_of())
    assert case.stage == "cooling_off"


def test_who_is_away_is_passed_over(designated: Review) -> None:
    away(designated, "cito", None)
    away(designated, "officer", None)
    case = designated.to_decision()
    designated.act(case, "second", "decide", **decision_of())
    assert Decision.objects.get(case=case).decided_by == designated.people["second"]


@pytest.mark.parametrize("part", ["submitter", "endorser"])
def test_a_cito_who_sponsored_or_endorsed_leaves_it_to_the_first_designated(
    designated: Review, part: str
) -> None:
    case = designated.to_decision()
    case.participations.create(user=designated.people["cito"], capacity=part, since=clock.now())
    assert refusal(designated.act, case, "cito", "decide", **decision_of())[1] == ["separation.other_part"]
    designated.act(case, "officer", "decide", **decision_of())
    assert Decision.objects.get(case=case).on_behalf_of is None


def test_a_cito_who_steps_aside_leaves_it_to_the_first_designated_who_is_told(designated: Review) -> None:
    case = designated.to_decision()
    designated.act(case, "cito", "recuse", words="A cousin sells it.")
    assert Outbox.objects.filter(code="turn.opened", recipient=designated.people["officer"]).count() == 1
    assert refusal(designated.act, case, "cito", "decide", **decision_of())[0] == "not_found"
    designated.act(case, "officer", "decide", **decision_of())
    assert case.stage == "cooling_off"


def test_a_vacant_post_of_the_cito_leaves_it_to_the_first_designated(designated: Review) -> None:
    case = designated.to_decision()
    offices.end_holding(holding=designated.org.posts["cito"].holdings.get(), by=None)
    tick()
    assert waits_for(designated, "officer")
    designated.act(case, "officer", "decide", **decision_of())
    assert Decision.objects.get(case=case).on_behalf_of is None


def test_a_revoked_designation_is_gone(designated: Review) -> None:
    from apps.offices.models import Instrument

    away(designated, "cito", None)
    case = designated.to_decision()
    first = Instrument.objects.get(delegate_post=designated.org.posts["officer"])
    offices.revoke_instrument(instrument=first, reason="Moved.", by=designated.people["cito"])
    assert refusal(designated.act, case, "officer", "decide", **decision_of())[0] == "not_allowed"
    designated.act(case, "second", "decide", **decision_of())


@pytest.mark.parametrize("who", ["officer", "value", "head", "auditor"])
def test_only_who_drafts_instruments_designates(review: Review, who: str) -> None:
    with pytest.raises(Refused) as refused:
        offices.designate_standbys(
            by=review.people[who],
            posts=[review.org.posts["officer"]],
            legal_basis="ST/SGB/2026/1",
            valid_until=clock.now() + timedelta(days=300),
        )
    assert [reason.code for reason in refused.value.reasons] == ["offices.not_a_drafter"]


def test_a_designation_that_nobody_issued_and_accepted_counts_for_nothing(review: Review) -> None:
    (draft,) = offices.designate_standbys(
        by=review.people["cito"],
        posts=[review.org.posts["officer"]],
        legal_basis="ST/SGB/2026/1",
        valid_until=clock.now() + timedelta(days=300),
    )
    away(review, "cito", None)
    case = review.to_decision()
    assert not waits_for(review, "officer")
    offices.issue_instrument(instrument=draft, by=review.people["chief"])
    assert refusal(review.act, case, "officer", "decide", **decision_of())[0] == "not_allowed"
    offices.accept_instrument(instrument=draft, by=review.people["officer"])
    assert waits_for(review, "officer")
    review.act(case, "officer", "decide", **decision_of())


def test_what_takes_the_place_of_a_designation_is_one(designated: Review) -> None:
    old = Instrument.objects.get(delegate_post=designated.org.posts["officer"])
    new = designated.org.draft(
        "officer", ["18"], ["UN-SECRETARIAT"], with_below=True, supersedes=old, concurrent=True
    )
    assert new.standby.position == old.standby.position == 1


def test_only_assigned_officers_are_designated_each_once(review: Review) -> None:
    def designate(*posts: str) -> Any:
        return offices.designate_standbys(
            by=review.people["cito"],
            posts=[review.org.posts[post] for post in posts],
            legal_basis="ST/SGB/2026/1",
            valid_until=clock.now() + timedelta(days=300),
        )

    assert refusal(designate)[1] == ["offices.nobody_designated"]
    assert refusal(designate, "chief")[1] == ["offices.not_an_assigned_officer"]
    assert refusal(designate, "officer", "officer")[1] == ["offices.designated_twice"]


def test_the_page_designates_and_says_when_it_takes_effect(review: Review, client: Any) -> None:
    client.force_login(review.people["cito"])
    assert client.get("/instruments/designate/").status_code == 200
    sent = {
        "first": review.org.posts["officer"].code,
        "legal_basis": "ST/SGB/2026/1",
        "valid_until": (clock.now() + timedelta(days=300)).date().isoformat(),
    }
    assert client.post("/instruments/designate/", sent).status_code == 302
    page = client.get(Instrument.objects.get().get_absolute_url()).content.decode()
    assert "Place 1 in the order" in page
    client.force_login(review.people["officer"])
    assert client.get("/instruments/designate/").status_code == 403


def test_the_case_explains_the_designation(designated: Review) -> None:
    away(designated, "cito", None)
    case = designated.to_decision()
    for who, possible in (("officer", True), ("second", False)):
        person = designated.people[who]
        view = queries.case_view(viewer_of(person, clock.now()), person, str(case.pk))
        offer = view.explanation.offer("decide")
        assert offer is not None
        assert offer.is_possible is possible


def test_a_decision_that_nobody_may_take_is_an_alert_of_the_section_chief(
    review: Review, client: Any
) -> None:
    from apps.approvals.vacancies import alerts_of

    case = review.to_decision()
    chief = review.people["chief"]
    assert alerts_of(viewer_of(chief, clock.now())) == []
    review.act(case, "cito", "recuse", words="A cousin sells it.")
    assert [(row.kind, row.turn.desk) for row in alerts_of(viewer_of(chief, clock.now()))] == [
        ("nobody", "decider")
    ]
    client.force_login(chief)
    assert "Nobody has the authority to decide it" in client.get("/").content.decode()
    review.org.people["cito"] = review.people["cito"]
    review.org.issue("officer", ["18"], ["UNMISS"])
    assert alerts_of(viewer_of(chief, clock.now())) == []


def test_the_api_designates_and_lists_the_order(review: Review, client: Any) -> None:
    client.force_login(review.people["chief"])
    sent = {
        "posts": [review.org.posts["officer"].code],
        "legal_basis": "ST/SGB/2026/1",
        "valid_until": (clock.now() + timedelta(days=300)).date().isoformat(),
    }
    made = client.post("/api/v1/designations/", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.get("/api/v1/designations/").json() == []
    put_in_force(review, Instrument.objects.get(), "officer")
    rows = client.get("/api/v1/designations/").json()
    assert [(row["position"], row["post"]) for row in rows] == [(1, review.org.posts["officer"].code)]
    wrong = client.post("/api/v1/designations/", {**sent, "posts": ["NONE"]}, content_type="application/json")
    assert wrong.json()["reasons"][0]["code"] == "offices.no_such_post"
    client.force_login(review.people["officer"])
    assert client.post("/api/v1/designations/", sent, content_type="application/json").status_code == 403
