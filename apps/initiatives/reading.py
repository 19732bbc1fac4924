"""A draft as it stands: its answers with today's rates, standards and thresholds, counted once for page, API
and engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from apps.approvals.parameters import Numbers
from apps.audit import clock
from apps.audit.reasons import Reason
from apps.initiatives import policies
from apps.initiatives.facts import facts_of
from apps.initiatives.figures import Figures, Rates, figures
from apps.initiatives.models import BusinessCaseVersion, Draft, Initiative
from apps.initiatives.policies import Asked, Completeness
from apps.initiatives.rates import rates_on
from apps.initiatives.schema.short_1 import SHORT_1
from apps.initiatives.tiers import Thresholds, Tier, tier_of
from apps.standards.queries import in_force

THRESHOLDS = ("tier.one_max_usd", "tier.two_max_usd", "tier.risk_medium", "tier.risk_high")
MONEY_TABLES = ("funding", "costs", "benefits")


def thresholds_on(on: date) -> Thresholds:
    """The thresholds of the review depth in force on a day (one statement)."""
    found = Numbers(on)
    one, two, medium, high = (found[key] for key in THRESHOLDS)
    return Thresholds(Decimal(one), Decimal(two), int(medium), int(high))


@dataclass
class Reading:
    """Everything that is worked out from a draft on a day. Each part is asked for at most once."""

    initiative: Initiative
    draft: Draft
    on: date

    @property
    def content(self) -> dict[str, Any]:
        return self.draft.content

    @cached_property
    def rates(self) -> Rates:
        return rates_on(self.on, currencies_in(self.content))

    @cached_property
    def thresholds(self) -> Thresholds:
        return thresholds_on(self.on)

    @cached_property
    def standards(self) -> tuple[Asked, ...]:
        """Those in force; while only some sections are open, those that the last version was asked about."""
        if set(self.draft.open_sections) != set(SHORT_1.section_keys):
            version = (
                BusinessCaseVersion.objects.filter(initiative=self.initiative).order_by("-number").first()
            )
            if version is not None:
                return tuple(Asked(**row) for row in json.loads(version.snapshot)["standards"])
        return tuple(Asked(row.code, row.title, row.mandatory) for row in in_force(self.on))

    @cached_property
    def figures(self) -> Figures:
        return figures(self.content, self.rates)

    @cached_property
    def tier(self) -> Tier:
        return tier_of(self.content, value_usd=self.figures.value_usd, thresholds=self.thresholds)

    @cached_property
    def reasons(self) -> list[Reason]:
        """What stands against handing on."""
        return policies.reasons_in(self.content, figures=self.figures, standards=self.standards)

    @cached_property
    def completeness(self) -> list[Completeness]:
        return policies.completeness(SHORT_1, self.content, self.reasons, standards=self.standards)

    @property
    def facts(self) -> dict[str, Any]:
        return facts_of(
            self.content,
            figures=self.figures,
            tier=self.tier,
            office_kind=self.initiative.office.kind,
            language=self.initiative.language,
        )


def reading_of(draft: Draft) -> Reading:
    """Read a draft today."""
    return Reading(draft.initiative, draft, clock.now().date())


def currencies_in(content: dict[str, Any]) -> set[str]:
    """Every currency code that the money of a case names."""
    return {row["currency"] for key in MONEY_TABLES for row in content.get(key) or [] if row.get("currency")}
