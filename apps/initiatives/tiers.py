"""How deep a case is looked at: the tier is the worst of its answers, and the answer that set it is named.

Thresholds are parameters with effective dates, handed in; nothing here is a limit under which a case is
exempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.initiatives.schema.values import number_of


@dataclass(frozen=True)
class Thresholds:
    """Amounts in US dollars over five years; risk is the greatest product of probability and impact."""

    tier_1_usd: Decimal
    tier_2_usd: Decimal
    risk_medium: int
    risk_high: int


@dataclass(frozen=True)
class Answer:
    """What one answer asks for: its tier, a code for the sentence, and the field it stands in."""

    code: str
    tier: int
    field: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Tier:
    number: int
    answers: tuple[Answer, ...]

    @property
    def set_by(self) -> tuple[Answer, ...]:
        """Every answer that asks for the tier that was reached."""
        return tuple(answer for answer in self.answers if answer.tier == self.number)


NOVELTY = {"known": 1, "new_here": 2, "new": 3}
SENSITIVITY = {"unclassified": 1, "confidential": 2, "strictly_confidential": 3}
REACH = {"one_office": 1, "several_offices": 2, "organization": 3}


def tier_of(content: dict[str, Any], *, value_usd: Decimal, thresholds: Thresholds) -> Tier:
    """The tier of the answers so far; what is not answered yet asks for nothing."""
    answers = [
        _value(value_usd, thresholds),
        _risk(content, thresholds),
        _by_table("novelty", NOVELTY, content),
        _by_table("sensitivity", SENSITIVITY, content),
        _by_table("reach", REACH, content),
        Answer("tier.major", 3, "major", {}) if content.get("major") == "yes" else None,
        Answer("tier.personal_data", 2, "personal_data", {})
        if content.get("personal_data") == "yes"
        else None,
        Answer("tier.exception", 2, "standards", {}) if has_exception(content) else None,
    ]
    given = tuple(answer for answer in answers if answer)
    return Tier(max(answer.tier for answer in given), given)


def has_exception(content: dict[str, Any]) -> bool:
    """Whether an exception to a standard is asked for with the case."""
    return any(row.get("answer") == "exception" for row in content.get("standards") or [])


def greatest_risk(content: dict[str, Any]) -> int:
    """The greatest probability × impact among the risks; 0 where none is complete."""
    products = [0]
    for row in content.get("risks") or []:
        probability, impact = number_of(row.get("probability", "")), number_of(row.get("impact", ""))
        if probability is not None and impact is not None:
            products.append(probability * impact)
    return max(products)


def _value(value_usd: Decimal, thresholds: Thresholds) -> Answer:
    tier = 1 if value_usd <= thresholds.tier_1_usd else 2 if value_usd <= thresholds.tier_2_usd else 3
    limit = thresholds.tier_1_usd if tier < 3 else thresholds.tier_2_usd
    code = "tier.value_within" if tier == 1 else "tier.value_above"
    return Answer(code, tier, "costs", {"value_usd": f"{value_usd:,.2f}", "limit_usd": f"{limit:,.0f}"})


def _risk(content: dict[str, Any], thresholds: Thresholds) -> Answer | None:
    risk = greatest_risk(content)
    if not risk:
        return None
    tier = 3 if risk >= thresholds.risk_high else 2 if risk >= thresholds.risk_medium else 1
    return Answer("tier.risk", tier, "risks", {"risk": risk})


def _by_table(key: str, table: dict[str, int], content: dict[str, Any]) -> Answer | None:
    value = content.get(key, "")
    return Answer(f"tier.{key}.{value}", table[value], key, {}) if value in table else None
