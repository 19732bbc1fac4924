"""Who plays what in the demonstration: the words of the stories, and the posts behind them."""

from __future__ import annotations

from apps.offices.choices import Role

PEOPLE = {  # who acts, by the word of the story: role at the sponsor, or the post's code
    "attest_ict": Role.ICT_CHIEF,
    "attest_finance": Role.CERTIFYING_OFFICER,
    "endorse": Role.HEAD_OF_OFFICE,
    "send_back": Role.HEAD_OF_OFFICE,
    "start": Role.SUBMITTER,
    "write": Role.SUBMITTER,
    "hand_on": Role.SUBMITTER,
    "answer": Role.SUBMITTER,
    "withdraw": Role.HEAD_OF_OFFICE,
    "ask_emergency": Role.HEAD_OF_OFFICE,
    "reconsider": Role.HEAD_OF_OFFICE,
}
POSTS = {
    "opinion": "DPKO-FIELD-ICT-{}",
    "acknowledge": "OICT-DESK-OFFICER-{}",
    "complete": "OICT-DESK-OFFICER-{}",
    "ask": "OICT-DESK-OFFICER-{}",
    "certify": "OICT-DESK-OFFICER-{}",
    "alignment": "OICT-REVIEWER-ALIGN-{}",
    "standards": "OICT-REVIEWER-STD-{}",
    "value": "OICT-REVIEWER-VALUE-{}",
    "security": "OICT-REVIEWER-SEC-{}",
    "recommend": "OICT-LEAD-REVIEWER-{}",
    "send_questions": "OICT-LEAD-REVIEWER-{}",
    "note": "UN-SECRETARIAT-MC-SECRETARY",
    "put_off": "UN-SECRETARIAT-MC-SECRETARY",
}
MEMBERS = ("MC-MEMBER-1", "MC-MEMBER-2", "MC-MEMBER-3", "UN-SECRETARIAT-MC-CHAIR")
DECIDERS = {
    "cito": "OICT-CITO",
    "officer1": "OICT-ASSIGNED-OFFICER-1",
    "officer2": "OICT-ASSIGNED-OFFICER-2",
}
DESKS = ("alignment", "standards", "value", "security")
SCORED = {
    "alignment": ("alignment",),
    "standards": ("standards_met", "architecture"),
    "value": ("value_added", "return_on_investment"),
    "security": ("data_protection", "security_controls"),
}
PRINCIPLES = tuple(f"principle_6{letter}" for letter in "abcdefg")
