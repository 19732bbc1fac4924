"""The engine against a plain model of the road: thousands of random acts, and after each the same place in both.

The model below is written from review.md 3 to 8 and knows nothing of the engine: stages, who has which turn, who is
out. `ICTGOV_MODEL_STEPS` sets how many acts are tried (5,000 unless it says otherwise; 50,000 at night).
"""

import os
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.models import Case, CommitteeRecord, Decision
from apps.approvals.seats import people_for
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Timer
from tests.approvals.oracle import COMMITTEE, payload_of
from tests.factories.approvals import Review, assessment_of, tick
from tests.factories.offices import appoint, make_person, make_post

STEPS = int(os.environ.get("ICTGOV_MODEL_STEPS", "5000"))
SEEDS = 5
#: What only a case that has come far can do; a walk of chance that never does it shows nothing of it.
RARELY_REACHED = {"ask_questions", "confirm_assessment", "grant_extension", "reopen_case", "note_decision"}
LONGEST = 70  # acts on one case, before it is left

REVIEWERS = {"alignment": "align", "standards": "standards", "value": "value", "security": "security"}
SENDERS = ("questions", "more_questions")
#: Whose reviews rest on the section that an answer may change.
ON_THE_PROBLEM = ("alignment", "value")
HOLDERS = {
    "submitter": ("submitter",),
    "attest_ict": ("ict",),
    "attest_finance": ("finance",),
    "head": ("head",),
    "field_opinion": ("field",),
    "oict_intake": ("desk",),
    **{desk: (person,) for desk, person in REVIEWERS.items()},
    "lead": ("lead",),
    "questions": ("lead",),
    "more_questions": ("chief",),
    "extension": ("lead",),
    "decider": ("cito", "officer"),
    "secretary": ("secretary",),
    "chair": ("chair",),
}
PEOPLE = sorted(
    {person for people in HOLDERS.values() for person in people} | {"auditor", "admin", "member", "chief"}
)
OFFICE = {"submitter", "head", "ict", "finance", "auditor"}
#: Who takes the turn of which desk with which act; the rest of a verb is in `Model`.
DESKS_OF = {
    "hand_on": ("submitter",),
    "attest": ("attest_ict", "attest_finance"),
    "endorse": ("head",),
    "send_back": ("attest_ict", "attest_finance", "head"),
    "give_opinion": ("field_opinion",),
    "acknowledge": ("oict_intake",),
    "find_complete": ("oict_intake",),
    "request_clarification": ("oict_intake", *SENDERS),
    "ask_questions": tuple(REVIEWERS),
    "set_aside_questions": SENDERS,
    "grant_extension": ("extension",),
    "refuse_extension": ("extension",),
    "confirm_assessment": tuple(REVIEWERS),
    "submit_assessment": tuple(REVIEWERS),
    "declare_no_conflict": (*REVIEWERS, "lead", "questions"),
    "recuse": (*REVIEWERS, "lead", "questions", "decider"),
    "hand_back": tuple(REVIEWERS),
    "recommend": ("lead",),
    "decide": ("decider",),
    "send_back_to_lead": ("decider",),
    "withdraw_decision": ("decider",),
    "note_decision": ("secretary", "chair"),
    "return_decision": ("secretary", "chair"),
    "defer_decision": ("secretary",),
    "open_written": ("secretary",),
    "refer_to_chair": ("secretary",),
}
STEP_OF = {
    "acknowledge": ("acknowledge",),
    "find_complete": ("completeness",),
    "request_clarification": ("completeness", "send"),
    "confirm_assessment": ("confirm",),
    "defer_decision": ("meeting",),
    "open_written": ("meeting",),
    "refer_to_chair": ("written",),
}


@dataclass
class Model:
    """Where a case stands, in words of the report alone."""

    mission: bool
    security: bool
    major: bool
    stage: str = "draft"
    turns: dict[str, str] = field(default_factory=lambda: {"submitter": "draft"})
    taken: dict[str, str] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    recused: set[str] = field(default_factory=set)
    asked: bool = False
    submitted: bool = False
    sent_back_to_lead: bool = False
    returned: bool = False
    deferrals: int = 0
    late: bool = False
    decided_by: str = ""
    outcome: str = ""
    versions: int = 0
    asked_here: bool = False  # a batch was sent in this stage already
    extensions: int = 0
    authors: dict[str, str] = field(default_factory=dict)
    changed: bool = False  # the section that the next answer changes
    lapsed: tuple[str, dict[str, str], dict[str, str]] | None = None

    def sees(self, person: str) -> bool:
        if person == "admin" or person in self.recused:
            return False
        return person in OFFICE or self.submitted

    def desk_for(self, person: str, verb: str) -> str:
        """The desk at which this person may use this verb now; nothing where there is none."""
        steps = STEP_OF.get(verb)
        for desk in DESKS_OF[verb]:
            if desk in self.turns and person in HOLDERS[desk] and (not steps or self.turns[desk] in steps):
                return desk
        return ""

    def allows(self, person: str, verb: str) -> bool:
        if not self.sees(person):
            return False
        if verb == "reopen_case":
            return bool(self.outcome and self.lapsed) and person in ("submitter", "head")
        if self.outcome:
            return False
        if verb == "ask_extension":
            more = self.extensions < 2 and "extension" not in self.turns
            return person == "submitter" and self.asked and more
        if verb == "withdraw_case":
            return person in ("submitter", "head") and self.stage not in ("cooling_off", "committee")
        if verb == "answer_clarification":
            return person == "submitter" and self.asked
        desk = self.desk_for(person, verb)
        if not desk or (self.asked and desk != "extension"):
            return False
        match verb:
            case "send_back":
                return self.stage == "endorsement"
            case "declare_no_conflict":
                alone = desk in ("lead", "questions")
                return person not in self.declared if alone else self.taken.get(desk) != person
            case "hand_back" | "submit_assessment" | "ask_questions":
                return self.taken.get(desk) == person
            case "confirm_assessment":
                return self.taken.get(desk) == person == self.authors.get(desk)
            case "request_clarification" | "set_aside_questions":
                return desk != "questions" or person in self.declared
            case "recommend":
                return person in self.declared
            case "recuse":
                return desk != "decider" or self.stage == "decision"
            case "decide":
                return self.stage == "decision"
            case "send_back_to_lead":
                return self.stage == "decision" and not self.sent_back_to_lead
            case "withdraw_decision":
                return self.stage == "cooling_off" and person == self.decided_by
            case "return_decision":
                return not self.returned
            case "open_written":
                return self.deferrals >= 2 or self.late
            case "refer_to_chair":
                return self.late
        return True

    def go(self, stage: str, *desks: tuple[str, str]) -> None:
        opinion = self.turns.get("field_opinion")
        self.stage, self.turns, self.taken, self.asked_here = stage, dict(desks), {}, False
        if opinion and stage in ("assessments", "recommendation"):
            self.turns["field_opinion"] = opinion

    def do(self, person: str, verb: str) -> None:
        desk = self.desk_for(person, verb) if verb in DESKS_OF else ""
        match verb:
            case "hand_on":
                self.versions += 1
                self.go("endorsement", ("attest_ict", "attest"), ("attest_finance", "attest"))
            case "attest":
                del self.turns[desk]
                if not self.turns:
                    self.turns = {"head": "endorse"}
            case "send_back":
                self.go("draft", ("submitter", "draft"))
            case "endorse":
                self.submitted = True
                field_desk = [("field_opinion", "opinion")] if self.mission else []
                self.go("intake", ("oict_intake", "acknowledge"), *field_desk)
            case "give_opinion":
                del self.turns[desk]
            case "acknowledge":
                self.turns[desk] = "completeness"
            case "request_clarification":
                self.asked, self.extensions = True, 0
                if desk in SENDERS:
                    self.asked_here = True
                    del self.turns[desk]
            case "answer_clarification":
                self.asked = False
                self.versions += 1
                self.turns.pop("extension", None)
                if self.changed and self.stage == "assessments":
                    for one in ON_THE_PROBLEM:
                        self.ask_to_confirm(one)
                self.join()
            case "ask_questions":
                if not set(SENDERS) & set(self.turns):
                    self.turns["more_questions" if self.asked_here else "questions"] = "send"
            case "set_aside_questions" | "confirm_assessment":
                del self.turns[desk]
                self.join()
            case "ask_extension":
                if self.extensions:
                    self.turns["extension"] = "extend"
                else:
                    self.extensions = 1
            case "grant_extension":
                self.extensions += 1
                del self.turns[desk]
            case "refuse_extension":
                del self.turns[desk]
            case "reopen_case":
                assert self.lapsed is not None
                self.stage, self.turns, self.taken = self.lapsed
                self.outcome, self.asked, self.extensions, self.lapsed = "", True, 0, None
            case "find_complete":
                desks = [key for key in REVIEWERS if key != "security" or self.security]
                self.go("assessments", *((key, "assess") for key in desks))
            case "declare_no_conflict":
                self.declared.add(person)
                if desk in REVIEWERS:
                    self.taken[desk] = person
            case "hand_back":
                self.taken.pop(desk)
            case "recuse":
                self.recused.add(person)
                if self.taken.get(desk) == person:
                    self.taken.pop(desk)
            case "submit_assessment":
                del self.turns[desk]
                self.authors[desk] = person
                self.join()
            case "recommend":
                self.go("decision", ("decider", "decide"))
            case "send_back_to_lead":
                self.sent_back_to_lead = True
                self.go("recommendation", ("lead", "recommend"))
            case "decide":
                self.decided_by = person
                self.go("cooling_off", ("decider", "withdraw"))
            case "withdraw_decision":
                self.go("decision", ("decider", "decide"))
            case "note_decision":
                self.end("approved")
            case "return_decision":
                self.returned = True
                self.go("decision", ("decider", "decide"))
            case "defer_decision":
                self.deferrals += 1
            case "open_written":
                self.turns[desk], self.late = "written", False
            case "refer_to_chair":
                self.turns = {"chair": "chair"}
            case "withdraw_case":
                self.end("withdrawn")

    def ask_to_confirm(self, desk: str) -> None:
        """The office changed what the assessment of this desk rests on."""
        if desk in self.authors and desk not in self.turns:
            self.turns[desk] = "confirm"
            self.taken.pop(desk, None)
            if self.authors[desk] not in self.recused:
                self.taken[desk] = self.authors[desk]

    def join(self) -> None:
        """The assessments are over once all are in, nobody has a question to send, and the office owes no answer."""
        waits = set(self.turns) & {*REVIEWERS, *SENDERS}
        if self.stage == "assessments" and not waits and not self.asked:
            self.go("recommendation", ("lead", "recommend"))

    def end(self, outcome: str) -> None:
        self.go("closed")
        self.outcome, self.asked = outcome, False

    def wait(self) -> None:
        """The fifteen minutes are over, and where the Committee has the case, its last day as well."""
        if self.asked:
            turns = {desk: step for desk, step in self.turns.items() if desk != "extension"}
            kept = self.stage, turns, self.taken
            self.end("withdrawn")
            self.lapsed = kept
        elif self.stage == "cooling_off":
            if self.major or "cito" in self.recused:
                self.go("committee", ("secretary", "meeting"))
                self.deferrals, self.late = 0, False
            else:
                self.end("approved")
        elif self.stage == "committee":
            self.late = True


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
        verbs = [*DESKS_OF, "answer_clarification", "ask_extension", "withdraw_case", "reopen_case"]
        open_to = [(p, v) for v in verbs for p in PEOPLE if self.model.allows(p, v)]
        rare = ("withdraw_case", "recuse", "send_back", "hand_back", "send_back_to_lead", "ask_questions")
        onward = [one for one in open_to if one[1] not in rare]
        questions = [one for one in open_to if one[1] == "ask_questions"]
        if questions and self.chance.random() < 0.15:
            return self.chance.choice(questions)
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
        held = self.model.stage in ("cooling_off", "committee") and self.chance.random() < 0.3
        if held or (self.model.asked and self.chance.random() < 0.12):
            self.wait()
        else:
            person, verb = self.pick()
            self.try_one(person, verb)
        self.compare()

    def wait(self) -> None:
        self.said.append("(time passes)")
        if self.model.asked:  # the office hears at half of the time that the case lapses, and then it does
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
        assert len(standing) == (
            model.stage in ("cooling_off", "committee") or model.outcome == "approved"
        ), here
        if not model.outcome:
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
            if walk.model.outcome and (walk.model.lapsed is None or chance.random() < 0.1):
                break
        ends[walk.model.outcome or walk.model.stage] = ends.get(walk.model.outcome or walk.model.stage, 0) + 1
    if STEPS >= 5000:
        assert ends["approved"] >= 3, ends
        assert CommitteeRecord.objects.exists(), ends
        assert done >= RARELY_REACHED
    assert Case.objects.count() == sum(ends.values())
