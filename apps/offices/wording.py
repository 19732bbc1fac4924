"""How amounts and days stand in the parameters of a reason: the same in every language."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal


def amount_text(amount: Decimal) -> str:
    """`412,000` or `412,000.50`."""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def day_text(moment: datetime | date) -> str:
    """The day as `2026-12-31` (of an instant, in UTC)."""
    return (moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment).isoformat()


def last_day(ends: datetime) -> date:
    """The last day (UTC) of a period that ends, exclusively, at this instant."""
    return (ends.astimezone(UTC) - timedelta(microseconds=1)).date()
