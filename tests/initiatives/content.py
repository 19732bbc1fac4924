"""A complete short case, written for the tests; each test spoils what it is about."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from typing import Any

from apps.initiatives.figures import Rate
from apps.initiatives.schema.short_1 import PRINCIPLES

UNITS = {"USD": "1", "EUR": "0.8", "SSP": "4000"}


def rates(currency: str) -> Rate | None:
    """Round rates for sums that can be done by hand."""
    units = UNITS.get(currency)
    return Rate(currency, Decimal(units), date(2026, 7, 1), "test") if units else None


def complete_case(**changes: Any) -> dict[str, Any]:
    """The golden case of the appraisal as a whole business case; ``changes`` replace answers."""
    costs = [
        (2027, "500000", "0"),
        *((year, "0", "80000") for year in (2029, 2030, 2031)),
        (2028, "40000", "80000"),
    ]
    content: dict[str, Any] = {
        "title": "Fuel receipts by hand-held scanner",
        "summary": "Receipts of fuel are copied by hand at eleven sites, and lost.",
        "kind": "package",
        "reach": "one_office",
        "major": "no",
        "sponsor": "Head of Mission Support",
        "business_owner": "Chief, Fuel Unit",
        "project_manager": "Fuel Systems Officer",
        "ict_focal_point": "Chief, Field Technology Section",
        "problem": "Receipts are copied three times.",
        "evidence": "In 2025, 412 of 9,800 receipts were missing.",
        "affected": "Eleven sites and 60 drivers.",
        "if_nothing": "Losses go on.",
        "urgency": "ordinary",
        "plan_objective": "Strategy, field service delivery.",
        "options": [
            {"id": "o1", "kind": "do_nothing", "name": "Paper", "words": "Costs nothing, changes nothing."},
            {"id": "o2", "kind": "reuse", "name": "Rations system", "words": "Has no scanners."},
            {
                "id": "o3",
                "kind": "buy",
                "name": "Package",
                "words": "Ready in three months.",
                "chosen": "yes",
            },
        ],
        "option_reason": "Least cost for the need.",
        "hosting": "un_data_centre",
        "data_owner": "Chief, Fuel Unit",
        "novelty": "known",
        "standards": [],
        "sensitivity": "unclassified",
        "personal_data": "no",
        "funding": [
            {
                "id": "f1",
                "source": "peacekeeping_mission",
                "fund_code": "20UNM",
                "section": "UNMISS",
                "period_start": "2026-07-01",
                "period_end": "2032-06-30",
                "amount": "860000",
                "currency": "USD",
                "status": "requested",
            }
        ],
        "costs": [
            {"id": f"c{year}", "year": str(year), "one_time": once, "recurrent": often, "currency": "USD"}
            for year, once, often in costs
        ],
        "cost_basis": "Three quotes.",
        "benefits": [
            {
                "id": f"b{number}",
                "name": f"Less fuel lost ({number})",
                "kind": "cash_saving",
                "baseline": "412 receipts missing",
                "target": "fewer than 20",
                "by_date": f"{year}-06-30",
                "owner": "Chief, Fuel Unit",
                "amount": amount,
                "currency": "USD",
            }
            for number, year, amount in ((1, 2028, "150000"), (2, 2029, "150000"), (3, 2030, "20000"))
        ],
        "risks": [
            {
                "id": "r1",
                "cause": "Dust",
                "event": "Scanners fail",
                "effect": "Back to paper",
                "probability": "2",
                "impact": "3",
                "response": "Ten spare scanners.",
                "owner": "Field Technology Section",
            }
        ],
        "confirmed": "yes",
    }
    for code, _question in PRINCIPLES:
        content[f"principle_{code}"] = "yes"
        content[f"principle_{code}_words"] = "As the strategy says."
    content.update(changes)
    return copy.deepcopy(content)
