"""What each number of the dashboard counts, in one or two sentences; the page and the API say the same."""

from django.utils.translation import gettext_lazy as _

DEFINITIONS = {
    "cases": (
        _("Open cases"),
        _(
            "Cases that are neither closed nor removed. Each is counted once, in the stage in which it stands."
        ),
    ),
    "with_office": (
        _("With the office"),
        _("Open cases in which the office has a running turn, so that it is for the office to act."),
    ),
    "with_oict": (
        _("With OICT"),
        _("All other open cases: a desk of OICT, or DPKO for its field opinion, has the turn."),
    ),
    "late": (
        _("Overdue"),
        _(
            "Open cases in which a running turn is past its due moment, in the calendar of the "
            "office that must act. "
            "A turn whose clock is stopped is not overdue."
        ),
    ),
    "due_soon": (
        _("Due within 7 days"),
        _(
            "Open cases that are not overdue, and in which a running turn falls due within seven calendar days."
        ),
    ),
    "days": (
        _("Days in the stage"),
        _(
            "For how many calendar days the open cases have been in their stage: half of them for "
            "at most the first "
            "figure, 85 in 100 for at most the second."
        ),
    ),
    "value": (
        _("Value"),
        _(
            "Five-year cost of the chosen option, all funds, in USD at the rates of the day of "
            "submission, as frozen "
            "with the version. A draft has none before its first version."
        ),
    ),
    "requested": (_("Requested"), _("Value of the open cases that have been submitted to OICT.")),
    "approved": (
        _("Approved"),
        _(
            "Value of the cases whose approval, with or without conditions, has taken effect. A "
            "decision is not "
            "counted before it takes effect."
        ),
    ),
    "returned": (
        _("Returned to the office"),
        _(
            "Open cases with questions that wait for the office's answer, and drafts sent back after a version."
        ),
    ),
    "not_approved": (_("Not approved"), _("Cases whose refusal has taken effect.")),
    "conditions_missed": (
        _("Conditions past their date"),
        _("Approved cases with a condition that is still open after its date."),
    ),
    "conditions_due": (
        _("Conditions due within 30 days"),
        _("Approved cases with an open condition whose date is within the next thirty days."),
    ),
}
