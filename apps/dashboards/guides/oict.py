"""The guides of OICT: the desk, the reviewers, who recommends, who decides, and who keeps the sections going."""

from django.utils.translation import gettext_lazy as _

from apps.dashboards.guides.guide import Guide, Step
from apps.offices.choices import Role

MY_WORK = (_("My work"), "approvals:my-work")
DASHBOARD = (_("Dashboard"), "dashboards:dashboard")
INSTRUMENTS = (_("Instruments of delegation"), "offices:instrument-list")

OICT_GUIDES = (
    Guide(
        key="desk-officer",
        roles=(Role.DESK_OFFICER,),
        title=_("OICT desk officer"),
        lead=_("You receive the cases, and see to it that the reviewers get complete ones."),
        steps=(
            Step(
                _("Acknowledge receipt"),
                _("Within two working days. The office sees at once that its case has arrived."),
            ),
            Step(
                _("Find it complete, or return it with questions"),
                _(
                    "Tie each question to a field, and send all of them in one request. The clock "
                    "of OICT stops, and "
                    "the office's begins."
                ),
            ),
            Step(
                _("Read the answers as a difference"),
                _("The answer is a new version. Your clock goes on with the days that remained."),
            ),
        ),
        good_to_know=(
            _(
                "A complete case goes to all its assessment desks at the same moment. Where it holds "
                "personal or confidential data, security and privacy is one of them."
            ),
            _(
                "An office asks whether something is subject to review: certify that it is not, with a reason, or find "
                "it subject, and it goes on with its draft. Chance has some certificates examined again by another "
                "officer."
            ),
        ),
        doors=(MY_WORK, DASHBOARD),
    ),
    Guide(
        key="reviewer",
        roles=(
            Role.REVIEWER_ALIGNMENT,
            Role.REVIEWER_STANDARDS,
            Role.REVIEWER_VALUE,
            Role.REVIEWER_SECURITY,
            Role.INVITED_ASSESSOR,
        ),
        title=_("Reviewer"),
        lead=_(
            "You assess a case at one desk: strategic alignment, standards and architecture, value "
            "and return, or security and privacy."
        ),
        steps=(
            Step(
                _("Declare that you have no conflict of interest"),
                _(
                    "You see a summary first. With your declaration the papers open, and you take "
                    "the turn of the "
                    "desk. If you have a conflict, recuse yourself: you see nothing of the case "
                    "any more, and the turn "
                    "passes on."
                ),
            ),
            Step(
                _("Score with evidence"),
                _(
                    "Every score from 1 to 5 has its sentence beside it, and none is chosen for "
                    "you. Say in words where "
                    "the evidence stands. What you write is saved as a draft that nobody else reads."
                ),
            ),
            Step(
                _("Submit the assessment"),
                _(
                    "It cannot be changed afterwards. Only then do you see what the other desks "
                    "wrote, and they yours."
                ),
            ),
        ),
        good_to_know=(
            _("Before your own assessment is in, you see how many are in, and nothing of what they say."),
            _("No case is approved by a score. People decide, and give reasons."),
            _(
                "You can hand the turn back with a reason, if the load, the language or the "
                "subject speaks for it."
            ),
            _(
                "A question for the office: add it beside your assessment. The lead reviewer sends "
                "the questions of all desks in one request, and every clock stops."
            ),
            _(
                "Where the answer changes what your assessment rests on, you confirm it or revise it; "
                "both stay in the record."
            ),
        ),
        doors=(MY_WORK,),
    ),
    Guide(
        key="lead-reviewer",
        roles=(Role.LEAD_REVIEWER,),
        title=_("Lead reviewer"),
        lead=_("You bring the assessments together, and recommend."),
        steps=(
            Step(
                _("Read all assessments"),
                _(
                    "They open to you when every required desk is in. The spread is shown, and "
                    "dissent stands first."
                ),
            ),
            Step(
                _("Recommend"),
                _("Name the outcome, the conditions that you propose, and where the desks do not agree."),
            ),
        ),
        good_to_know=(
            _("The office reads your consolidated text once the decision has taken effect."),
            _(
                "Questions of the desks come to you, to send in one request or to set aside; so does a "
                "second request of the office for more time."
            ),
        ),
        doors=(MY_WORK,),
    ),
    Guide(
        key="decider",
        roles=(Role.CITO, Role.ASSIGNED_OFFICER),
        title=_("Chief Information Technology Officer and assigned officers"),
        lead=_("You take the decision of paragraph 18, within your authority, with reasons."),
        steps=(
            Step(
                _("See whether you may decide"),
                _(
                    "The box above the acts says it in a sentence: the amount, the office, the "
                    "instrument, until when. "
                    "Where you may not, it names who can."
                ),
            ),
            Step(
                _("Read the case"),
                _(
                    "What changed, the three assessments, the dissent, the field's opinion and "
                    "the recommendation are on one page."
                ),
            ),
            Step(
                _("Compose the decision"),
                _(
                    "Approved, approved with conditions, or not approved; with your reasons, and "
                    "for a refusal with what "
                    "would change it. A decision that departs from the recommendation needs a "
                    "reason of its own."
                ),
            ),
            Step(
                _("Read the letter, and confirm with your password"),
                _("The letter is shown in the office's language before you sign."),
            ),
            Step(
                _("Withdraw it, if you must"),
                _(
                    "For a short window, fifteen minutes unless set otherwise, you can take the "
                    "decision back. Then it takes effect: the letter goes out, the "
                    "case closes, and only a new act changes anything."
                ),
            ),
        ),
        good_to_know=(
            _("Nothing can be decided while one of the three assessments is missing."),
            _("Who submitted, endorsed or reviewed a case does not decide it."),
            _(
                "An instrument passes through two people: one drafts it, another issues it. It gives "
                "authority once the holder of the post has accepted it."
            ),
            _(
                "A request for an emergency authorization is answered within 24 hours: an amount and days, "
                "at most what was asked for. It approves nothing of the case."
            ),
            _(
                "What an assigned officer decided and a head of office asks to have reconsidered comes to the CITO. "
                "What the CITO decided goes to other reviewers first."
            ),
        ),
        doors=(MY_WORK, INSTRUMENTS, DASHBOARD),
    ),
    Guide(
        key="section-chief",
        roles=(Role.SECTION_CHIEF, Role.DUTY_OFFICER),
        title=_("Section chief and duty officer"),
        lead=_("You keep the desks going: overdue turns and desks without an eligible reviewer come to you."),
        steps=(
            Step(
                _("Look at what is overdue"),
                _("The dashboard lists it, the longest first, with the desk that has the turn."),
            ),
            Step(
                _("Act on what was escalated"),
                _(
                    "A notice names the case and the turn. Speak with its holder, or see to it "
                    "that the post is filled."
                ),
            ),
        ),
        good_to_know=(
            _("A turn whose clock is stopped is not overdue: it waits for the other side."),
            _("A section chief drafts instruments for the CITO, and issues what the CITO has drafted."),
            _(
                "Questions that come late in the assessments, or after a first request, are sent or set aside by you."
            ),
        ),
        doors=(DASHBOARD, MY_WORK, INSTRUMENTS),
    ),
)
