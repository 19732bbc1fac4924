"""The sentences of initiatives: what is refused, what is asked about, what helps; and what an answer
means."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences

register_sentences(
    {
        # What cannot be kept
        "value_wrong_type": _("This answer came in a shape that the form does not know ({kind})."),
        "choice_unknown": _("“{value}” is not one of the choices."),
        "text_far_too_long": _("The text has {length} characters; nothing above {limit} can be kept."),
        "text_has_nul": _("The text holds a character that cannot be kept (NUL, at place {position})."),
        "text_has_surrogate": _("The text holds half a character (at place {position}); it cannot be kept."),
        "row_id_invalid": _("Line {position} has no valid name of its own, or the name is used twice."),
        "field_unknown": _("The form has no field “{field}”."),
        "rows_too_many": _("{count} lines; at most {limit} are possible here."),
        "draft_too_large": _("The draft is larger than {limit} kB."),
        # What is asked about
        "answer_missing": _("“{label}” is not answered."),
        "rows_missing": _("“{label}” has no line yet."),
        "cell_missing": _("“{label}” is missing ({row} {position})."),
        "text_too_long": _("{length} characters; at most {limit} are read."),
        "amount_invalid": _("“{value}” is not an amount."),
        "amount_negative": _("“{value}” is below zero."),
        "amount_ambiguous": _("“{value}” can be read in two ways."),
        "amount_decimals": _("“{value}” has more than two decimals."),
        "amount_too_large": _("The amount has more than {digits} digits."),
        "currency_invalid": _("“{value}” is not a currency."),
        "date_invalid": _("“{value}” is not a date."),
        "number_out_of_range": _("“{value}” is not a whole number from {least} to {most}."),
        "rate_missing": _("There is no UN rate for {currency} on the day of this version."),
        "options_too_few": _("{count} options; at least three are compared."),
        "options_without_reuse": _(
            "Doing nothing, or reusing an existing system, is missing among the options."
        ),
        "options_not_chosen": _("{count} options are marked as chosen; exactly one is."),
        "hosting_undecided": _("Where it will be hosted is not decided."),
        "standard_unanswered": _("The standard {standard} is not answered."),
        "standard_without_words": _("What you answered for the standard {standard} needs a remark."),
        "period_reversed": _("The period of funding line {position} ends before it begins."),
        "funding_unnamed": _("Funding line {position} has a source without a name."),
        "donor_missing": _("Funding line {position} has no donor."),
        "years_with_gap": _("The year {year} is missing among the costs."),
        "years_too_few": _("Costs are given for {count} years; at least five are needed."),
        "years_too_many": _("The costs span more than thirty years."),
        "costs_all_zero": _("All costs are 0."),
        "benefit_without_currency": _("The amount of benefit {position} has no currency."),
        "benefit_after_years": _("Benefit {position} begins in {year}, after the last year of the costs."),
        "staff_time_unsaid": _(
            "Benefit {position}: does a post or a contract shrink by the time that is freed?"
        ),
        "not_confirmed": _("You said that the case is not complete and true."),
        # Hard stops
        "data_owner_missing": _("Nobody is named as the owner of the data."),
        "running_cost_unfunded": _("The running cost of {year} has no named source (years: {count})."),
        "standard_failed": _(
            "The mandatory standard {standard} ({title}) is not met, and no exception is asked for."
        ),
        # Who, when
        "not_submitter": _("Only a submitter of {office} writes its business cases."),
        "draft_locked": _("The case is with others now; its text is closed."),
        "section_locked": _("The section “{section}” was not asked about; it stays closed."),
        "draft_discarded": _("This draft was removed."),
        "draft_has_case_number": _("The case has left the office; it can be withdrawn, not removed."),
        "revision_unknown": _("The draft has no revision {revision}."),
        "initiative_unknown": _("There is no such initiative, or you may not see it."),
        "no_office_to_write_for": _("You are not a submitter of this office."),
        "office_unknown": _("There is no office “{office}”."),
        "version_unknown": _("There is no version {number}."),
        "language_unknown": _("“{language}” is not one of the six official languages."),
        "title_missing": _("The initiative has no title yet."),
        "not_subject_by_screening": _(
            "By your answers this is a matter of the office itself (paragraph 16)."
        ),
        "screening_incomplete": _("“{question}” is not answered."),
        # Rows of a portfolio
        "import_row_unreadable": _("The row cannot be read ({why})."),
        "import_row_width": _("The row has {cells} cells; the file has {columns} columns."),
        "import_row_not_utf8": _("The row is not written in UTF-8."),
        "import_row_without_id": _("The row has no usable identifier ({column})."),
        "import_row_changed": _("The row came in before with another content; a registered version stays."),
        "import_row_unmapped": _("No office is named for {agency}/{bureau} in the mapping file."),
        "import_office_unknown": _("The mapping file names the office “{office}”, which does not exist."),
        "rates_not_loaded": _("No UN operational rate of {currency} is known on or before {on}."),
        "rates_file_wrong": _("Line {line} of the file of rates: {why}."),
    },
    remedies={
        "text_has_nul": _("Paste the text again as plain text."),
        "text_has_surrogate": _("Type the character again, or leave it out."),
        "text_far_too_long": _("Keep what a reader needs, and attach the rest."),
        "answer_missing": _("Answer it, or say in words why it cannot be answered."),
        "rows_missing": _("Add at least one line."),
        "amount_invalid": _("Write digits only, for example 1250.50."),
        "amount_negative": _("Write the cost or the benefit as a positive amount."),
        "amount_ambiguous": _("Write 1234 for a thousand, or 1.23 with two decimals."),
        "amount_decimals": _("Round to cents."),
        "currency_invalid": _("Write the three letters of the currency, for example USD."),
        "date_invalid": _("Write year, month and day, for example 2027-06-30."),
        "rate_missing": _("Give the amount in another currency, or ask OICT to load the rate."),
        "options_too_few": _("Add doing nothing, reusing an existing system, and one more."),
        "options_without_reuse": _("Add both, even if you decline them."),
        "options_not_chosen": _("Mark one option as chosen."),
        "hosting_undecided": _("Choose the place that your figures assume."),
        "standard_failed": _("Change the design, or answer “exception” and say why."),
        "data_owner_missing": _("Name a person or a post that answers for the data."),
        "running_cost_unfunded": _(
            "Add a funding line for these years: secured, pledged, or requested under a named section."
        ),
        "funding_unnamed": _("Give the fund code, the section or mission, or the donor."),
        "years_too_few": _("Add the years that are missing; write 0 where nothing falls."),
        "not_confirmed": _("Complete it, then confirm it with “yes”."),
        "rows_too_many": _("Keep those that matter most."),
        "not_submitter": _("Ask the submitter of the office to write it, or to name you."),
        "no_office_to_write_for": _("Choose one of your own offices, or ask its submitter to write it."),
        "draft_locked": _("It opens again when the case is sent back, or a question is asked."),
        "not_subject_by_screening": _(
            "Only OICT decides that a case is not subject. Say what it is and why no software is developed in it, and "
            "OICT is asked for a certificate; if there is software in it, choose what it is."
        ),
        "rates_not_loaded": _("Ask the administrator to load the table of rates."),
    },
)

TIER_SENTENCES = {
    "tier.value_within": _("USD {value_usd} over five years is within USD {limit_usd}."),
    "tier.value_above": _("USD {value_usd} over five years is above USD {limit_usd}."),
    "tier.risk": _("The greatest risk is {risk} of 25."),
    "tier.novelty.known": _("The technology is in use in the office."),
    "tier.novelty.new_here": _("The technology is new to the office."),
    "tier.novelty.new": _("The technology is new to the Organization."),
    "tier.sensitivity.unclassified": _("Its information is unclassified."),
    "tier.sensitivity.confidential": _("It holds confidential information."),
    "tier.sensitivity.strictly_confidential": _("It holds strictly confidential information."),
    "tier.reach.one_office": _("One office will use it."),
    "tier.reach.several_offices": _("Several offices will use it."),
    "tier.reach.organization": _("The whole Organization will use it."),
    "tier.major": _("It is a major initiative (15e)."),
    "tier.personal_data": _("It holds data about persons."),
    "tier.exception": _("An exception to a standard is asked for."),
}
