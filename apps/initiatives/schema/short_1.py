"""The short business case, form 1: the one table that page, API, snapshot, presenter and differences are
made from.

A key is never used for another question; a changed question is a new key in a new form. "H" of the list of
fields of a business case is what is here; the full case of tiers 2 and 3 is a form of its own.
"""

from django.utils.translation import gettext_lazy as _

from apps.initiatives import choices as c
from apps.initiatives.schema.fields import Field, Kind, Schema, Section

FIRST_YEAR, LAST_YEAR = 2000, 2100
FIVE_YEARS = 5

PRINCIPLES = (
    ("6a", _("Is it part of a strategic plan for systems that support management processes?")),
    ("6b", _("Does it follow the policies and standards that are set centrally?")),
    ("6c", _("Can it serve the whole Organization without losing what your office needs?")),
    ("6d", _("Does it answer an urgent situation that a field office faces?")),
    (
        "6e",
        _("Is its information managed as such, with an owner and a use beyond this system?"),
    ),
    ("6f", _("Does it use capacity that exists at an office away from Headquarters or in the field?")),
    ("6g", _("Is it built or hosted where in the Organization that costs least for what it gives?")),
)


def _principle_fields() -> tuple[Field, ...]:
    fields: list[Field] = []
    for code, question in PRINCIPLES:
        key = f"principle_{code}"
        fields.append(
            Field(
                key, question, Kind.YES_NO, required=True, paragraph=code, help=_("“No” is an answer, too.")
            )
        )
        fields.append(
            Field(
                f"{key}_words", _("How, or why not"), Kind.NARRATIVE, required=True, limit=600, paragraph=code
            )
        )
    return tuple(fields)


IDENTITY = Section(
    "identity",
    _("Identity"),
    _("What it is called, what kind of initiative it is, and who answers for it."),
    (
        Field(
            "title",
            _("Title"),
            required=True,
            limit=160,
            glossary="Initiative",
            help=_("Name the need, not the product. At most 160 characters."),
        ),
        Field(
            "summary",
            _("The need in one sentence"),
            required=True,
            limit=240,
            help=_("Once approved, every office sees this sentence, so that it can reuse what you do."),
        ),
        Field(
            "kind",
            _("Kind"),
            Kind.CHOICE,
            required=True,
            choices=tuple(c.InitiativeKind.choices),
            paragraph="18",
        ),
        Field(
            "reach",
            _("Who will use it"),
            Kind.CHOICE,
            required=True,
            choices=tuple(c.Reach.choices),
            paragraph="15d",
        ),
        Field(
            "major",
            _("Is it a major initiative that OICT oversees?"),
            Kind.YES_NO,
            required=True,
            paragraph="15e",
            help=_("The replacement of a system that the whole Organization depends on is one."),
        ),
        Field(
            "participating_offices",
            _("Participating offices"),
            Kind.TEXT,
            limit=300,
            help=_("Offices that pay or work with you; leave empty if there are none."),
        ),
        Field("duty_station", _("Duty station"), Kind.TEXT, limit=120, glossary="Duty station"),
        Field("sponsor", _("Sponsor (head of office)"), Kind.TEXT, required=True, limit=160),
        Field("business_owner", _("Business owner"), Kind.TEXT, required=True, limit=160),
        Field("project_manager", _("Project manager"), Kind.TEXT, required=True, limit=160),
        Field("ict_focal_point", _("ICT focal point"), Kind.TEXT, required=True, limit=160),
        Field("mandate", _("Mandate or resolution"), Kind.TEXT, limit=300),
        Field("programme", _("Programme and subprogramme"), Kind.TEXT, limit=200),
    ),
)

PROBLEM = Section(
    "problem",
    _("Problem"),
    _("What is wrong today, for whom, and what happens if nothing is done."),
    (
        Field("problem", _("Problem or opportunity"), Kind.NARRATIVE, required=True, limit=4000),
        Field(
            "evidence",
            _("Evidence"),
            Kind.NARRATIVE,
            required=True,
            limit=3000,
            glossary="Evidence",
            help=_("Counts, audit findings, incidents: what somebody else could check."),
        ),
        Field("affected", _("Who is affected, and where"), Kind.NARRATIVE, required=True, limit=2000),
        Field("if_nothing", _("What happens if nothing is done"), Kind.NARRATIVE, required=True, limit=2000),
        Field(
            "urgency",
            _("Urgency"),
            Kind.CHOICE,
            required=True,
            choices=tuple(c.Urgency.choices),
            paragraph="6d",
        ),
        Field(
            "urgency_reason",
            _("Reason of the urgency"),
            Kind.NARRATIVE,
            limit=1000,
            help=_("Needed only where it is urgent."),
        ),
    ),
)

ALIGNMENT = Section(
    "alignment",
    _("Strategic alignment"),
    _("How it fits the ICT plan and the seven principles of paragraph 6 (“no” is an answer, too)."),
    (
        Field(
            "plan_objective",
            _("Objective of the ICT plan that it serves"),
            Kind.NARRATIVE,
            required=True,
            limit=1500,
            paragraph="7a",
            glossary="Strategic alignment",
            help=_("Until a plan is approved, name the part of the strategy (15a)."),
        ),
        *_principle_fields(),
        Field("other_offices", _("Other offices with the same need"), Kind.NARRATIVE, limit=1500),
        Field(
            "similar",
            _("Similar initiatives and systems found"),
            Kind.ROWS,
            limit=10,
            glossary="Duplication",
            row_name=_("Similar system"),
            help=_("What you looked at before you asked for something new."),
            columns=(
                Field("name", _("Name and office"), required=True, limit=200),
                Field(
                    "outcome",
                    _("What you did with it"),
                    Kind.CHOICE,
                    required=True,
                    choices=tuple(c.SimilarOutcome.choices),
                ),
                Field("because", _("Because"), Kind.NARRATIVE, required=True, limit=800),
            ),
        ),
    ),
)

OPTIONS = Section(
    "options",
    _("Options"),
    _("At least three ways to meet the need, with doing nothing and reusing what exists among them."),
    (
        Field(
            "options",
            _("Options"),
            Kind.ROWS,
            required=True,
            limit=8,
            glossary="Options analysis",
            row_name=_("Option"),
            columns=(
                Field(
                    "kind",
                    _("Kind of option"),
                    Kind.CHOICE,
                    required=True,
                    choices=tuple(c.OptionKind.choices),
                ),
                Field("name", _("Name"), required=True, limit=160),
                Field(
                    "words", _("What it means, for and against"), Kind.NARRATIVE, required=True, limit=1200
                ),
                Field("chosen", _("Is this the chosen one?"), Kind.YES_NO),
            ),
        ),
        Field("option_reason", _("Reason of the choice"), Kind.NARRATIVE, required=True, limit=2000),
    ),
)

TECHNICAL = Section(
    "technical",
    _("Hosting, data and standards"),
    _("Where it will run, who owns its data, and which standards it meets."),
    (
        Field("hosting", _("Hosting"), Kind.CHOICE, required=True, choices=tuple(c.Hosting.choices)),
        Field("hosting_site", _("Site or region"), Kind.TEXT, limit=160),
        Field(
            "data_owner",
            _("Owner of the data"),
            Kind.TEXT,
            required=True,
            limit=160,
            help=_("A person or post that answers for the data. Without one a case cannot be handed on."),
        ),
        Field("novelty", _("Technology"), Kind.CHOICE, required=True, choices=tuple(c.Novelty.choices)),
        Field(
            "standards",
            _("Checklist of standards"),
            Kind.CHECKLIST,
            glossary="Compliance",
            paragraph="15c",
            row_name=_("Standard"),
            columns=(
                Field(
                    "answer",
                    _("Answer"),
                    Kind.CHOICE,
                    required=True,
                    choices=tuple(c.Conformity.choices),
                    glossary="Compliance",
                ),
                Field("words", _("Remark"), Kind.NARRATIVE, limit=800),
            ),
        ),
    ),
)

SECURITY = Section(
    "security",
    _("Security and personal data"),
    _("How sensitive the information is. The answers say whether the security desk must look at the case."),
    (
        Field(
            "sensitivity",
            _("Most sensitive information in it"),
            Kind.CHOICE,
            required=True,
            choices=tuple(c.Sensitivity.choices),
        ),
        Field("personal_data", _("Does it hold data about persons?"), Kind.YES_NO, required=True),
        Field(
            "personal_data_words",
            _("Which data, about whom, and why they are needed"),
            Kind.NARRATIVE,
            limit=1500,
            help=_("Needed only where it holds data about persons."),
        ),
        Field(
            "security_words",
            _("Anything else that the security desk should know"),
            Kind.NARRATIVE,
            limit=1500,
        ),
    ),
)

FUNDING = Section(
    "funding",
    _("Funding"),
    _("Where the money comes from. The source makes no difference to whether a case is reviewed."),
    (
        Field(
            "funding",
            _("Funding lines"),
            Kind.ROWS,
            required=True,
            limit=20,
            glossary="Source of funds",
            row_name=_("Funding line"),
            columns=(
                Field(
                    "source",
                    _("Source of funds"),
                    Kind.CHOICE,
                    required=True,
                    choices=tuple(c.FundSource.choices),
                ),
                Field("fund_code", _("Fund code"), limit=40),
                Field("section", _("Budget section or mission"), limit=120),
                Field("donor", _("Donor"), limit=160),
                Field("donor_until", _("End of the donor agreement"), Kind.DATE),
                Field("period_start", _("Period from"), Kind.DATE, required=True),
                Field("period_end", _("Period to"), Kind.DATE, required=True),
                Field("amount", _("Amount"), Kind.AMOUNT, required=True),
                Field("currency", _("Currency"), Kind.CURRENCY, required=True),
                Field("status", _("Status"), Kind.CHOICE, required=True, choices=tuple(c.FundStatus.choices)),
                Field("earmarking", _("Earmarking"), limit=300),
            ),
        ),
    ),
)

COSTS = Section(
    "costs",
    _("Costs"),
    _("One line a year for the chosen option, your own staff's work included; 0 where nothing falls."),
    (
        Field(
            "costs",
            _("Costs of each year"),
            Kind.ROWS,
            required=True,
            limit=15,
            glossary="Total cost of ownership",
            row_name=_("Year"),
            help=_("At least five years, one after the other."),
            columns=(
                Field("year", _("Year"), Kind.YEAR, required=True, least=FIRST_YEAR, limit=LAST_YEAR),
                Field("one_time", _("One-time cost"), Kind.AMOUNT, required=True, glossary="One-time cost"),
                Field(
                    "recurrent", _("Recurrent cost"), Kind.AMOUNT, required=True, glossary="Recurrent cost"
                ),
                Field("currency", _("Currency"), Kind.CURRENCY, required=True),
            ),
        ),
        Field(
            "cost_basis",
            _("Where the figures come from"),
            Kind.NARRATIVE,
            required=True,
            limit=1500,
            help=_("A quote, the cost of something like it, or an expert's estimate."),
        ),
    ),
)

BENEFITS = Section(
    "benefits",
    _("Benefits"),
    _("Up to three, each measured: where you start, what you want, by when, who answers."),
    (
        Field(
            "benefits",
            _("Benefits"),
            Kind.ROWS,
            required=True,
            limit=3,
            glossary="Benefit",
            row_name=_("Benefit"),
            columns=(
                Field("name", _("Benefit"), required=True, limit=240),
                Field("kind", _("Type"), Kind.CHOICE, required=True, choices=tuple(c.BenefitKind.choices)),
                Field("baseline", _("Today (baseline)"), required=True, limit=160),
                Field("target", _("Target"), required=True, limit=160),
                Field("by_date", _("Reached by"), Kind.DATE, required=True),
                Field("owner", _("Owner"), required=True, limit=160),
                Field(
                    "amount",
                    _("Amount a year"),
                    Kind.AMOUNT,
                    help=_("Only where it is money. It stands beside the costs; the rest stands in words."),
                ),
                Field("currency", _("Currency"), Kind.CURRENCY),
                Field(
                    "first_year",
                    _("First year of the amount"),
                    Kind.YEAR,
                    help=_("Empty: the year of “reached by”."),
                    least=FIRST_YEAR,
                    limit=LAST_YEAR,
                ),
                Field(
                    "cashable",
                    _("Does a post or contract shrink by it?"),
                    Kind.YES_NO,
                    help=_("Staff time that is freed counts as money only then."),
                ),
            ),
        ),
    ),
)

RISKS = Section(
    "risks",
    _("Risks"),
    _("The five that matter most. Probability and impact are 1 (low) to 5 (high)."),
    (
        Field(
            "risks",
            _("Top risks"),
            Kind.ROWS,
            required=True,
            limit=5,
            glossary="Risk assessment",
            row_name=_("Risk"),
            columns=(
                Field("cause", _("Cause"), required=True, limit=300),
                Field("event", _("Event"), required=True, limit=300),
                Field("effect", _("Effect"), required=True, limit=300),
                Field("probability", _("Probability"), Kind.NUMBER, required=True, least=1, limit=5),
                Field("impact", _("Impact"), Kind.NUMBER, required=True, least=1, limit=5),
                Field("response", _("Response"), Kind.NARRATIVE, required=True, limit=600),
                Field("owner", _("Owner"), required=True, limit=160),
            ),
        ),
    ),
)

ATTESTATION = Section(
    "attestation",
    _("Before you hand it on"),
    _(
        "What you confirm with your name. The chief of ICT and the certifying finance officer attest after you."
    ),
    (
        Field(
            "confirmed",
            _("The case is complete and true to the best of my knowledge"),
            Kind.YES_NO,
            required=True,
        ),
        Field("remark", _("Remark to the head of office"), Kind.NARRATIVE, limit=1000),
    ),
)

SHORT_1 = Schema(
    "short-1",
    (
        IDENTITY,
        PROBLEM,
        ALIGNMENT,
        OPTIONS,
        TECHNICAL,
        SECURITY,
        FUNDING,
        COSTS,
        BENEFITS,
        RISKS,
        ATTESTATION,
    ),
)
