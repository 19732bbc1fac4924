"""The one table of evidence forms: page, API, demonstration and what is shown all follow from it.

A key is never used for another question: a changed question is a new key, in a new version of the form. Function 18 has
no form: its evidence is the decisions on cases, which `decisions` asks for.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.offices.evidence.fields import Field, Form, Kind

PERIOD = (
    Field("period_from", _("Period from"), Kind.DATE),
    Field("period_to", _("Period to"), Kind.DATE, not_before="period_from"),
)
FINDING = Field("finding", _("What was found"), Kind.WORDS)
SUMMARY = Field("summary", _("What it says, in short"), Kind.WORDS)
TITLE = Field("title", _("Title"))
NUMBER = Field("number", _("Number or symbol"), help=_("For example ST/SGB/2026/1."))
MISSION = Field("mission", _("Mission"), help=_("Its code, or the codes of several."))
CURRENCY = Field("currency", _("Currency"), Kind.CURRENCY, help=_("Three letters, for example USD."))
AVAILABILITY = Field("availability", _("Availability"), Kind.PERCENT, unit="%")
REMARKS = Field("remarks", _("Remarks"), Kind.WORDS, required=False)
AS_OF, ISSUED_ON, DONE_ON = _("As of"), _("Date of issue"), _("Date")


def _amount(key: str, label: object, *, required: bool = True) -> Field:
    return Field(key, label, Kind.AMOUNT, required=required)


def _count(key: str, label: object, *, required: bool = True, of: str = "") -> Field:
    return Field(key, label, Kind.COUNT, required=required, not_above=of)


CENTRAL = (
    Form("7a", _("State of the ICT plan"), AS_OF, (
        Field("plan", _("Title and version of the plan")),
        Field("approved_on", _("Approved by the Management Committee on"), Kind.DATE, required=False, past=True),
        _count("objectives", _("Objectives in the plan")),
        _count("on_track", _("Objectives on track"), of="objectives"),
        Field("progress", _("Progress, and what is behind"), Kind.WORDS),
    )),
    Form("7b", _("Vision for information management"), ISSUED_ON, (
        TITLE, NUMBER, Field("audience", _("Given to")), SUMMARY,
    )),
    Form("7c", _("Policy or standard issued"), ISSUED_ON, (
        TITLE, NUMBER,
        Field("kind", _("Kind"), Kind.CHOICE, choices=(
            ("policy", _("Policy")), ("standard", _("Standard")), ("guideline", _("Guideline")),
        )),
        Field("effective_on", _("In force from"), Kind.DATE),
        Field("summary", _("What it asks for"), Kind.WORDS, required=False),
    )),
    Form("7d", _("Meeting of the steering committee"), _("Date of the meeting"), (
        _count("members", _("Members")),
        _count("present", _("Members present"), of="members"),
        Field("decisions", _("Decisions"), Kind.WORDS),
        _count("open_actions", _("Actions that are open"), required=False),
    )),
    Form("7e", _("Oversight of delegated operations"), AS_OF, (
        _count("instruments", _("Instruments looked at")),
        _count("returns_due", _("Returns due")),
        _count("returns_in", _("Returns received"), of="returns_due"),
        FINDING,
    )),
    Form("7f", _("Advice to the Management Committee"), _("Date of the advice"), (
        Field("subject", _("Subject")), NUMBER, Field("advice", _("Advice given"), Kind.WORDS),
        _count("cases", _("Cases that it names"), required=False),
    )),
    Form("15a", _("Organization-wide ICT strategy"), AS_OF, (
        Field("strategy", _("Title and version of the strategy")),
        Field("mandates", _("Programme mandates that it answers to"), Kind.WORDS),
        _count("aligned", _("Initiatives that serve it"), required=False),
    )),
    Form("15b", _("Technology direction"), DONE_ON, (
        Field("technology", _("Technology")),
        Field("direction", _("Direction"), Kind.CHOICE, choices=(
            ("adopt", _("Adopt")), ("contain", _("Contain")), ("retire", _("Retire")),
        )),
        Field("why", _("Why"), Kind.WORDS),
        Field("review_on", _("To be looked at again on"), Kind.DATE, required=False),
    )),
    Form("15c", _("Standards and compliance"), AS_OF, (
        _count("in_force", _("Standards in force")),
        _count("checked", _("Systems checked for compliance")),
        _count("compliant", _("Systems that comply"), of="checked"),
        _count("exceptions", _("Exceptions in force")),
        FINDING,
    )),
    Form("15d", _("Selection and planning of an enterprise system"), DONE_ON, (
        Field("system", _("System")),
        Field("step", _("Step"), Kind.CHOICE, choices=(
            ("planning", _("Planning")), ("selection", _("Selection")), ("roll_out", _("Roll-out")),
            ("replacement", _("Replacement of an older system")),
        )),
        Field("decision", _("What was decided"), Kind.WORDS),
    )),
    Form("15e", _("Oversight of major initiatives"), AS_OF, (
        _count("overseen", _("Major initiatives overseen")),
        _count("on_track", _("On track"), of="overseen"),
        _count("in_trouble", _("In trouble"), of="overseen"),
        Field("interventions", _("Interventions"), Kind.WORDS, required=False),
    )),
    Form("15f", _("Oversight of global ICT investment"), AS_OF, (
        *PERIOD, _amount("investment", _("Investment looked at")), CURRENCY,
        _count("duplicates", _("Duplications found")),
        _amount("saved", _("Saved by acting together"), required=False),
        FINDING,
    )),
    Form("15g", _("Assessment of risk"), AS_OF, (
        _count("risks", _("Risks in the register")),
        _count("high", _("Of these, high"), of="risks"),
        Field("treatment", _("How the high ones are treated"), Kind.WORDS),
    )),
    Form("15h", _("Evaluation of performance"), AS_OF, (
        *PERIOD,
        _count("measured", _("Indicators measured")),
        _count("met", _("Targets met"), of="measured"),
        FINDING,
    )),
    Form("15i", _("Review of the governance framework"), AS_OF, (
        *PERIOD,
        _count("held", _("Functions held")),
        _count("performing", _("Of these, performing"), of="held"),
        _count("overdue", _("Of these, overdue"), of="held"),
        FINDING, Field("measures", _("What will change"), Kind.WORDS, required=False),
    )),
)  # fmt: skip

LOCAL = (
    Form("16a", _("Needs assessment"), _("Date of the assessment"), (
        TITLE, Field("need", _("Operational need"), Kind.WORDS),
        _count("users", _("People who would use it"), required=False),
        Field("solutions", _("Technical solutions looked at"), Kind.WORDS),
        Field("initiative", _("Initiative that follows"), required=False),
    )),
    Form("16b", _("Infrastructure requirement"), DONE_ON, (
        Field("kind", _("Kind"), Kind.CHOICE, choices=(
            ("network", _("Network")), ("hosting", _("Hosting and storage")),
            ("workplace", _("Workplace equipment")), ("power", _("Power and cooling")), ("other", _("Other")),
        )),
        Field("requirement", _("What is required, and why"), Kind.WORDS),
        Field("needed_on", _("Needed by"), Kind.DATE, required=False),
        _amount("estimate", _("Estimated cost"), required=False),
        Field("currency", _("Currency"), Kind.CURRENCY, required=False, help=CURRENCY.help),
    )),
    Form("16c", _("Operations return"), AS_OF, (
        *PERIOD, AVAILABILITY,
        _count("incidents", _("Incidents")),
        _count("major_incidents", _("Of these, major"), of="incidents"),
        _count("requests", _("Requests handled"), required=False),
        REMARKS,
    )),
    Form("16d", _("Service level or contract"), _("Date of agreement"), (
        Field("kind", _("Kind"), Kind.CHOICE, choices=(
            ("service_level", _("Service level")), ("contract", _("Contract")),
        )),
        TITLE, Field("counterpart", _("Counterpart")),
        Field("starts_on", _("Begins on"), Kind.DATE),
        Field("ends_on", _("Ends on"), Kind.DATE, not_before="starts_on"),
        _amount("value", _("Value")), CURRENCY,
        Field("level", _("What is promised"), Kind.WORDS, required=False),
    )),
    Form("16e", _("Budget line"), AS_OF, (
        Field("fund", _("Fund")), *PERIOD, _amount("amount", _("Amount")), CURRENCY,
        _amount("spent", _("Spent so far"), required=False), REMARKS,
    )),
    Form("16f", _("Training plan and attendance"), AS_OF, (
        *PERIOD, Field("topics", _("Topics"), Kind.WORDS),
        _count("planned", _("People to be trained")), _count("trained", _("People trained")), REMARKS,
    )),
    Form("16g", _("Recovery plan and its last test"), _("Date of the test"), (
        Field("plan", _("Title and version of the plan")),
        Field("result", _("Result"), Kind.CHOICE, choices=(
            ("passed", _("Passed")), ("partly", _("Passed in part")), ("failed", _("Failed")),
        )),
        Field("rto", _("Recovery time reached (RTO)"), Kind.NUMBER, unit=_("hours")),
        Field("rpo", _("Data lost at most (RPO)"), Kind.NUMBER, unit=_("hours")),
        Field("finding", _("What was found, and what will change"), Kind.WORDS),
    )),
    Form("16h", _("Data register"), AS_OF, (
        _count("sets", _("Data sets in the register")),
        Field("names", _("Data sets"), Kind.WORDS, help=_("The main ones, one a line.")),
        Field("classification", _("Highest classification"), Kind.CHOICE, choices=(
            ("unclassified", _("Unclassified")), ("confidential", _("Confidential")),
            ("strictly_confidential", _("Strictly confidential")),
        )),
        Field("steward", _("Steward")),
        Field("retention", _("Kept for"), Kind.COUNT, unit=_("years")),
        Field("restored_on", _("Last restored from backup on"), Kind.DATE, required=False, past=True),
    )),
)  # fmt: skip

FIELD = (
    Form("17a", _("Vision extended to field operations"), ISSUED_ON, (
        Field("plan", _("Title of the field plan or message")),
        _count("objectives", _("Objectives of the Organization's strategy that it carries")),
        _count("missions", _("Missions reached")), SUMMARY,
    )),
    Form("17b", _("Field policy, standard, procedure or guideline"), ISSUED_ON, (
        TITLE, NUMBER,
        Field("kind", _("Kind"), Kind.CHOICE, choices=(
            ("policy", _("Policy")), ("standard", _("Standard")), ("procedure", _("Procedure")),
            ("guideline", _("Guideline")),
        )),
        Field("parent", _("United Nations policy within which it stands")),
        Field("effective_on", _("In force from"), Kind.DATE),
        Field("conforms", _("OICT found that it conforms"), Kind.YES_NO),
    )),
    Form("17c", _("Expenditure monitored"), AS_OF, (
        MISSION, *PERIOD, _amount("amount", _("Expenditure")), CURRENCY,
        Field("agrees", _("It agrees with the global investment strategy"), Kind.YES_NO), FINDING,
    )),
    Form("17d", _("Field operations planned or directed"), ISSUED_ON, (
        MISSION, Field("directive", _("Directive or work plan")), SUMMARY,
    )),
    Form("17e", _("Field needs assessment"), _("Date of the assessment"), (
        MISSION, Field("need", _("Operational need"), Kind.WORDS),
        Field("solutions", _("Technical solutions looked at"), Kind.WORDS),
        Field("advice", _("What the assessment advises"), Kind.WORDS),
    )),
    Form("17f", _("Wide-area network connectivity"), AS_OF, (
        *PERIOD, _count("sites", _("Sites connected")),
        Field("capacity", _("Capacity"), Kind.NUMBER, unit=_("Mbit/s")), AVAILABILITY,
        _count("outages", _("Outages")), REMARKS,
    )),
)  # fmt: skip

FORMS: dict[str, Form] = {form.function: form for form in (*CENTRAL, *LOCAL, *FIELD)}
BY_KEY: dict[str, Form] = {form.key: form for form in FORMS.values()}
FROM_CASES = ("18",)
"""Functions without a form: their evidence is what was decided on cases (A/61/765, 18)."""
