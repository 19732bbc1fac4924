"""Is it subject to review? A few answers, and the reason in words (A/61/765, 18 and 16).

Pure. Every initiative to develop application software is subject, whatever its source of funds and its
amount. What is the office's own (paragraph 16) is said to be so, but only an OICT officer decides that a
case is not subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import Reason, refuse_if
from apps.initiatives import choices as c
from apps.initiatives.schema.fields import Field, Kind
from apps.initiatives.schema.values import clean

FORM = "screening-1"

QUESTIONS: tuple[Field, ...] = (
    Field(
        "kind",
        _("What do you want to do?"),
        Kind.CHOICE,
        required=True,
        choices=tuple(c.ScreeningKind.choices),
        paragraph="18",
    ),
    Field(
        "funds",
        _("Who is expected to pay?"),
        Kind.CHOICE,
        required=True,
        choices=tuple(c.FundSource.choices),
        help=_("It makes no difference to whether it is reviewed."),
    ),
    Field(
        "data",
        _("How sensitive is the information in it?"),
        Kind.CHOICE,
        required=True,
        choices=tuple(c.Sensitivity.choices),
    ),
    Field("reach", _("Who will use it?"), Kind.CHOICE, required=True, choices=tuple(c.Reach.choices)),
)

BECAUSE = {
    "custom": _(
        "Subject under paragraph 18: a custom-built system; the source of funds makes no difference."
    ),
    "package": _("Subject under paragraph 18: a purchased package; the source of funds makes no difference."),
    "saas": _("Subject under paragraph 18: software as a service; the source of funds makes no difference."),
    "configuration": _(
        "Subject under paragraph 18: configuring a platform develops application software, too; "
        "the source of funds makes no difference."
    ),
    "enhancement": _(
        "Subject under paragraph 18: a major enhancement; the source of funds makes no difference."
    ),
    "replacement": _(
        "Subject under paragraph 18: the replacement of a system; the source of funds makes no difference."
    ),
    "extension": _(
        "Subject under paragraph 18: a shared service is extended; the source of funds makes no difference."
    ),
    "infrastructure_with_software": _(
        "Subject under paragraph 18 for the software in it; the equipment itself is your office's own (paragraph 16)."
    ),
    "infrastructure": _(
        "By your answers not subject: local infrastructure is your office's own (paragraph 16). "
        "Only OICT decides so."
    ),
    "local_service": _(
        "By your answers not subject: local services, training and recovery plans are your office's own "
        "(paragraph 16). Only OICT decides so."
    ),
}
OWN_MATTERS = frozenset({"infrastructure", "local_service"})


@dataclass(frozen=True)
class Screening:
    """The answers, whether they make it subject, and the sentence that says why."""

    answers: dict[str, str]
    is_subject: bool

    @property
    def because(self) -> str:
        return str(BECAUSE[self.answers["kind"]])

    @property
    def as_stored(self) -> dict[str, Any]:
        """What is kept with the initiative: the form, the answers by key, the result."""
        return {"form": FORM, "answers": self.answers, "subject": self.is_subject}

    @property
    def first_answers(self) -> dict[str, Any]:
        """What the business case need not ask again."""
        kind = self.answers["kind"]
        known = {
            "kind": kind if kind in c.InitiativeKind.values else "",
            "reach": self.answers["reach"],
            "sensitivity": self.answers["data"],
        }
        return {key: value for key, value in known.items() if value}


def screen(answers: Mapping[str, Any]) -> Screening:
    """Answer the screening. Refuses (invalid) a missing or unknown answer by its field."""
    kept: dict[str, str] = {}
    reasons: list[Reason] = []
    for question in QUESTIONS:
        value, wrong = clean(question, answers.get(question.key))
        reasons += wrong
        if not value and not wrong:
            reasons.append(Reason("screening_incomplete", {"question": question.label}, question.key))
        kept[question.key] = value
    refuse_if("invalid", reasons)
    return Screening(kept, kept["kind"] not in OWN_MATTERS)
