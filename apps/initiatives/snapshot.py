"""What a version freezes: the answers, the money with its rates, the facts, as plain data for canonical JSON
(seam 2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from apps.initiatives.figures import Rates
from apps.initiatives.policies import Asked
from apps.initiatives.schema.fields import TABLES, Kind, Schema
from apps.initiatives.schema.values import amount_of
from apps.initiatives.tiers import Thresholds, Tier


def snapshot_of(
    *,
    schema: Schema,
    content: dict[str, Any],
    number: int,
    initiative_id: Any,
    office: dict[str, str],
    language: str,
    rates: Rates,
    rates_on: date,
    facts: dict[str, Any],
    tier: Tier,
    thresholds: Thresholds,
    standards: Iterable[Asked] = (),
    extra: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole version as plain data. Money is amount + currency + rate + date of the rate, wherever it
    stands."""
    return {
        "schema": schema.key,
        "number": number,
        "initiative": str(initiative_id),
        "office": office,
        "language": language,
        "fields": {key: _value(field, content.get(key), rates) for key, field in schema.by_key.items()},
        "rates_on": rates_on,
        "facts": facts,
        "tier": {
            "number": tier.number,
            "answers": [{"code": a.code, "tier": a.tier, "params": a.params} for a in tier.answers],
            "thresholds": {
                "tier_1_usd": thresholds.tier_1_usd,
                "tier_2_usd": thresholds.tier_2_usd,
                "risk_medium": thresholds.risk_medium,
                "risk_high": thresholds.risk_high,
            },
        },
        "standards": [{"code": s.code, "title": s.title, "mandatory": s.mandatory} for s in standards],
        "attachments": [],
        **(extra or {}),
    }


def content_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The answers of a version as a draft holds them: a new draft begins with them."""
    content: dict[str, Any] = {}
    for key, value in snapshot["fields"].items():
        if isinstance(value, list):
            content[key] = [{name: _plain(cell) for name, cell in row.items()} for row in value]
        else:
            content[key] = _plain(value)
    return content


def rates_of(snapshot: dict[str, Any]) -> Rates:
    """The rates that the version froze, and no others."""
    from decimal import Decimal

    from apps.initiatives.figures import Rate

    found: dict[str, Rate] = {}
    for cell in _money_cells(snapshot["fields"]):
        if cell["rate"]:
            found[cell["currency"]] = Rate(
                cell["currency"], Decimal(cell["rate"]), date.fromisoformat(cell["rate_date"]), ""
            )
    return found.get


def _money_cells(fields: dict[str, Any]) -> Iterable[dict[str, str]]:
    for value in fields.values():
        cells = [cell for row in value for cell in row.values()] if isinstance(value, list) else [value]
        yield from (cell for cell in cells if isinstance(cell, dict))


def _plain(cell: Any) -> str:
    return cell["amount"] if isinstance(cell, dict) else cell


def _value(field: Any, value: Any, rates: Rates) -> Any:
    if field.kind not in TABLES:
        return value or ""
    return [
        {
            "id": row["id"],
            **{
                column.key: _money(row, column.key, rates)
                if column.kind is Kind.AMOUNT
                else row.get(column.key, "")
                for column in field.columns
            },
        }
        for row in value or []
    ]


def _money(row: dict[str, str], key: str, rates: Rates) -> Any:
    amount, currency = row.get(key, ""), row.get("currency", "")
    if amount_of(amount) is None or not currency:
        return amount
    rate = rates(currency)
    return {
        "amount": amount,
        "currency": currency,
        "rate": f"{rate.units_per_usd:f}" if rate else "",
        "rate_date": rate.on.isoformat() if rate else "",
    }
