"""The guides of the offices: who proposes, who attests, who endorses, and the field's opinion."""

from django.utils.translation import gettext_lazy as _

from apps.dashboards.guides.guide import Guide, Step
from apps.offices.choices import Role

MY_WORK = (_("My work"), "approvals:my-work")
DASHBOARD = (_("Dashboard"), "dashboards:dashboard")

OFFICE_GUIDES = (
    Guide(
        key="submitter",
        roles=(Role.SUBMITTER,),
        title=_("Submitter"),
        lead=_("You write the business case of your office, hand it on, and answer what OICT asks."),
        steps=(
            Step(
                _("See whether the initiative is subject to review"),
                _(
                    "Choose New initiative, and answer the questions of the screening: kind, "
                    "funds, data and reach. "
                    "The answer says whether the initiative is subject to review, and why. The "
                    "amount makes no difference."
                ),
            ),
            Step(
                _("Write the business case"),
                _(
                    "It has sections, from the problem to the risks. What you type saves itself, "
                    "and the page says "
                    "when. If a colleague changed the same field meanwhile, you see both texts and choose."
                ),
            ),
            Step(
                _("Read the appraisal beside it"),
                _(
                    "Net present value, return and payback are computed from your costs and "
                    "benefits. Nobody types them."
                ),
            ),
            Step(
                _("Hand on for endorsement"),
                _(
                    "The page first says what is missing, and leads you to each field. Handing on "
                    "freezes a version: "
                    "everybody after you reads exactly this text, known by its fingerprint."
                ),
            ),
            Step(
                _("Answer questions"),
                _(
                    "If OICT returns the case with questions, only the sections asked about open "
                    "again. Answer every "
                    "question, then send the answers: the next version is frozen, and OICT's "
                    "clock goes on with the "
                    "days that remained."
                ),
            ),
            Step(
                _("Read the decision"),
                _("The letter is on the case's page from the moment the decision takes effect."),
            ),
        ),
        good_to_know=(
            _("Who writes a case neither endorses it nor reviews or decides it."),
            _(
                "Until your head of office endorses it, or asks for an emergency authorization, nobody "
                "outside your office sees the case."
            ),
            _("Your office can withdraw the case at any time before it is decided."),
            _(
                "You can ask for more time to answer: the first time you get it at once, the second time "
                "the lead reviewer decides."
            ),
            _(
                "A case whose questions are not answered is withdrawn by rule, after a warning. "
                "For 90 days your office can open it again where it was."
            ),
        ),
        doors=((_("Initiatives"), "initiatives:initiative-list"), MY_WORK),
    ),
    Guide(
        key="attesting-officer",
        roles=(Role.ICT_CHIEF, Role.CERTIFYING_OFFICER),
        title=_("ICT chief and certifying finance officer"),
        lead=_(
            "You attest a frozen version before your head of office endorses it: its technical "
            "content, or its funding."
        ),
        steps=(
            Step(
                _("Open the case from My work"),
                _("Your turn is at the top, with the day until which it is yours."),
            ),
            Step(
                _("Read the frozen version"),
                _("You attest exactly this version; its fingerprint is on the page and in the record."),
            ),
            Step(
                _("Attest, or send it back"),
                _(
                    "Both of you do it at the same time and do not wait for each other. Sending "
                    "back needs a reason, "
                    "and opens the draft again for the submitter."
                ),
            ),
        ),
        good_to_know=(
            _("A small office that is serviced by another one has its cases attested there."),
            _("Who attested a case neither reviews nor decides it."),
        ),
        doors=(MY_WORK, DASHBOARD),
    ),
    Guide(
        key="head-of-office",
        roles=(Role.HEAD_OF_OFFICE,),
        title=_("Head of office"),
        lead=_(
            "You endorse what your office proposes. With your endorsement the case leaves the "
            "office and gets its number."
        ),
        steps=(
            Step(
                _("Wait for both attestations"),
                _(
                    "Your turn comes when the ICT chief and the certifying finance officer have "
                    "attested the version."
                ),
            ),
            Step(
                _("Read the version, and what changed since the last one"),
                _("The page shows the frozen text, and the difference to the version before it."),
            ),
            Step(
                _("Endorse, or send it back with a reason"),
                _("Endorsing names the fingerprint of the version. Sending back opens the draft again."),
            ),
            Step(
                _("Follow your office's cases"),
                _(
                    "The dashboard counts the cases of your office and of the offices below it, "
                    "drafts included."
                ),
            ),
        ),
        good_to_know=(
            _(
                "If you wrote the case yourself, or your post is vacant, the turn goes to the "
                "head of the office above."
            ),
            _(
                "Nobody endorses for you by silence: a late endorsement is reminded of and "
                "escalated, never assumed."
            ),
            _(
                "What cannot wait: ask on the case for an emergency authorization. It is answered "
                "within 24 hours, and the whole business case is then due in 30 working days."
            ),
            _(
                "A decision that overlooked something: ask once for reconsideration, until the day that the page of "
                "the case names. It stands meanwhile."
            ),
        ),
        doors=(MY_WORK, DASHBOARD),
    ),
    Guide(
        key="field-ict-officer",
        roles=(Role.FIELD_ICT_OFFICER,),
        title=_("DPKO field ICT officer"),
        lead=_(
            "You give the field's opinion on a mission's case. It is an assessment of need and "
            "spending, and never an approval."
        ),
        steps=(
            Step(
                _("Open the case from My work"),
                _(
                    "Cases of field missions come to you when OICT begins with them, and run beside its check."
                ),
            ),
            Step(
                _("Give the field opinion"),
                _(
                    "Say whether the need is real and the spending sound: supports, supports with "
                    "remarks, or does not support."
                ),
            ),
        ),
        good_to_know=(
            _("A late opinion holds nothing up. You can still give it until the recommendation is made."),
            _("There is no button to approve or refuse for DPKO (A/61/765, 17e)."),
        ),
        doors=(MY_WORK, DASHBOARD),
    ),
)
