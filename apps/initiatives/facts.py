"""The facts of a business case: a flat, typed dictionary, frozen with each version, that conditions of a
route compare."""

from __future__ import annotations

from datetime import date
from typing import Any

from apps.initiatives.figures import Figures
from apps.initiatives.policies import donor_ends_before
from apps.initiatives.tiers import Tier, greatest_risk, has_exception

Fact = str | int | bool
FACT_TYPES: dict[str, type] = {
    "tier": int,
    "tier_set_by": str,
    "value_usd": str,
    "office_kind": str,
    "kind": str,
    "reach": str,
    "novelty": str,
    "sensitivity": str,
    "hosting": str,
    "urgency": str,
    "personal_data": bool,
    "security_review": bool,
    "enterprise": bool,
    "major": bool,
    "standards_exception": bool,
    "donor_ends": bool,
    "risk": int,
    "language": str,
    "pre_existing": bool,
    "retrospective": bool,
}


def facts_of(
    content: dict[str, Any], *, figures: Figures, tier: Tier, office_kind: str, language: str
) -> dict[str, Fact]:
    """Facts of the answers. Amounts are decimal strings; what is not answered is ``""`` or False."""
    last_day = date(figures.years[-1], 12, 31) if figures.years else date.max
    personal = content.get("personal_data") == "yes"
    sensitive = content.get("sensitivity") in ("confidential", "strictly_confidential")
    enterprise = content.get("reach") == "organization"
    major = content.get("major") == "yes"
    return {
        "tier": tier.number,
        "tier_set_by": ",".join(answer.code for answer in tier.set_by),
        "value_usd": f"{figures.value_usd:f}",
        "office_kind": office_kind,
        "kind": content.get("kind", ""),
        "reach": content.get("reach", ""),
        "novelty": content.get("novelty", ""),
        "sensitivity": content.get("sensitivity", ""),
        "hosting": content.get("hosting", ""),
        "urgency": content.get("urgency", ""),
        "personal_data": personal,
        "security_review": personal or sensitive,
        "enterprise": enterprise,
        "major": major or enterprise,
        "standards_exception": has_exception(content),
        "donor_ends": donor_ends_before(content, last_day),
        "risk": greatest_risk(content),
        "language": language,
        "pre_existing": False,
        "retrospective": False,
    }
