"""The Management Committee: what goes there, who counts, what it does with a decision, and what it cannot do."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from apps.approvals.models import Case, CommitteeRecord, Decision
from apps.approvals.queries import case_view
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Notice
from apps.offices.choices import Role
from tests.approvals.rich import as_person
from tests.approvals.test_views_home import statements
from tests.factories.approvals import Review, decision_of, tick
from tests.factories.offices import appoint, make_person, make_post

MEMBERS = ("Ada Member", "Bo Member", "Cy Member", "Di Member")


@pytest.fixture
def committee(review: Review) -> Review:
    """Four members more than the fixture's one, a chair and a secretary."""
    root = review.org.offices["UN-SECRETARIAT"]
    for name in MEMBERS:
        key = name.split()[0].lower()
        post = make_post(root, Role.MC_MEMBER, f"MC-{key.upper()}")
        review.people[key] = appoint(post, make_person(name))
    for key, role in (("secretary", Role.MC_SECRETARY), ("chair", Role.MC_CHAIR)):
        review.people[key] = appoint(make_post(root, role), make_person(f"{key.title()} Person"))
    return review


def decided(review: Review, **facts: Any) -> Case:
    """A major case whose decision has passed its fifteen minutes."""
    case = review.to_decision(review.open(major=True, tier=3, **facts))
    review.act(case, "cito", "decide", **decision_of())
    _ring(case, minutes=15)
    return case


def _ring(case: Case, **later: float) -> None:
    with clock.set_to(clock.now() + timedelta(**later)):
        tick()
    case.refresh_from_db()


def sitting(*names: str, **values: Any) -> dict[str, Any]:
    return {
        "met_on": clock.now().date().isoformat(),
        "present": "\n".join(names or MEMBERS),
        "words": "The Committee discussed it.",
        **values,
    }


def codes(refused: Any) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_decision_of_a_major_case_is_held_until_the_committee_notes_it(committee: Review) -> None:
    case = decided(committee)
    decision = Decision.objects.get(case=case)
    assert (case.stage, case.closed_at, decision.took_effect_at) == ("committee", None, None)
    assert committee.draft_of(case).effects == []
    assert not Notice.objects.filter(code="decision.approved").exists()

    with clock.set_to(clock.now() + timedelta(days=1)):
        committee.act(case, "secretary", "note_decision", **sitting(against="Di Member"))
        noted_at = clock.now()
    decision.refresh_from_db()
    assert (case.stage, case.outcome, case.closed_at) == ("closed", "approved", noted_at)
    assert decision.took_effect_at == noted_at
    assert committee.draft_of(case).effects == ["approved"]
    assert Notice.objects.filter(code="decision.approved").exists()
    record = CommitteeRecord.objects.get()
    assert (record.result, record.way, len(record.names), record.against) == (
        *("noted", "meeting", 4),
        ["Di Member"],
    )


def test_a_case_that_is_not_major_passes_the_committee_by(committee: Review) -> None:
    case = committee.to_decision()
    committee.act(case, "cito", "decide", **decision_of())
    _ring(case, minutes=15)
    assert (case.stage, case.outcome) == ("closed", "approved")


def test_a_decision_that_the_cito_withdrew_and_took_again_passes_it_by(committee: Review) -> None:
    case = committee.to_decision()
    committee.act(case, "cito", "decide", **decision_of())
    committee.act(case, "cito", "withdraw_decision", words="The amount was wrong.")
    committee.act(case, "cito", "decide", **decision_of())
    _ring(case, minutes=15)
    assert (case.stage, case.outcome) == ("closed", "approved")


def test_the_committee_returns_a_decision_once(committee: Review) -> None:
    case = decided(committee)
    committee.act(case, "secretary", "return_decision", **sitting())
    assert (case.stage, Decision.objects.get(case=case).took_effect_at) == ("decision", None)
    committee.act(case, "cito", "decide", **decision_of("not_approved", override_reason="Returned."))
    _ring(case, minutes=15)
    assert case.stage == "committee"
    with pytest.raises(Refused) as refused:
        committee.act(case, "secretary", "return_decision", **sitting())
    assert codes(refused) == ["committee.returned_before"]
    committee.act(case, "secretary", "note_decision", **sitting())
    assert (case.stage, case.outcome) == ("closed", "not_approved")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"present": "\n".join(MEMBERS[:2])}, "committee.no_quorum", "present"),
        ({"present": ""}, "committee.no_quorum", "present"),
        ({"present": "\n".join([*MEMBERS, "Cito Person"])}, "committee.no_member", "present"),
        ({"present": "\n".join([*MEMBERS, "Eve Stranger"])}, "committee.no_member", "present"),
        ({"against": "Ada Member\nBo Member"}, "committee.no_majority", "against"),
        ({"against": "Member Person"}, "committee.no_member", "against"),
        ({"met_on": "2026-02-01"}, "committee.met_when", "met_on"),
        ({"met_on": "2027-02-01"}, "committee.met_when", "met_on"),
        ({"words": ""}, "field.required", "words"),
    ],
)
def test_a_sitting_that_cannot_be_is_refused_and_nothing_is_written(
    committee: Review, change: dict[str, str], code: str, field: str
) -> None:
    case = decided(committee)
    with pytest.raises(Refused) as refused:
        committee.act(case, "secretary", "note_decision", **sitting(**change))
    assert [(one.code, one.field) for one in refused.value.reasons] == [(code, field)]
    assert (case.stage, CommitteeRecord.objects.count()) == ("committee", 0)


def test_a_name_counts_once_however_it_is_written(committee: Review) -> None:
    case = decided(committee)
    with pytest.raises(Refused) as refused:
        names = ("Ada Member", "  ada   MEMBER ", "Bo Member")
        committee.act(case, "secretary", "note_decision", **sitting(*names))
    assert codes(refused) == ["committee.no_quorum"]


def test_two_meetings_without_a_quorum_open_the_written_procedure_and_then_the_chair(
    committee: Review,
) -> None:
    case = decided(committee)
    soon = (clock.now() + timedelta(days=7)).date().isoformat()
    with pytest.raises(Refused) as refused:
        committee.act(case, "secretary", "open_written", words="Summer.")
    assert codes(refused) == ["committee.meet_first"]
    due = case.turns.open().get().due_at
    for _meeting in range(2):
        committee.act(case, "secretary", "defer_decision", **sitting("Ada Member", next_on=soon))
    assert (case.stage, case.turns.open().get().due_at) == ("committee", due)
    committee.act(case, "secretary", "open_written", words="No quorum twice.")
    turn = case.turns.open().get()
    assert (turn.step, turn.days) == ("written", 5)
    with pytest.raises(Refused) as refused:
        committee.act(case, "secretary", "refer_to_chair", words="Too early.")
    assert codes(refused) == ["committee.written_runs"]
    with clock.set_to(turn.due_at + timedelta(minutes=1)):
        committee.act(case, "secretary", "refer_to_chair", words="No quorum either.")
        assert case.turns.open().get().desk == "chair"
        with pytest.raises(Refused) as refused:
            committee.act(case, "secretary", "note_decision", **sitting())
        assert codes(refused) == ["case.not_your_seat"]
        committee.act(case, "chair", "note_decision", **sitting("", present=""))
    assert (case.stage, case.outcome) == ("closed", "approved")
    assert list(CommitteeRecord.objects.values_list("way", "result")) == [
        *[("meeting", "deferred")] * 2,
        ("chair", "noted"),
    ]


def test_a_meeting_with_a_quorum_is_not_deferred(committee: Review) -> None:
    case = decided(committee)
    soon = (clock.now() + timedelta(days=7)).date().isoformat()
    with pytest.raises(Refused) as refused:
        committee.act(case, "secretary", "defer_decision", **sitting(next_on=soon))
    assert codes(refused) == ["committee.has_quorum"]
    with pytest.raises(Refused) as refused:
        committee.act(case, "secretary", "defer_decision", **sitting("Ada Member", next_on="2026-01-01"))
    assert codes(refused) == ["committee.next_when"]


def test_past_the_last_day_the_written_procedure_opens_without_a_meeting(committee: Review) -> None:
    case = decided(committee)
    with clock.set_to(case.turns.open().get().due_at + timedelta(minutes=1)):
        committee.act(case, "secretary", "open_written", words="No meeting in thirty working days.")
    assert case.turns.open().get().step == "written"


def test_only_the_secretary_acts_and_the_office_waits(committee: Review) -> None:
    case = decided(committee)
    for person in ("ada", "cito", "auditor", "head", "chief"):
        with pytest.raises(Refused) as refused:
            committee.act(case, person, "note_decision", **sitting())
        assert codes(refused) == ["case.not_your_seat"], person
    with pytest.raises(Refused) as refused:
        committee.act(case, "submitter", "withdraw_case", words="No more.")
    assert codes(refused) == ["case.no_turn"]


def test_the_committee_reads_the_decision_while_the_office_does_not(committee: Review) -> None:
    case = decided(committee)

    def reads(person: str) -> tuple[bool, set[str]]:
        user = committee.people[person]
        view = case_view(viewer_of(user, clock.now()), user, case.handle)
        return view.decision is not None, {row.verb for row in view.timeline}

    def scores(person: str) -> int:
        user = committee.people[person]
        return len(case_view(viewer_of(user, clock.now()), user, case.handle).assessments)

    for person in ("ada", "secretary", "chair", "cito"):
        assert reads(person)[0], person
        assert {"decide", "to_committee"} <= reads(person)[1]
    for person in ("submitter", "head", "align", "desk"):
        assert not reads(person)[0], person
        assert "decide" not in reads(person)[1]
    assert (scores("ada"), scores("head")) == (3, 0)
    committee.act(case, "secretary", "note_decision", **sitting())
    assert scores("ada") == 3
    assert reads("submitter")[0]
    assert {"decide", "note_decision"} <= reads("submitter")[1]


def test_reasons_of_a_return_are_for_who_answers_them_and_not_for_the_office(committee: Review) -> None:
    case = decided(committee)
    with clock.set_to(case.turns.open().get().due_at + timedelta(minutes=1)):
        committee.act(case, "secretary", "open_written", words="Nobody was in town.")
        committee.act(case, "secretary", "return_decision", **sitting(words="Name a second supplier."))

        def read(person: str) -> tuple[list[str], str]:
            user = committee.people[person]
            view = case_view(viewer_of(user, clock.now()), user, case.handle)
            return [row.words for row in view.committee], " ".join(row.words for row in view.timeline)

        for person in ("cito", "officer", "ada", "secretary", "auditor"):
            records, said = read(person)
            assert records == ["Name a second supplier."], person
            assert "Nobody was in town." in said, person
            assert "Name a second supplier." in said, person
        for person in ("head", "submitter", "align", "desk", "lead"):
            assert read(person)[0] == [], person
            assert "in town" not in read(person)[1], person
            assert "second supplier" not in read(person)[1], person
        page = as_person(committee, "cito").get(f"/cases/{case.handle}/acts/decide/").content.decode()
        assert "Name a second supplier." in page


def test_a_case_from_which_the_cito_stepped_aside_goes_there_whatever_its_tier(committee: Review) -> None:
    committee.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    case = committee.to_decision()
    committee.act(case, "cito", "recuse", words="I know the vendor.")
    committee.act(case, "officer", "decide", **decision_of())
    _ring(case, minutes=15)
    assert case.stage == "committee"
    committee.act(case, "secretary", "note_decision", **sitting())
    assert case.outcome == "approved"


def test_a_record_of_the_committee_is_never_changed(committee: Review) -> None:
    case = decided(committee)
    committee.act(case, "secretary", "note_decision", **sitting())
    with pytest.raises(InternalError, match="committee_kept"), transaction.atomic():
        CommitteeRecord.objects.update(words="Otherwise.")
    record = CommitteeRecord.objects.get()
    record.pk, record.members = Case().pk, []
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save(force_insert=True)


def test_the_secretary_writes_the_sitting_down_on_the_page(committee: Review) -> None:
    case = decided(committee)
    client = as_person(committee, "secretary")
    letter = client.get(f"/cases/{case.handle}/letter/").content.decode()
    assert "This letter goes out once the Management Committee has noted the decision." in letter
    queue = client.get("/").content.decode()
    assert "Bring before a meeting" in queue
    page = client.get("/committee/").content.decode()
    assert f'href="/cases/{case.reference}/"' in page
    assert "The quorum is 3 members." in page
    form = client.get(f"/cases/{case.handle}/acts/note_decision/").content.decode()
    for name in MEMBERS:
        assert f"<bdi>{name}</bdi>" in form
    assert "<bdi>Cito Person</bdi>" not in form.split('id="members-title"')[1].split("</section>")[0]
    sent = {
        **sitting(),
        "seen_version": str(case.version_number),
        "seen_hash": case.version_hash,
        "step": "sure",
    }
    answer = client.post(f"/cases/{case.handle}/acts/note_decision/", {**sent, "present": "Ada Member"})
    assert answer.status_code == 400
    assert "1 members took part, and the quorum is 3." in answer.content.decode()
    answer = client.post(f"/cases/{case.handle}/acts/note_decision/", sent)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.outcome == "approved"
    page = client.get("/committee/").content.decode()
    assert "Nothing waits for the Committee" in page
    assert "Noted" in page
    assert (
        "The Committee discussed it."
        in as_person(committee, "submitter").get(f"/cases/{case.handle}/").content.decode()
    )


def test_the_agenda_is_the_committees_and_oicts(committee: Review) -> None:
    decided(committee)
    for person, status in (("ada", 200), ("auditor", 200), ("cito", 200), ("submitter", 403), ("admin", 403)):
        assert as_person(committee, person).get("/committee/").status_code == status, person
    assert "not to be read yet" in as_person(committee, "desk").get("/committee/").content.decode()
    assert "Approved" in as_person(committee, "ada").get("/committee/").content.decode()


def test_the_agenda_costs_the_same_for_one_case_and_for_three(committee: Review) -> None:
    decided(committee)
    client = as_person(committee, "secretary")
    first = len(statements(client, "/committee/"))
    decided(committee)
    decided(committee)
    assert len(statements(client, "/committee/")) == first <= 8
