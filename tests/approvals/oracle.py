"""Who can do what in which state: one table by hand, written apart from the code that decides it.

`sees` are those for whom the case exists at all (in summary at least); to anybody else every act is "not found".
`can` are the acts whose turn is open, with those who can use them; to others who see the case they are "not
allowed". Any other act is a "conflict": nobody has the turn for it. `stopped` are acts whose clock stands still.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apps.approvals import services
from apps.approvals.models import Case
from apps.audit import clock
from apps.offices.choices import Role
from tests.factories.approvals import Review, assessment_of, decision_of, tick
from tests.factories.offices import appoint, make_person, make_post

PEOPLE = (
    *("submitter", "head", "ict", "finance", "field", "desk", "align", "standards", "value", "lead"),
    *(
        "officer",
        "cito",
        "chief",
        "member",
        "secretary",
        "chair",
        "auditor",
        "admin",
        "unifil-head",
        "escap-ict",
    ),
)
VERBS = (
    *("hand_on", "attest", "endorse", "send_back", "give_opinion", "acknowledge", "find_complete"),
    *("request_clarification", "answer_clarification", "declare_no_conflict", "recuse", "hand_back"),
    *("submit_assessment", "recommend", "decide", "send_back_to_lead", "withdraw_decision", "withdraw_case"),
    *("ask_questions", "ask_extension", "ask_emergency", "ask_reconsideration"),
    *("certify_not_subject", "find_subject"),
    *("note_decision", "return_decision", "defer_decision", "open_written", "refer_to_chair"),
)
OFFICE = ("submitter", "head", "ict", "finance", "auditor")
SUBMITTED = (
    *OFFICE,
    *("field", "desk", "align", "standards", "value", "lead", "officer", "cito", "chief"),
    *("member", "secretary", "chair"),
)
OWNERS = ("submitter", "head")


@dataclass(frozen=True)
class State:
    sees: tuple[str, ...]
    can: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()


STATES: Mapping[str, State] = {
    "draft": State(
        OFFICE,
        {
            "hand_on": ("submitter",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
            "ask_certificate": ("submitter",),
        },
    ),
    "certifying": State(  # the office asked whether it is subject; OICT sees what it asked
        SUBMITTED,
        {
            "hand_on": ("submitter",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
            "certify_not_subject": ("desk",),
            "find_subject": ("desk",),
        },
    ),
    "attesting": State(
        OFFICE,
        {
            "attest": ("ict", "finance"),
            "send_back": ("ict", "finance"),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "endorsing": State(
        OFFICE,
        {"endorse": ("head",), "send_back": ("head",), "withdraw_case": OWNERS, "ask_emergency": ("head",)},
    ),
    "acknowledging": State(
        SUBMITTED,
        {
            "acknowledge": ("desk",),
            "give_opinion": ("field",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "completing": State(
        SUBMITTED,
        {
            "find_complete": ("desk",),
            "request_clarification": ("desk",),
            "give_opinion": ("field",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "clarifying": State(
        SUBMITTED,
        {
            "answer_clarification": ("submitter",),
            "ask_extension": ("submitter",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
        stopped=("find_complete", "request_clarification", "give_opinion"),
    ),
    "assessing": State(  # alignment has declared and written; standards and value have not declared
        SUBMITTED,
        {
            "declare_no_conflict": ("standards", "value"),
            "recuse": ("align", "standards", "value"),
            "hand_back": ("align",),
            "submit_assessment": ("align",),
            "ask_questions": ("align",),
            "give_opinion": ("field",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "recused": State(  # alignment has recused itself; standards has declared and written nothing yet
        tuple(name for name in SUBMITTED if name != "align"),
        {
            "declare_no_conflict": ("value",),
            "recuse": ("standards", "value"),
            "hand_back": ("standards",),
            "submit_assessment": (),
            "ask_questions": ("standards",),
            "give_opinion": ("field",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "recommending": State(  # the lead reviewer has declared
        SUBMITTED,
        {
            "recommend": ("lead",),
            "declare_no_conflict": (),
            "recuse": ("lead",),
            "give_opinion": ("field",),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "deciding": State(
        SUBMITTED,
        {
            "decide": ("cito", "officer"),
            "send_back_to_lead": ("cito", "officer"),
            "recuse": ("cito", "officer"),
            "withdraw_case": OWNERS,
            "ask_emergency": ("head",),
        },
    ),
    "taking effect": State(
        SUBMITTED, {"withdraw_decision": ("cito",), "withdraw_case": (), "ask_emergency": ()}
    ),
    "before the committee": State(  # at its first meeting
        SUBMITTED,
        {
            "note_decision": ("secretary",),
            "return_decision": ("secretary",),
            "defer_decision": ("secretary",),
            "open_written": (),
            "withdraw_case": (),
            "ask_emergency": (),
        },
    ),
    "closed": State(SUBMITTED, {"ask_reconsideration": ("head",)}),
    "reconsidering": State(  # an officer decided, and the head of office asked: now it is the CITO's alone
        SUBMITTED,
        {
            "decide": ("cito",),
            "send_back_to_lead": ("cito",),
            "recuse": ("cito", "officer"),
            "withdraw_case": (),
            "ask_emergency": (),
            "withdraw_reconsideration": ("head",),
        },
    ),
}
#: What its office may do with a case as a whole, and not with one that is decided so.
STANDS = {
    *(("reconsidering", "withdraw_case", person) for person in OWNERS),
    ("reconsidering", "ask_emergency", "head"),
}
#: What stands against an act for a thing that is not ready, not for the person: an assessment not written yet.
NOT_READY = {("recused", "submit_assessment", "standards")}


def expected(state: str, verb: str, person: str) -> str:
    """What the engine must answer: done, not_found, not_allowed, conflict or not_ready."""
    row = STATES[state]
    if person not in row.sees:
        return "not_found"
    if verb in row.stopped or verb not in row.can:
        return "conflict" if verb != "withdraw_case" or state == "closed" else "not_allowed"
    if (state, verb, person) in STANDS:
        return "conflict"
    if (state, verb, person) in NOT_READY:
        return "not_ready"
    return "done" if person in row.can[verb] else "not_allowed"


def payload_of(verb: str) -> dict[str, Any]:
    """A complete input of the act, so that nothing but person and state speaks against it."""
    words = {"words": "Said in the test."}
    sitting = {**words, "met_on": "2026-03-02", "present": "Ada Member\nBo Member\nChair Person"}
    return {
        "note_decision": sitting,
        "return_decision": sitting,
        "defer_decision": {**sitting, "present": "Ada Member", "next_on": "2026-03-09"},
        "attest": {"confirmed": True},
        "endorse": {"confirmed": True},
        "give_opinion": {"position": "supports", **words},
        "request_clarification": {"items": [{"field": "problem.need", "question": "How many?"}]},
        "ask_emergency": {**words, "amount_max": "60000", "days": "60"},
        "ask_questions": {"items": [{"field": "problem.need", "question": "How many?"}]},
        "answer_clarification": {"answers": [{"item": "1", "answer": "Forty."}]},
        "recommend": {"outcome": "approved", "summary": "All agree."},
        "decide": decision_of(),
        **dict.fromkeys(
            (
                *(
                    "send_back",
                    "recuse",
                    "hand_back",
                    "send_back_to_lead",
                    "withdraw_decision",
                    "withdraw_case",
                ),
                *(
                    "open_written",
                    "refer_to_chair",
                    "ask_extension",
                    "set_aside_questions",
                    "refuse_extension",
                    "reopen_case",
                    "ask_reconsideration",
                    "certify_not_subject",
                    "find_subject",
                    "ask_certificate",
                    "confirm_certificate",
                    "lift_certificate",
                    "withdraw_reconsideration",
                ),
            ),
            words,
        ),
    }.get(verb, {})


def _write(review: Review, case: Case, person: str, desk: str) -> None:
    review.act(case, person, "declare_no_conflict")
    services.save_assessment(
        case_id=case.pk,
        desk=desk,
        scores=assessment_of(case.route.road.stage("assessments").desk(desk)),
        overall="Sound.",
        base_revision=0,
        by=review.people[person],
    )


def _assessing(review: Review, case: Case) -> None:
    review.complete(review.endorse(case))
    _write(review, case, "align", "alignment")


def _recused(review: Review, case: Case) -> None:
    review.complete(review.endorse(case))
    review.act(case, "align", "recuse", words="I know the vendor.")
    review.act(case, "standards", "declare_no_conflict")


def _clarifying(review: Review, case: Case) -> None:
    STEPS["completing"](review, case)
    review.act(case, "desk", "request_clarification", **payload_of("request_clarification"))


def _attesting(review: Review, case: Case) -> None:
    review.act(case, "submitter", "hand_on")


def _endorsing(review: Review, case: Case) -> None:
    _attesting(review, case)
    review.act(case, "ict", "attest", confirmed=True)
    review.act(case, "finance", "attest", confirmed=True)


def _completing(review: Review, case: Case) -> None:
    review.endorse(case)
    review.act(case, "desk", "acknowledge")


def _recommending(review: Review, case: Case) -> None:
    review.assess(review.complete(review.endorse(case)))
    review.act(case, "lead", "declare_no_conflict")


def _taking_effect(review: Review, case: Case) -> None:
    review.to_decision(case)
    review.act(case, "cito", "decide", **decision_of())


def _closed(review: Review, case: Case) -> None:
    _taking_effect(review, case)
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()


def _reconsidering(review: Review, case: Case) -> None:
    review.to_decision(case)
    review.act(case, "officer", "decide", **decision_of())
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
    review.act(case, "head", "ask_reconsideration", **payload_of("ask_reconsideration"))


def _before_the_committee(review: Review, case: Case) -> None:
    review.draft_of(case).facts["major"] = True
    _closed(review, case)


STEPS: Mapping[str, Callable[[Review, Case], Any]] = {
    "draft": lambda review, case: None,
    "certifying": lambda review, case: review.act(case, "submitter", "ask_certificate", words="Steel masts."),
    "attesting": _attesting,
    "endorsing": _endorsing,
    "acknowledging": lambda review, case: review.endorse(case),
    "completing": _completing,
    "clarifying": _clarifying,
    "assessing": _assessing,
    "recused": _recused,
    "recommending": _recommending,
    "deciding": lambda review, case: review.to_decision(case),
    "taking effect": _taking_effect,
    "before the committee": _before_the_committee,
    "closed": _closed,
    "reconsidering": _reconsidering,
}


#: Beside the one member whom every test has: so many that a quorum can come together.
COMMITTEE = {
    "Ada Member": Role.MC_MEMBER,
    "Bo Member": Role.MC_MEMBER,
    "Chair Person": Role.MC_CHAIR,
    "Secretary Person": Role.MC_SECRETARY,
}


def in_state(review: Review, state: str) -> Case:
    """A case in this state; the assigned officer holds an instrument that covers it."""
    review.org.issue("officer", ["18"], ["UNMISS"], amount_limit=250000)
    root = review.org.offices["UN-SECRETARIAT"]
    for name, role in COMMITTEE.items():
        post = make_post(root, role, f"MC-{name.split()[0].upper()}")
        review.people[name.split()[0].lower()] = appoint(post, make_person(name))
    case = review.open()
    STEPS[state](review, case)
    case.refresh_from_db()
    return case
