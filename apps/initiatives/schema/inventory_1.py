"""What is known of an initiative that runs elsewhere already: one row of an imported portfolio, form 1.

It is registered, never approved; nobody fills it in by hand.
"""

from django.utils.translation import gettext_lazy as _

from apps.initiatives.schema.fields import Field, Kind, Schema, Section

INVENTORY_1 = Schema(
    "inventory-1",
    (
        Section(
            "identity",
            _("Identity"),
            _("As the portfolio names it."),
            (
                Field("title", _("Title"), required=True, limit=160),
                Field("source", _("Portfolio"), required=True, limit=100),
                Field("source_id", _("Identifier in the portfolio"), required=True, limit=200),
                Field("agency", _("Organization"), limit=200),
                Field("bureau", _("Office"), limit=200),
                Field("summary", _("Summary"), Kind.NARRATIVE, limit=10000),
                Field("objectives", _("Objectives"), Kind.NARRATIVE, limit=10000),
                Field("return", _("Return as described"), Kind.NARRATIVE, limit=10000),
                Field("shared_service", _("Shared service"), Kind.YES_NO),
            ),
        ),
        Section(
            "money",
            _("Funding"),
            _("As reported, in US dollars."),
            (
                Field(
                    "funding",
                    _("Funding"),
                    Kind.ROWS,
                    limit=10,
                    row_name=_("Period"),
                    columns=(
                        Field("period", _("Period"), limit=60),
                        Field("amount", _("Amount"), Kind.AMOUNT),
                        Field("currency", _("Currency"), Kind.CURRENCY),
                    ),
                ),
            ),
        ),
        Section(
            "life",
            _("Life"),
            _("Dates and rating as reported."),
            (
                Field("start_year", _("First year"), Kind.YEAR, least=1900, limit=2200),
                Field("end_year", _("Last year"), Kind.YEAR, least=1900, limit=2200),
                Field("first_submitted", _("First submitted"), Kind.DATE),
                Field("last_update", _("Last updated"), Kind.DATE),
                Field(
                    "rating",
                    _("Rating by its own chief information officer (1 to 5)"),
                    Kind.NUMBER,
                    least=1,
                    limit=5,
                ),
            ),
        ),
    ),
)
