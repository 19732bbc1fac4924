"""The numbers of the process in force on a day (review.md: defaults that can be changed with an effective date)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from apps.approvals.models import Parameter
from apps.audit.reasons import Reason, refuse


def parameter(key: str, *, on: date) -> Any:
    """The value in force on this day. Refuses (`parameter.missing`) where none is: never a constant in code."""
    return parameters([key], on=on)[key]


def parameters(keys: list[str], *, on: date) -> dict[str, Any]:
    """Several values in force on this day, in one statement."""
    rows = (
        Parameter.objects.filter(key__in=keys, valid_from__lte=on)
        .order_by("key", "-valid_from")
        .distinct("key")
        .values_list("key", "value")
    )
    found = dict(rows)
    for key in keys:
        if key not in found:
            refuse("not_ready", Reason("parameter.missing", {"key": key, "on": on.isoformat()}))
    return found


def tier_thresholds(*, on: date) -> tuple[Decimal, Decimal]:
    """The largest five-year cost in USD of tier 1 and of tier 2."""
    found = parameters(["tier.one_max_usd", "tier.two_max_usd"], on=on)
    return Decimal(found["tier.one_max_usd"]), Decimal(found["tier.two_max_usd"])
