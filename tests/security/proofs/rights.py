"""Who sees how much of the case in each state, and who can do what: by hand, apart from the code that decides it.

Written from authority.md and review.md. Nothing here asks the portal; a change of the rules is a change here.
"""

from collections.abc import Mapping

from tests.security.proofs.world import PERSONAS, SCOPES, STATES, TOKENS

LEVELS = ("hidden", "card", "summary", "full")
_NOBODY = ("anonymous", "inactive")
_AUDIT = ("auditor", "token_read")
_OFFICE = ("submitter", "head", "token_write", *_AUDIT)
_OICT = ("approver", "delegate", "expired")

#: Persona → level where it is more than hidden. The reviewer has declared from `assessing` on, and taken part.
_SUBMITTED = {**dict.fromkeys((*_OFFICE, *_OICT), "full"), "reviewer": "summary", "unassigned": "summary"}
_DECLARED = {**_SUBMITTED, "reviewer": "full"}
_TABLE: Mapping[str, Mapping[str, str]] = {
    "draft": dict.fromkeys(_OFFICE, "full"),
    "endorsing": dict.fromkeys(_OFFICE, "full"),
    "intake": _SUBMITTED,
    "clarifying": _SUBMITTED,
    "assessing": _DECLARED,
    "recommending": _DECLARED,
    "deciding": _DECLARED,
    "cooling_off": _DECLARED,
    "approved": {**_DECLARED, "other_submitter": "card", "admin": "card"},
    "other_office": {
        name: level for name, level in _DECLARED.items() if name not in _OFFICE or name in _AUDIT
    },
    # left to the people on it, whoever sits at the desk that has the turn (here: deciding), and the auditors
    "confidential": dict.fromkeys(("submitter", "head", "reviewer", *_OICT, *_AUDIT), "full"),
    "withdrawn": _SUBMITTED,
}

#: State → act → who can do it. What is in no row has no turn: for who sees the case it is a conflict.
CAN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "draft": {
        "hand_on": ("submitter", "token_write"),
        "ask_certificate": ("submitter", "token_write"),
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "endorsing": {
        "endorse": ("head",),
        "send_back": ("head",),
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "intake": {
        "find_complete": (),
        "request_clarification": (),
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "clarifying": {
        "answer_clarification": ("submitter", "token_write"),
        "ask_extension": ("submitter", "token_write"),
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "assessing": {
        "declare_no_conflict": (),
        "recuse": ("reviewer",),  # who took the turn; it is nobody else's while they have it
        "hand_back": ("reviewer",),
        "submit_assessment": ("reviewer",),
        "ask_questions": ("reviewer",),
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "recommending": {
        "recommend": (),
        "recuse": (),
        "declare_no_conflict": (),
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "deciding": {
        "decide": ("approver", "delegate"),
        "send_back_to_lead": ("approver", "delegate"),
        "recuse": ("approver", "delegate", "expired"),  # who sits there, whatever they hold
        "withdraw_case": ("submitter", "head", "token_write"),
        "ask_emergency": ("head",),
    },
    "cooling_off": {"withdraw_decision": ("approver",)},
    "approved": {"ask_reconsideration": ("head",)},
    "other_office": {
        "declare_no_conflict": (),
        "recuse": ("reviewer",),  # who took the turn; it is nobody else's while they have it
        "hand_back": ("reviewer",),
        "submit_assessment": ("reviewer",),
        "ask_questions": ("reviewer",),
        "withdraw_case": (),
        "ask_emergency": (),
    },
    "confidential": {
        "decide": ("approver", "delegate"),
        "send_back_to_lead": ("approver", "delegate"),
        "recuse": ("approver", "delegate", "expired"),  # who sits there, whatever they hold
        "withdraw_case": ("submitter", "head"),
        "ask_emergency": ("head",),
    },
    "withdrawn": {},
}
#: Acts whose clock stands still while the office is asked.
STOPPED: Mapping[str, tuple[str, ...]] = {"clarifying": ("find_complete", "request_clarification")}
#: Acts that nobody can use in that state and that are still "not allowed", not a conflict: what the office does with
#: its case as a whole, once the decision is taken.
NEVER_A_CONFLICT = {("cooling_off", "withdraw_case"), ("cooling_off", "ask_emergency")}


def may_send(persona: str, *, to_the_register: bool = False) -> bool:
    """Whether the scope of a token lets it send anything but a question; it is asked before anything else."""
    scopes = SCOPES.get(persona)
    return scopes is None or ("admin" if to_the_register else "submit") in scopes


def level(persona: str, state: str) -> str:
    """How much of the case in this state this persona may see."""
    return _TABLE[state].get(persona, "hidden")


def sees(persona: str, state: str, at_least: str) -> bool:
    return LEVELS.index(level(persona, state)) >= LEVELS.index(at_least)


def answer_to_act(persona: str, state: str, verb: str) -> str:
    """What the engine must say: done, not_found, not_allowed or conflict."""
    if not sees(persona, state, "summary"):
        return "not_found"
    if verb in STOPPED.get(state, ()):
        return "conflict"
    if (state, verb) in NEVER_A_CONFLICT:
        return "not_allowed"
    if verb not in CAN[state]:
        return "conflict"
    return "done" if persona in CAN[state][verb] else "not_allowed"


def may_read_decision(persona: str, state: str) -> bool:
    """Until it takes effect a decision is the decider's and the auditors' alone."""
    if state == "cooling_off":
        return persona in ("approver", *_AUDIT)
    return state == "approved" and sees(persona, state, "full")


def writes_draft(persona: str, state: str) -> bool:
    """The text that the office is still writing: its submitters'."""
    return persona in ("submitter", "token_write") and sees(persona, state, "full")


def reads_draft(persona: str, state: str) -> bool:
    """The office's own and the auditors': others read frozen versions."""
    return persona in _OFFICE and sees(persona, state, "full")


DESKS_ARE_IN = ("recommending", "deciding", "cooling_off", "approved", "confidential")


def may_read(persona: str, state: str, audience: str) -> bool:
    """Whether a text written for this audience may reach this persona."""
    if audience in ("card", "full"):
        return sees(persona, state, audience) or (audience == "card" and sees(persona, state, "summary"))
    if not sees(persona, state, "full"):
        return False
    if audience == "author":  # alignment's assessment: the reviewer's; others' as `peers`, once it is in
        return persona == "reviewer" or (state in DESKS_ARE_IN and persona in (*_OICT, *_AUDIT))
    if audience == "peers":
        if persona in _AUDIT:
            return True
        return state in DESKS_ARE_IN and persona in (*_OICT, "reviewer")
    if audience == "recommendation":
        return persona in (*_OICT, *_AUDIT, "reviewer") or state == "approved"
    if audience == "decision":
        return may_read_decision(persona, state)
    return False  # "nobody": why a reviewer stepped aside


__all__ = ["CAN", "LEVELS", "PERSONAS", "STATES", "TOKENS", "answer_to_act", "level", "may_read", "sees"]
assert set(_TABLE) == set(STATES) == set(CAN)
assert all(name in PERSONAS and name not in _NOBODY for row in _TABLE.values() for name in row)
