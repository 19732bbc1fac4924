"""UN operational rates of exchange: what a US dollar is worth in a currency on a day.

A rate is in force until a later one; a currency without a rate on or before the day has none. A missing rate
is a named refusal, and never 1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction

from apps.accounts.models import User
from apps.audit import clock
from apps.audit.canonical import sha256_hex
from apps.audit.reasons import Reason, refuse, refuse_if
from apps.audit.register import record
from apps.initiatives.figures import Rate, Rates
from apps.initiatives.models import ExchangeRate

DOLLAR = "USD"
COLUMNS = ("date", "currency", "units_per_usd", "source")


def rates_on(on: date, currencies: Iterable[str]) -> Rates:
    """The rates in force on a day for these currencies, read in one statement (none for US dollars alone)."""
    wanted = {currency for currency in currencies if currency and currency != DOLLAR}
    found = {DOLLAR: Rate(DOLLAR, Decimal(1), on, "")}
    if wanted:
        rows = (
            ExchangeRate.objects.filter(currency__in=wanted, on__lte=on)
            .order_by("currency", "-on")
            .distinct("currency")
        )
        for row in rows:
            found[row.currency] = Rate(row.currency, row.units_per_usd.normalize(), row.on, row.source)
    return found.get


def rate_on(currency: str, on: date) -> Rate:
    """The rate of one currency. Refuses (not ready) where none is known."""
    rate = rates_on(on, [currency])(currency)
    if rate is None:
        refuse(
            "not_ready", Reason("rates_not_loaded", {"currency": currency, "on": on.isoformat()}, "currency")
        )
    return rate


def currencies_known(on: date) -> list[str]:
    """The codes that have a rate on the day, US dollars first (one statement)."""
    rows = ExchangeRate.objects.filter(on__lte=on).order_by("currency").values_list("currency", flat=True)
    return [DOLLAR, *(code for code in rows.distinct() if code != DOLLAR)]


@transaction.atomic
def load_rates(path: Path, *, by: User | None) -> tuple[int, int]:
    """Take a file of rates (date, currency, units_per_usd, source) in; how many are new, how many were known.

    All or nothing. Refuses (invalid) every wrong line by its number, and a rate that differs from the one
    already in force for that day: a published rate is not rewritten.
    """
    text = path.read_text(encoding="utf-8-sig")
    rows, wrong = _parse(text)
    refuse_if("invalid", wrong)
    known = {(row.currency, row.on): row.units_per_usd for row in ExchangeRate.objects.all()}
    differing = [
        _wrong(line, f"{rate.currency} {rate.on} is {known[rate.currency, rate.on].normalize():f} already")
        for line, rate in rows
        if known.get((rate.currency, rate.on), rate.units_per_usd) != rate.units_per_usd
    ]
    refuse_if("invalid", differing)
    new = [rate for _, rate in rows if (rate.currency, rate.on) not in known]
    ExchangeRate.objects.bulk_create(new)
    if new:
        record(
            verb="load_rates",
            by=by,
            obj_kind="exchange_rates",
            obj_id=sha256_hex(text)[:32],
            occurred_at=clock.now(),
            facts={
                "file_sha256": sha256_hex(text),
                "rates": len(new),
                **({} if by else {"rule": "load_rates"}),
            },
        )
    return len(new), len(rows) - len(new)


def _parse(text: str) -> tuple[list[tuple[int, ExchangeRate]], list[Reason]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    rows: list[tuple[int, ExchangeRate]] = []
    wrong: list[Reason] = []
    if tuple(reader.fieldnames or ()) != COLUMNS:
        return [], [_wrong(1, f"the columns are not {', '.join(COLUMNS)}")]
    seen: set[tuple[str, date]] = set()
    try:
        for raw in reader:
            line = reader.line_num
            try:
                on, units = date.fromisoformat(raw["date"]), Decimal(raw["units_per_usd"])
            except (ValueError, InvalidOperation, TypeError):
                wrong.append(_wrong(line, "the date or the rate cannot be read"))
                continue
            code, source = raw["currency"] or "", raw["source"] or ""
            if not (code.isascii() and code.isalpha() and code.isupper() and len(code) == 3):
                wrong.append(_wrong(line, "the currency is not three capital letters"))
            elif not units.is_finite() or not 0 < units < 10**14:
                wrong.append(_wrong(line, "the rate is not above 0"))
            elif units != round(units, 10):
                wrong.append(_wrong(line, "the rate has more than ten decimals"))
            elif not source or len(source) > 200:
                wrong.append(_wrong(line, "the source is missing or too long"))
            elif (code, on) in seen:
                wrong.append(_wrong(line, f"{code} stands twice for {on}"))
            else:
                seen.add((code, on))
                rows.append((line, ExchangeRate(currency=code, on=on, units_per_usd=units, source=source)))
    except csv.Error as error:
        wrong.append(_wrong(reader.line_num, str(error)))
    return rows, wrong


def _wrong(line: int, why: str) -> Reason:
    return Reason("rates_file_wrong", {"line": line, "why": why}, "file")
