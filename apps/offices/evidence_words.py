"""The words of evidence: what is refused, with the field and what helps, and what reminds its holder."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences
from apps.notices.ways import Group, register_groups
from apps.notices.wording import register_wording

RECORDING = {
    "evidence.not_held": _("Nobody holds function {function} for {office}, so there is nothing to show."),
    "evidence.no_form": _(
        "Function {function} has no form: its evidence is the decisions on cases, which the portal counts."
    ),
    "evidence.no_calendar": _("No working calendar is in force for {office}, so no due date can be set."),
    "evidence.of_another": _("The row to be corrected belongs to another function or office."),
    "evidence.corrected_already": _("This row was corrected on {on} already."),
    "evidence.no_correction_reason": _("Say why the older row is corrected."),
    "evidence.correction_reason_too_long": _(
        "Why the older row is corrected: {length} characters, and {limit} are the most."
    ),
    "evidence.sent_twice": _("The same form was sent twice at the same moment."),
    "evidence.no_such_row": _("There is no such evidence."),
}
ANSWERS = {
    "evidence.answer_missing": _("“{label}” is not answered."),
    "evidence.unknown_answer": _("The form of function {function} has no field “{field}”."),
    "evidence.wrong_type": _("“{label}” is a text or a number."),
    "evidence.unreadable": _("“{label}” holds characters that cannot be kept."),
    "evidence.too_long": _("“{label}” has {length} characters, and {limit} are the most."),
    "evidence.not_a_choice": _("“{value}” is none of the answers to “{label}”."),
    "evidence.not_a_date": _("“{label}”: {value} is no date."),
    "evidence.in_the_future": _("“{label}” lies in the future: today is {today}."),
    "evidence.not_a_currency": _("“{label}”: {value} is no currency."),
    "evidence.not_a_number": _("“{label}”: {value} is no number from 0 to {most}."),
    "evidence.too_many_places": _("“{label}”: {value} has too many decimal places."),
    "evidence.before": _("“{label}” lies before “{other}”."),
    "evidence.above": _("“{label}” is above “{other}”, of which it is a part."),
}
register_sentences(
    {**RECORDING, **ANSWERS},
    remedies={
        "evidence.not_held": _(
            "Record it for an office for which the function is held, or ask for an instrument."
        ),
        "evidence.no_calendar": _("An administrator confirms a version of the calendar first."),
        "evidence.of_another": _("Open the row that you mean, and correct it from there."),
        "evidence.corrected_already": _("Correct the newer row."),
        "evidence.no_correction_reason": _("One sentence is enough; it stays beside both rows."),
        "evidence.correction_reason_too_long": _("Shorten it."),
        "evidence.sent_twice": _("Load the page again: the first one is recorded."),
        "evidence.answer_missing": _("Fill it in; every field that is not marked as optional is needed."),
        "evidence.unknown_answer": _("Leave it out; the API lists the fields of each form."),
        "evidence.wrong_type": _("Send it as text."),
        "evidence.unreadable": _("Type it again instead of pasting it."),
        "evidence.too_long": _("Shorten it, and name the document that has the rest."),
        "evidence.not_a_choice": _("Choose one of: {choices}."),
        "evidence.not_a_date": _("Write it as year, month and day, for example 2026-06-30."),
        "evidence.in_the_future": _("Name the day on which it was done, or to which it reports."),
        "evidence.not_a_currency": _("Write its three letters, for example USD or EUR."),
        "evidence.not_a_number": _("Write digits, for example 1250 or 99.5."),
        "evidence.too_many_places": _("Write at most {places}."),
        "evidence.before": _("Look at both dates again."),
        "evidence.above": _("Look at both numbers again."),
    },
)
register_wording(
    {
        "evidence.reminder_50": (
            _("Half of the time has passed: evidence of {function}, {office}"),
            _("Evidence that function {function} was performed for {office} is due on {due_at}."),
        ),
        "evidence.reminder_80": (
            _("Due soon: evidence of {function}, {office}"),
            _("Evidence that function {function} was performed for {office} is due on {due_at}."),
        ),
        "evidence.due": (
            _("Due now: evidence of {function}, {office}"),
            _(
                "Evidence that function {function} was performed for {office} was due on {due_at}. "
                "Until it is recorded, the function is shown as overdue."
            ),
        ),
    }
)
register_groups(
    {
        "evidence.reminder_50": Group.NEWS,
    }
)
