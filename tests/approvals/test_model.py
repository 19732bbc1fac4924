"""The engine against a plain model of the road: thousands of random acts, and after each the same place in both.

The model (`road_model.py`) is written from the report and knows nothing of the engine. `ICTGOV_MODEL_STEPS` sets how
many acts are tried (5,000 unless it says otherwise; 50,000 at night).
"""

import os
import random
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.models import Case, CommitteeRecord, Decision
from apps.approvals.seats import people_for
from apps.approvals.services import set_parameter
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Timer
from apps.offices.models import Post
from tests.approvals.oracle import COMMITTEE, payload_of
from tests.approvals.road_model import DESKS_OF, HELD, LEADS, PEOPLE, REVIEWERS, Model
from tests.factories.approvals import Review, assessment_of, tick
from tests.factories.offices import appoint, make_person, make_post

STEPS = int(os.environ.get("ICTGOV_MODEL_STEPS", "5000"))
SEEDS = 5
#: What only a case that has come far can do; a walk of chance that never does it shows nothing of it.
RARELY_REACHED = {
    *("ask_questions", "confirm_assessment", "grant_extension", "reopen_case", "note_decision"),
    *("ask_reconsideration", "withdraw_reconsideration", "confirm_certificate", "lift_certificate"),
}
#: What the office does with its case as a whole, or while it is asked.
OF_THE_OFFICE = (
    *("answer_clarification", "ask_extension", "withdraw_case", "reopen_case"),
    *("ask_certificate", "ask_reconsideration", "withdraw_reconsideration"),
)
#: What can be done for a short time only, and how often it is, so that chance comes upon what follows from it.
SEEN_TO = {
    "ask_questions": 0.15,
    "ask_certificate": 0.25,
    "certify_not_subject": 0.4,
    "confirm_assessment": 0.3,
    "lift_certificate": 0.3,
    "confirm_certificate": 0.3,
    "ask_reconsideration": 0.3,
    "withdraw_reconsideration": 0.15,
}
LONGEST = 70  # acts on one case, before it is left


class Walk:
    """One case, walked by chance in the portal and in the model at once."""

    def __init__(self, review: Review, chance: random.Random) -> None:
        self.review, self.chance = review, chance
        self.model = Model(chance.random() < 0.6, chance.random() < 0.3, chance.random() < 0.4)
        self.case = review.open(
            office_kind="field_mission" if self.model.mission else "department",
            security_review=self.model.security,
            major=self.model.major,
        )
        self.now = clock.now()
        self.said: list[str] = []
        self.done: set[str] = set()

    def pick(self) -> tuple[str, str]:
        """An act: mostly one that leads on, so that the end is reached; one time in three any act by anybody."""
        verbs = [*DESKS_OF, *OF_THE_OFFICE]
        open_to = [(p, v) for v in verbs for p in PEOPLE if self.model.allows(p, v)]
        rare = ("withdraw_case", "recuse", "send_back", "hand_back", "send_back_to_lead", "ask_questions")
        rare += ("ask_certificate", "withdraw_reconsideration")
        onward = [one for one in open_to if one[1] not in rare]
        for verb, share in SEEN_TO.items():
            seldom = [one for one in open_to if one[1] == verb]
            if seldom and self.chance.random() < share:
                return self.chance.choice(seldom)
        luck = self.chance.random()
        if luck < 0.62 and onward:
            return self.chance.choice(onward)
        if luck < 0.68 and open_to:
            return self.chance.choice(open_to)
        return self.chance.choice(PEOPLE), self.chance.choice(verbs)

    def payload(self, person: str, verb: str) -> dict[str, Any]:
        given = payload_of(verb)
        if "met_on" in given:
            given = {**given, "met_on": clock.now().date().isoformat()}
        if "next_on" in given:
            given["next_on"] = (clock.now() + timedelta(days=7)).date().isoformat()
        if person == "chair" and "present" in given:
            given["present"] = ""
        return given

    def write(self, person: str) -> None:
        """Before an assessment is submitted it is written."""
        desk = self.model.desk_for(person, "submit_assessment")
        self.case.refresh_from_db()
        road = self.case.route.road
        mine = self.case.assessments.filter(reviewer=self.review.people[person], submitted_at=None).first()
        services.save_assessment(
            case_id=self.case.pk,
            desk=desk,
            scores=assessment_of(road.stage("assessments").desk(desk)),
            overall="Sound.",
            base_revision=mine.revision if mine is not None else 0,
            by=self.review.people[person],
        )

    def step(self) -> None:
        with clock.set_to(self.now):
            self._step()

    def _step(self) -> None:
        held = self.model.stage in HELD and self.chance.random() < 0.3
        held |= self.model.certificate == "given"
        if held or (self.model.asked and self.chance.random() < 0.12):
            self.wait()
        else:
            person, verb = self.pick()
            self.try_one(person, verb)
        self.compare()

    def wait(self) -> None:
        self.said.append("(time passes)")
        if self.model.certificate == "given":
            self.now += timedelta(days=1)
        elif self.model.asked:  # the office hears at half of the time that the case lapses, and then it does
            answer = self.case.turns.open().get(step="answer")
            warned = Timer.objects.get(
                kind="clarification.warn", object_id=answer.pk, due_version=answer.due_version
            )
            with clock.set_to(max(warned.due_at, self.now)):
                tick()
            self.now = max(answer.due_at, self.now)
        else:
            self.now = max(self.case.turns.open().get().due_at, self.now) + timedelta(seconds=1)
        with clock.set_to(self.now):
            tick()
        self.model.wait()

    def try_one(self, person: str, verb: str) -> None:
        expected = self.model.allows(person, verb)
        if expected and verb == "submit_assessment":
            self.write(person)
        if expected and verb == "answer_clarification":
            self.model.changed = self.chance.random() < 0.6
            self.review.draft_of(self.case).changed = ("problem.need",) if self.model.changed else ()
        self.said.append(f"{person} {verb}")
        try:
            self.review.act(self.case, person, verb, **self.payload(person, verb))
            done, why = True, ""
        except Refused as refused:
            done, why = False, ", ".join(reason.code for reason in refused.reasons)
        assert done is expected, f"{self.said[-12:]}: {'done' if done else why}"
        if done:
            self.done.add(verb)
            self.model.do(person, verb)

    def compare(self) -> None:
        """The same place in both, and what must hold of every case."""
        case, model = self.case, self.model
        case.refresh_from_db()
        every = list(case.turns.open())
        turns = {turn.desk: turn for turn in every if turn.step != "answer"}
        here = self.said[-12:]
        assert (case.stage, case.outcome, case.version_number) == (
            model.stage,
            model.outcome,
            model.versions,
        ), here
        assert {desk: turn.step for desk, turn in turns.items()} == model.turns, here
        assert any(turn.step == "answer" for turn in every) is model.asked, here
        standing = list(Decision.objects.filter(case=case, withdrawn_at=None)) if model.decided_by else []
        assert len(standing) == model.decisions + (model.stage in HELD), here
        if not model.closed:
            assert every, here
            seats = {seat for turn in every for seat in turn.seats}
            held = {one.user.pk for one in people_for(seats, clock.now(), case_id=case.pk)}
            assert held.isdisjoint(self.review.people[name].pk for name in model.recused), here
            assert held or model.recused, here
        for decision in standing:
            decider = decision.decided_by_id
            assert decider not in {*decision.submitter_ids, *decision.endorser_ids, *decision.reviewer_ids}, (
                here
            )


def _committee_of(review: Review) -> None:
    root = review.org.offices["UN-SECRETARIAT"]
    for name, role in COMMITTEE.items():
        post = make_post(root, role, f"MC-{name.split()[0].upper()}")
        review.people[name.split()[0].lower()] = appoint(post, make_person(name))
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    for name in (*REVIEWERS.values(), LEADS[0], "desk"):  # a second one at each desk of OICT
        first = Post.objects.get(holdings__user=review.people[name])
        post = make_post(first.office, first.role, f"SECOND-{name.upper()}")
        review.people[f"second {name}"] = appoint(post, make_person(f"Second {name.title()}"))
    set_parameter(
        key="certificate.sample_percent",
        value=100,
        valid_from=(clock.now() - timedelta(days=1)).date(),
        source="Test",
        by=None,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_engine_and_model_stand_at_the_same_place_after_every_act(review: Review, seed: int) -> None:
    _committee_of(review)
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    ends: dict[str, int] = {}
    done: set[str] = set()
    left = STEPS // SEEDS
    while left > 0:
        walk = Walk(review, chance)
        walk.done = done
        for _step in range(min(LONGEST, left)):
            walk.step()
            left -= 1
            goes_on = walk.model.lapsed or walk.model.certificate == "given"
            if walk.model.closed and chance.random() < (0.1 if goes_on else 0.4):
                break
        ends[walk.model.outcome or walk.model.stage] = ends.get(walk.model.outcome or walk.model.stage, 0) + 1
    if STEPS >= 5000:
        assert ends["approved"] >= 3, ends
        assert CommitteeRecord.objects.exists(), ends
        assert done >= RARELY_REACHED
    assert Case.objects.count() == sum(ends.values())
