"""The verbs beside the road: emergencies, and what an office does with a case that has ended."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.approvals.services.fields import Field, Verb
from apps.offices.choices import Role

REASON = Field("words", _("Reason"), required=True)
REMARKS = Field("words", _("Remarks"))
#: Who of the sponsoring office acts on its case as a whole.
OFFICE_ROLES = (str(Role.SUBMITTER), str(Role.HEAD_OF_OFFICE))
HEAD_ALONE = (str(Role.HEAD_OF_OFFICE),)
DAYS = Field(
    "days",
    _("For how many days"),
    "choice",
    required=True,
    choices=tuple((str(days), str(days)) for days in (15, 30, 60, 90)),
)

BESIDE = (
    Verb(
        "ask_emergency",
        _("Ask for an emergency authorization"),
        _("asked for an emergency authorization"),
        (
            Field(
                "words",
                _("What cannot wait, and why"),
                required=True,
                help=_("What happens in the days of an ordinary review if nothing is spent."),
            ),
            Field("amount_max", _("Maximum amount in USD"), "money", required=True),
            DAYS,
        ),
        whole_case=HEAD_ALONE,
        cannot_be_undone=True,
        note=_(
            "It is answered within 24 hours, on any day. The whole business case is then due in 30 working days, "
            "else the authorization is suspended. Once for a case."
        ),
    ),
    Verb(
        "authorize_emergency",
        _("Authorize the emergency"),
        _("authorized the emergency"),
        (
            Field("amount_max", _("Maximum amount in USD"), "money", required=True),
            DAYS,
            Field("words", _("Reasons, and what is not covered"), required=True),
        ),
        confirmed=True,
        cannot_be_undone=True,
        note=_(
            "At most the amount and the days that were asked for. It approves nothing of the case itself."
        ),
    ),
    Verb(
        "refuse_emergency",
        _("Refuse the emergency"),
        _("refused the emergency authorization"),
        (REASON,),
        cannot_be_undone=True,
        note=_("The case goes on in the ordinary review."),
    ),
    Verb(
        "confirm_emergency",
        _("Let the emergency authorization go on"),
        _("let the emergency authorization go on"),
        (REMARKS,),
        note=_("For 90 days more, or until the decision. Nothing is added to its amount."),
    ),
    Verb(
        "end_emergency",
        _("End the emergency authorization"),
        _("ended the emergency authorization"),
        (REASON,),
        cannot_be_undone=True,
        note=_("No new commitment is made under it from now on."),
    ),
    Verb(
        "give_wind_down",
        _("Give the plan for winding down"),
        _("gave the plan for winding down"),
        (
            Field(
                "words",
                _("Plan"),
                required=True,
                help=_("What becomes of the service, of its data, and of its contracts, and until when."),
            ),
        ),
        whole_case=HEAD_ALONE,
        on_closed=True,
    ),
    Verb(
        "reopen_case",
        _("Open the case again"),
        _("opened the case again"),
        (REASON,),
        whole_case=OFFICE_ROLES,
        on_closed=True,
        note=_("It goes on where it waited: you get the days for the answer once more."),
    ),
    Verb(
        "ask_certificate",
        _("Ask whether it is subject to review"),
        _("asked for a certificate that it is not subject to review"),
        (
            Field(
                "words",
                _("What it is, and why no software is developed in it"),
                required=True,
                help=_("Software that is bought, configured or replaced counts as developed (paragraph 18)."),
            ),
        ),
        whole_case=(str(Role.SUBMITTER),),
        note=_(
            "An OICT desk officer answers in two working days: with a certificate, or that it is subject; you then go "
            "on with this draft."
        ),
    ),
    Verb(
        "certify_not_subject",
        _("Certify that it is not subject"),
        _("certified that it is not subject to review"),
        (REASON,),
        cannot_be_undone=True,
        note=_(
            "The case ends here, with a certificate. One in so many is examined again by another officer."
        ),
    ),
    Verb(
        "find_subject",
        _("Find it subject to review"),
        _("found it subject to review"),
        (REASON,),
        note=_("The office goes on with its draft; nothing that it wrote is lost."),
    ),
    Verb(
        "confirm_certificate",
        _("Confirm the certificate"),
        _("examined the certificate again, and confirmed it"),
        (REASON,),
    ),
    Verb(
        "lift_certificate",
        _("Lift the certificate"),
        _("examined the certificate again, and lifted it"),
        (REASON,),
        cannot_be_undone=True,
        note=_("It is subject after all: the office gets its draft back and writes the business case."),
    ),
    Verb(
        "ask_reconsideration",
        _("Ask for reconsideration"),
        _("asked that the decision be reconsidered"),
        (
            Field(
                "words",
                _("Why it should be looked at again"),
                required=True,
                help=_("What the decision did not take into account, or what has changed since."),
            ),
        ),
        whole_case=HEAD_ALONE,
        on_closed=True,
        cannot_be_undone=True,
        note=_(
            "Once for a case. What an assigned officer decided goes to the CITO; what the CITO decided goes to other "
            "reviewers first. The decision stands meanwhile."
        ),
    ),
    Verb(
        "withdraw_reconsideration",
        _("Withdraw the request for reconsideration"),
        _("withdrew the request for reconsideration"),
        (REASON,),
        whole_case=HEAD_ALONE,
        cannot_be_undone=True,
        note=_("The decision stands. It cannot be asked for again."),
    ),
)
