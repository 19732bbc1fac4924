"""The money of a business case, in US dollars: costs and benefits of each year, and the one amount that sets
the tier.

Pure: amounts come from the answers, rates from a ``Rates`` that was read before. One amount (review of
depth): the five-year cost of the chosen option, all funds, staff effort included, undiscounted, at the rates
of the day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from apps.audit.reasons import Reason
from apps.initiatives import appraisal
from apps.initiatives.schema.short_1 import FIVE_YEARS
from apps.initiatives.schema.values import amount_of, date_of, number_of

Row = dict[str, str]


@dataclass(frozen=True)
class Rate:
    """How many units of a currency one US dollar was worth, on which day, and by whom."""

    currency: str
    units_per_usd: Decimal
    on: date
    source: str


Rates = Callable[[str], Rate | None]


@dataclass(frozen=True)
class Figures:
    """One entry a year in each series, the first year first; ``problems`` say what could not be counted."""

    years: tuple[int, ...]
    costs: tuple[Decimal, ...]
    recurrent: tuple[Decimal, ...]
    benefits: tuple[Decimal, ...]
    value_usd: Decimal
    problems: tuple[Reason, ...]

    @property
    def sheet(self) -> appraisal.Appraisal | None:
        """The appraisal at the three rates; None before there is a year."""
        return appraisal.appraise(self.costs, self.benefits) if self.years else None


def in_usd(amount: Decimal, rate: Rate) -> Decimal:
    """The amount in US dollars, not rounded."""
    with localcontext(appraisal.PRECISION):
        return amount / rate.units_per_usd


def figures(content: dict[str, Any], rates: Rates) -> Figures:
    """Count a draft or a version. What is missing or wrong counts as nothing, and is named."""
    problems: list[Reason] = []
    spent: dict[int, Decimal] = {}
    recurrent: dict[int, Decimal] = {}
    for row in content.get("costs") or []:
        year = number_of(row.get("year", ""))
        if year is None:
            continue
        for column, series in (("one_time", (spent,)), ("recurrent", (spent, recurrent))):
            usd = _usd(row, column, f"costs/{row['id']}", rates, problems)
            for target in series:
                target[year] = target.get(year, Decimal(0)) + usd
    if not spent:
        return Figures((), (), (), (), Decimal("0.00"), tuple(problems))
    first, last = min(spent), min(max(spent), min(spent) + 60)
    years = tuple(range(first, last + 1))
    gained = dict.fromkeys(years, Decimal(0))
    for row in content.get("benefits") or []:
        if not counts_as_money(row):
            continue
        usd = _usd(row, "amount", f"benefits/{row['id']}", rates, problems)
        begins = first_year_of(row)
        for year in years:
            if begins is not None and year >= begins:
                gained[year] += usd
    with localcontext(appraisal.PRECISION):
        total = sum((spent.get(year, Decimal(0)) for year in years[:FIVE_YEARS]), Decimal(0))
    return Figures(
        years=years,
        costs=tuple(spent.get(year, Decimal(0)) for year in years),
        recurrent=tuple(recurrent.get(year, Decimal(0)) for year in years),
        benefits=tuple(gained[year] for year in years),
        value_usd=appraisal.rounded(total),
        problems=tuple(_once(problems)),
    )


def counts_as_money(row: Row) -> bool:
    """A benefit with an amount, unless it is staff time that frees no post and no contract."""
    if amount_of(row.get("amount", "")) is None:
        return False
    return row.get("kind") != "staff_time" or row.get("cashable") == "yes"


def first_year_of(row: Row) -> int | None:
    """The first year of a benefit's amount: as written, else the year of its date."""
    year = number_of(row.get("first_year", ""))
    by_date = date_of(row.get("by_date", ""))
    return year if year is not None else by_date.year if by_date else None


def _usd(row: Row, column: str, path: str, rates: Rates, problems: list[Reason]) -> Decimal:
    amount = amount_of(row.get(column, ""))
    if not amount:
        return Decimal(0)
    currency = row.get("currency", "")
    if not currency:
        return Decimal(0)
    rate = rates(currency)
    if rate is None:
        problems.append(Reason("rate_missing", {"currency": currency[:20]}, f"{path}/currency"))
        return Decimal(0)
    return in_usd(amount, rate)


def _once(problems: list[Reason]) -> list[Reason]:
    return list({(reason.code, reason.field): reason for reason in problems}.values())
