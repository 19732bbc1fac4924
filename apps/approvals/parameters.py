"""The numbers of the process in force on a day (review.md: defaults that can be changed with an effective date)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from apps.approvals.models import Parameter
from apps.audit.reasons import Reason, refuse


class Numbers(dict[str, Any]):
    """Every parameter in force on a day, by key. A missing one is a named refusal, never a default in code."""

    def __init__(self, on: date) -> None:
        rows = Parameter.objects.filter(valid_from__lte=on).order_by("key", "-valid_from").distinct("key")
        super().__init__(rows.values_list("key", "value"))
        self.on = on

    def __missing__(self, key: str) -> Any:
        refuse("not_ready", Reason("parameter.missing", {"key": key, "on": self.on.isoformat()}))


def parameter(key: str, *, on: date) -> Any:
    """One value in force on this day. Refuses (`parameter.missing`) where none is."""
    return Numbers(on)[key]


def tier_thresholds(*, on: date) -> tuple[Decimal, Decimal]:
    """The largest five-year cost in USD of tier 1 and of tier 2."""
    found = Numbers(on)
    return Decimal(found["tier.one_max_usd"]), Decimal(found["tier.two_max_usd"])
