"""The verbs of the review as people and programs send them: their words and their fields.

One table serves the page's form, the API's serializer and the engine, so that each asks for the same and refuses alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.approvals.choices import DECIDABLE, ConditionKind, Outcome, Position
from apps.approvals.services.beside import BESIDE, OFFICE_ROLES, REASON, REMARKS
from apps.approvals.services.fields import Field, Label, Verb
from apps.offices.choices import Role


def _outcomes() -> tuple[tuple[str, Label], ...]:
    return tuple((str(outcome), Outcome(outcome).label) for outcome in DECIDABLE)


CONDITION_FIELDS = (
    Field("kind", _("When"), "choice", required=True, choices=tuple(ConditionKind.choices)),
    Field("words", _("Condition"), required=True),
    Field(
        "owner_role",
        _("Owner"),
        "choice",
        required=True,
        choices=(
            (Role.HEAD_OF_OFFICE, Role.HEAD_OF_OFFICE.label),
            (Role.ICT_CHIEF, Role.ICT_CHIEF.label),
            (Role.CERTIFYING_OFFICER, Role.CERTIFYING_OFFICER.label),
            (Role.SUBMITTER, Role.SUBMITTER.label),
        ),
    ),
    Field("due_on", _("Due date"), "date", required=True),
    Field("evidence", _("Evidence"), required=True, help=_("What shows that it is met.")),
    Field("effect_if_missed", _("Effect if missed"), required=True),
    Field(
        "verifier_role",
        _("Verifier"),
        "choice",
        required=True,
        choices=(
            (Role.LEAD_REVIEWER, Role.LEAD_REVIEWER.label),
            (Role.DESK_OFFICER, Role.DESK_OFFICER.label),
            (Role.REVIEWER_STANDARDS, Role.REVIEWER_STANDARDS.label),
            (Role.REVIEWER_VALUE, Role.REVIEWER_VALUE.label),
        ),
    ),
)
QUESTIONS = Field(
    "items",
    _("Questions"),
    "rows",
    required=True,
    of=(
        Field("field", _("About"), "choice", required=True),
        Field("question", _("Question"), required=True),
    ),
)
#: What is written down of a sitting of the Management Committee.
SITTING = (
    Field(
        "met_on",
        _("Date of the meeting"),
        "date",
        required=True,
        help=_("Of a written procedure, the day on which it closed."),
    ),
    Field(
        "present",
        _("Members who took part"),
        help=_("A name a line. Needed wherever a quorum is: only the chair alone leaves it empty."),
        depends=True,
    ),
    Field("against", _("Members who voted otherwise"), help=_("A name a line, of those who took part.")),
)

VERBS: Mapping[str, Verb] = {
    verb.key: verb
    for verb in (
        Verb(
            "hand_on",
            _("Hand on for endorsement"),
            _("handed the business case on"),
            (REMARKS,),
            note=_("This freezes the version that the attesting officers and the head of office will read."),
        ),
        Verb(
            "attest",
            _("Attest"),
            _("attested"),
            (
                Field(
                    "confirmed",
                    _("I attest that this version is correct as far as my post answers for it."),
                    "yes",
                    True,
                ),
                REMARKS,
            ),
        ),
        Verb(
            "endorse",
            _("Endorse"),
            _("endorsed"),
            (
                Field(
                    "confirmed",
                    _("I endorse this version, and answer for its running costs being asked for."),
                    "yes",
                    True,
                ),
                REMARKS,
            ),
            note=_("The case then leaves the office, and gets its number."),
        ),
        Verb("send_back", _("Send back"), _("sent back"), (REASON,)),
        Verb(
            "give_opinion",
            _("Give the field opinion"),
            _("gave the field opinion"),
            (
                Field("position", _("Position"), "choice", required=True, choices=tuple(Position.choices)),
                Field("words", _("Opinion"), required=True),
            ),
            note=_("An opinion on need and spending (17e, 17c). It neither approves nor refuses."),
        ),
        Verb("acknowledge", _("Acknowledge receipt"), _("acknowledged receipt"), (REMARKS,)),
        Verb("find_complete", _("Find complete"), _("found the case complete"), (REMARKS,)),
        Verb(
            "request_clarification",
            _("Return with questions"),
            _("returned the case with questions"),
            (QUESTIONS,),
            note=_("All questions go in one request. The clock stops until the office answers."),
        ),
        Verb(
            "answer_clarification",
            _("Send the answers"),
            _("answered the questions"),
            (
                Field(
                    "answers",
                    _("Answers"),
                    "rows",
                    required=True,
                    of=(
                        Field("item", _("Question"), "line", required=True),
                        Field("answer", _("Answer"), required=True),
                    ),
                ),
            ),
            note=_("This freezes the next version, and starts the clock again."),
        ),
        Verb(
            "ask_extension",
            _("Ask for more time"),
            _("asked for more time to answer"),
            (REASON,),
            note=_(
                "The first time you get half of the days again, at once. The second time the lead reviewer decides."
            ),
        ),
        Verb(
            "grant_extension",
            _("Give more time"),
            _("gave the office more time to answer"),
            (REMARKS,),
            note=_("The office gets half of the days again. More is not possible after that."),
        ),
        Verb(
            "refuse_extension",
            _("Give no more time"),
            _("gave the office no more time to answer"),
            (REASON,),
            note=_("The day by which the office answers stays as it is."),
        ),
        Verb(
            "ask_questions",
            _("Add questions for the office"),
            _("added questions for the office"),
            (QUESTIONS,),
            note=_(
                "The other desks see them; the office does once they are sent, all in one request. In the first half "
                "of the days the lead reviewer sends them, after that the section chief."
            ),
        ),
        Verb(
            "set_aside_questions",
            _("Set the questions aside"),
            _("set the questions for the office aside"),
            (REASON,),
            note=_("They are not sent. The desks see why."),
        ),
        Verb(
            "declare_no_conflict",
            _("I have no conflict of interest"),
            _("declared no conflict of interest"),
            (),
            note=_("You also take the turn of this desk."),
        ),
        Verb(
            "recuse",
            _("Recuse myself"),
            _("recused themselves"),
            (REASON,),
            cannot_be_undone=True,
            note=_("You will see nothing of this case any more, and the turn passes on."),
        ),
        Verb("hand_back", _("Hand the turn back"), _("handed the turn back"), (REASON,)),
        Verb(
            "submit_assessment",
            _("Submit the assessment"),
            _("submitted an assessment"),
            (),
            cannot_be_undone=True,
            note=_("It cannot be changed afterwards. You then see the others' assessments."),
        ),
        Verb(
            "confirm_assessment",
            _("Confirm the assessment"),
            _("confirmed the assessment for the new version"),
            (REMARKS,),
            cannot_be_undone=True,
            note=_(
                "What the office changed does not change your assessment. It stands for this version too."
            ),
        ),
        Verb(
            "recommend",
            _("Recommend"),
            _("recommended"),
            (
                Field("dissent", _("Dissent"), help=_("What the desks do not agree on. It is shown first.")),
                Field("outcome", _("Recommended outcome"), "choice", required=True, choices=_outcomes()),
                Field("summary", _("Consolidated assessment"), required=True),
                Field("conditions", _("Proposed conditions"), "rows", of=CONDITION_FIELDS),
            ),
        ),
        Verb(
            "decide",
            _("Decide"),
            _("decided"),
            (
                Field("outcome", _("Outcome"), "choice", required=True, choices=_outcomes()),
                Field("reasons", _("Reasons"), required=True),
                Field(
                    "what_would_change",
                    _("What would change the decision"),
                    help=_("Needed for “not approved”."),
                    depends=True,
                ),
                Field(
                    "scope",
                    _("Scope of the approval"),
                    help=_("Needed for an approval: the whole, or a phase."),
                    depends=True,
                ),
                Field(
                    "amount_max",
                    _("Maximum amount in USD"),
                    "money",
                    help=_("Needed for an approval: at most what was asked for."),
                    depends=True,
                ),
                Field(
                    "valid_until", _("Valid until"), "date", help=_("Needed for an approval."), depends=True
                ),
                Field("conditions", _("Conditions"), "rows", of=CONDITION_FIELDS),
                Field(
                    "override_reason",
                    _("Why it differs from the recommendation"),
                    help=_("Needed where it does."),
                    depends=True,
                ),
            ),
            confirmed=True,
            cannot_be_undone=True,
        ),
        Verb(
            "send_back_to_lead",
            _("Send back to the lead reviewer"),
            _("sent the recommendation back with questions"),
            (Field("words", _("Questions"), required=True),),
            note=_("Once, before the decision, on OICT's clock. The lead reviewer then recommends anew."),
        ),
        Verb(
            "note_decision",
            _("Note the decision"),
            _("noted the decision"),
            (*SITTING, Field("words", _("Minutes"), required=True)),
            cannot_be_undone=True,
            note=_(
                "The Management Committee takes note. The decision takes effect now, and its letter goes out."
            ),
        ),
        Verb(
            "return_decision",
            _("Return the decision"),
            _("returned the decision to who took it"),
            (*SITTING, Field("words", _("Reasons"), required=True)),
            cannot_be_undone=True,
            note=_("Once, with reasons. The case is then decided anew; the decision stays with the CITO."),
        ),
        Verb(
            "defer_decision",
            _("Defer for want of a quorum"),
            _("deferred the decision for want of a quorum"),
            (
                SITTING[0],
                Field("present", _("Members present"), help=_("A name a line; none where nobody came.")),
                Field("next_on", _("Date of the next meeting"), "date", required=True),
                REMARKS,
            ),
            note=_("The case goes to the next meeting. Its last day stays as it is."),
        ),
        Verb(
            "open_written",
            _("Open the written procedure"),
            _("opened the written procedure"),
            (REASON,),
            note=_(
                "Five working days, with the same quorum. After two meetings without a quorum, or past the last day."
            ),
        ),
        Verb(
            "refer_to_chair",
            _("Refer to the chair"),
            _("referred the decision to the chair"),
            (REASON,),
            cannot_be_undone=True,
            note=_(
                "Where the written procedure ended without a quorum. The chair notes it, or returns it with a reason."
            ),
        ),
        Verb("withdraw_decision", _("Withdraw the decision"), _("withdrew the decision"), (REASON,)),
        Verb(
            "withdraw_case",
            _("Withdraw the case"),
            pgettext_lazy("timeline", "withdrew the case"),
            (REASON,),
            whole_case=OFFICE_ROLES,
            cannot_be_undone=True,
            note=_("The case is closed as withdrawn. What was written stays in the record."),
        ),
        *BESIDE,
    )
}

#: What the portal does by itself, as the timeline says it.
RULE_PAST: Mapping[str, Label] = {
    "take_effect": _("the decision took effect"),
    "to_committee": _("the decision went to the Management Committee, and its letter is held"),
    "emergency_suspended": _("the emergency authorization was suspended"),
    "emergency_over": _("the days of the emergency authorization were over"),
    "sampled": _("the certificate was chosen by chance to be examined again"),
    "warned": _("the office and its head were warned that the case is withdrawn without an answer"),
    "unanswered": _("the case was withdrawn, as the questions were not answered in time"),
    "reconsideration_over": _(
        "the reconsideration ended, as the questions were not answered; the decision stands"
    ),
    "lapsed": _("the field opinion was not given in time"),
    "escalated": _("the overdue turn was brought to the next level"),
    "let_go": _("the turn was freed, as who took it left the post"),
    "passed_on": _("the turn passed to the next office, as nobody was there to take it"),
    "handed_over": _("the turn was handed over to who follows in the post"),
    "reassign": _("gave the turn to another"),
    "registered": _("registered from an inventory"),
    "open": _("the draft was begun"),
}
