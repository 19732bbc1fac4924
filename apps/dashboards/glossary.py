"""The dictionary: the product's words in the six languages, and a sentence for each that is not plain by itself.

The terms come from `reference/glossary.csv`, the sentences stand here, so that catalogues carry them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import language_of

TERMS = Path(__file__).parent / "reference" / "glossary.csv"
LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")
SENTENCES: dict[str, str | Promise] = {
    "accountability": _("Every act names who did it, by which post, and under which instrument."),
    "approved": _("The initiative may go on, within the scope, the amount and the date of the decision."),
    "approved-with-conditions": _("As approved, while each condition is met by its date."),
    "audit-trail": _("The acts in a case, in order; each stands in the register."),
    "business-case": _(
        "What an office proposes: the problem, the options, the costs, the benefits, the risks."
    ),
    "case": _("One review of one initiative, from its first draft to its end."),
    "chief-information-technology-officer": _(
        "Decides under paragraph 18, and delegates to officers of OICT by instruments."
    ),
    "clock-suspended": _("The days do not run: the case waits for an answer of the other side."),
    "condition": _("What an approval asks for, with an owner, a date, evidence and someone who verifies it."),
    "conflict-of-interest": _("Declared before the papers open: what could sway a reviewer."),
    "decision": _(
        "The act of paragraph 18, by a person with authority. It takes effect after a short "
        "window in which it can be withdrawn."
    ),
    "deferred": _("Put off to a named meeting."),
    "delegated-authority": _(
        "What a post may do by an instrument in force, up to an amount, for named offices."
    ),
    "delegation-of-authority": _(
        "Handing a function to another post by an instrument; the one who delegates stays accountable."
    ),
    "desk": _("A place in a stage that has the turn: a role at an office, with what it must answer."),
    "draft": _("The business case while its office still writes it; nobody outside sees it."),
    "duty-station": _("The town of an office: its time zone and its working calendar count for due moments."),
    "endorsement": _("The head of office's word that the office stands behind a frozen version."),
    "escalation": _("An overdue turn is brought to the next in line."),
    "evidence": _("Where in the case, or in which document, a score finds its support."),
    "expected-value-added": _(
        "What the initiative is worth to the Organization; one of the three assessments of paragraph 18."
    ),
    "initiative": _("What an office wants to develop, buy, configure or replace."),
    "instrument-of-delegation": _(
        "A numbered paper that gives a post a function, for offices, up to an amount, for a time."
    ),
    "internal-rate-of-return": _("The discount rate at which the net present value is zero."),
    "management-committee": _(
        "Sees the portfolio, and notes decisions on major cases, or returns them once."
    ),
    "net-present-value": _("Benefits less costs over the years, in today's money."),
    "not-approved": _("The initiative may not go on; the decision says why, and what would change it."),
    "not-subject-to-review": _("The screening found no application software in it."),
    "overdue": _("A running turn is past its due moment."),
    "payback-period": _("After how long the benefits have made up for the costs."),
    "recommendation": _("What the lead reviewer proposes to the decider, dissent first."),
    "recusal": _("Stepping aside because of a conflict: one sees nothing of the case any more."),
    "register": _("Every act, in order, each carrying the hash of the one before it."),
    "return-on-investment": _(
        "What the benefits give back on the costs; one of the three assessments of paragraph 18."
    ),
    "returned-for-clarification": _("Questions wait for the office's answer, and the clock stands still."),
    "reviewer": _("Assesses a case at one desk, with scores and evidence."),
    "revocation": _("Ends an instrument at once, with a reason."),
    "stage": _("Where a case stands on its road."),
    "strategic-alignment": _(
        "How well the initiative fits the strategy; one of the three assessments of paragraph 18."
    ),
    "submitted": _("Endorsed, and out of the office."),
    "total-cost-of-ownership": _(
        "One-time and recurrent costs over five years, all funds, staff effort included."
    ),
    "turn": _("Who has to act now, since when, until when."),
    "withdrawn": _("Taken back by the office before a decision."),
    "working-day": _("A day on which the office that must act works; it is used up at 17:00 local time."),
}


@dataclass(frozen=True)
class Term:
    """A word in the six languages; `sentence` is empty where the word is plain."""

    key: str
    texts: dict[str, str]
    sentence: str | Promise = ""

    @property
    def word(self) -> str:
        """The word in the reader's language."""
        return self.texts[language_of(get_language())]

    @property
    def others(self) -> list[tuple[str, str]]:
        """The word in the other languages, as (language, word)."""
        mine = language_of(get_language())
        return [(language, self.texts[language]) for language in LANGUAGES if language != mine]


@lru_cache(maxsize=1)
def _all() -> tuple[Term, ...]:
    with TERMS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Term(
                row["key"], {language: row[language] for language in LANGUAGES}, SENTENCES.get(row["key"], "")
            )
            for row in csv.DictReader(file)
        )


def terms(search: str = "") -> list[Term]:
    """The words that hold the text searched for, in any language or in their sentence; sorted for the reader."""
    wanted = search.casefold().strip()
    found = [
        term
        for term in _all()
        if not wanted
        or any(wanted in word.casefold() for word in term.texts.values())
        or wanted in str(term.sentence).casefold()
    ]
    return sorted(found, key=lambda term: term.word.casefold())
