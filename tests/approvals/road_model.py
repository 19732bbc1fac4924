"""A plain model of the road, written from review.md 1 to 11: stages, who has which turn, who is out.

It knows nothing of the engine; `test_model.py` drives both and compares.
"""

from dataclasses import dataclass, field

REVIEWERS = {"alignment": "align", "standards": "standards", "value": "value", "security": "security"}
SENDERS = ("questions", "more_questions")
#: Whose reviews rest on the section that an answer may change.
ON_THE_PROBLEM = ("alignment", "value")
INTAKE = ("desk", "second desk")
LEADS = ("lead", "second lead")
HOLDERS = {
    "submitter": ("submitter",),
    "attest_ict": ("ict",),
    "attest_finance": ("finance",),
    "head": ("head",),
    "field_opinion": ("field",),
    "certificate": INTAKE,
    "oict_intake": INTAKE,
    **{desk: (person, f"second {person}") for desk, person in REVIEWERS.items()},
    "lead": LEADS,
    "questions": LEADS,
    "more_questions": ("chief",),
    "extension": LEADS,
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
    **dict.fromkeys(
        ("certify_not_subject", "find_subject", "confirm_certificate", "lift_certificate"), ("certificate",)
    ),
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
    "certify_not_subject": ("examine",),
    "find_subject": ("examine",),
    "confirm_certificate": ("reexamine",),
    "lift_certificate": ("reexamine",),
    "acknowledge": ("acknowledge",),
    "find_complete": ("completeness",),
    "request_clarification": ("completeness", "send"),
    "confirm_assessment": ("confirm",),
    "defer_decision": ("meeting",),
    "open_written": ("meeting",),
    "refer_to_chair": ("written",),
}


HELD = ("cooling_off", "committee")
#: Where nobody acts who looked at the case before it is looked at again.
KEPT_APART = (*REVIEWERS, "lead", "questions", "extension", "certificate", "oict_intake")


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
    outcome: str = ""  # of a case that has ended, or what stands while it is looked at again
    closed: bool = False
    decisions: int = 0  # in effect
    reconsidered: bool = False
    certificate: str = ""
    reviewed: set[str] = field(default_factory=set)  # who assessed or led
    earlier: set[str] = field(default_factory=set)  # who looked at it before it is looked at again
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
            return bool(self.closed and self.lapsed) and person in ("submitter", "head")
        if verb == "ask_reconsideration":
            return self.closed and self.outcome == "approved" and not self.reconsidered and person == "head"
        if self.closed:
            return False
        if verb == "ask_certificate":
            return (
                person == "submitter" and self.stage == "draft" and not self.versions and not self.certificate
            )
        if verb == "withdraw_reconsideration":
            return person == "head" and self.reconsidered and self.stage not in HELD
        if verb == "ask_extension":
            more = self.extensions < 2 and "extension" not in self.turns
            return person == "submitter" and self.asked and more
        if verb == "withdraw_case":
            return person in ("submitter", "head") and self.stage not in HELD and not self.outcome
        if verb == "answer_clarification":
            return person == "submitter" and self.asked
        desk = self.desk_for(person, verb)
        if not desk or (self.asked and desk != "extension"):
            return False
        if person in self.earlier and verb != "recuse" and desk in KEPT_APART:
            return False
        match verb:
            case "send_back":
                return self.stage == "endorsement"
            case "declare_no_conflict":
                alone = desk in ("lead", "questions")
                return person not in self.declared if alone else desk not in self.taken
            case "hand_back" | "submit_assessment" | "ask_questions":
                return self.taken.get(desk) == person
            case "confirm_assessment":
                return self.taken.get(desk) == person == self.authors.get(desk)
            case "request_clarification" | "set_aside_questions":
                return desk != "questions" or person in self.declared
            case "recommend":
                return person in self.declared
            case "recuse":
                if desk == "decider":
                    return self.stage == "decision"
                return self.taken.get(desk, person) == person
            case "decide":
                return self.stage == "decision" and (not self.reconsidered or person == "cito")
            case "send_back_to_lead":
                if self.reconsidered and person != "cito":
                    return False
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
                self.closed, self.outcome, self.asked, self.extensions, self.lapsed = False, "", True, 0, None
            case "find_complete":
                desks = [key for key in REVIEWERS if key != "security" or self.security]
                self.go("assessments", *((key, "assess") for key in desks))
            case "declare_no_conflict":
                self.declared.add(person)
                if desk in REVIEWERS:
                    self.taken[desk] = person
                    self.reviewed.add(person)
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
                self.reviewed.add(person)
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
                self.take_effect()
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
            case "ask_certificate":
                self.certificate, self.submitted = "asked", True
                self.turns["certificate"] = "examine"
            case "find_subject":
                del self.turns[desk]
            case "certify_not_subject":
                self.certificate = "given"
                self.earlier.add(person)
                self.end("not_subject")
            case "confirm_certificate":
                self.certificate = "confirmed"
                self.end("not_subject")
            case "lift_certificate":
                self.outcome = ""
                self.go("draft", ("submitter", "draft"))
            case "ask_reconsideration":
                self.reconsider()
            case "withdraw_reconsideration":
                self.end(self.outcome)

    def reconsider(self) -> None:
        """An officer's decision goes to the CITO; the CITO's own, or where the CITO stepped aside, to the desks."""
        self.closed, self.reconsidered = False, True
        self.sent_back_to_lead = self.returned = False
        if self.decided_by == "officer" and "cito" not in self.recused:
            self.go("decision", ("decider", "decide"))
            return
        self.earlier |= self.reviewed
        self.authors = {}
        self.go("assessments", *((key, "assess") for key in REVIEWERS if key != "security" or self.security))

    def examine_again(self) -> None:
        """Chance chose the certificate: the desk looks at it again, less who gave it."""
        self.certificate, self.closed = "sampled", False
        self.go("draft", ("certificate", "reexamine"))

    def take_effect(self) -> None:
        self.decisions += 1
        self.end("approved")

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
        self.closed, self.outcome, self.asked = True, outcome, False

    def wait(self) -> None:
        """The fifteen minutes are over, and where the Committee has the case, its last day as well."""
        if self.certificate == "given":
            self.examine_again()
        elif self.asked:
            turns = {desk: step for desk, step in self.turns.items() if desk != "extension"}
            kept = self.stage, turns, self.taken
            self.end(self.outcome or "withdrawn")
            self.lapsed = kept if self.outcome == "withdrawn" else None
        elif self.stage == "cooling_off":
            if self.major or "cito" in self.recused:
                self.go("committee", ("secretary", "meeting"))
                self.deferrals, self.late = 0, False
            else:
                self.take_effect()
        elif self.stage == "committee":
            self.late = True
