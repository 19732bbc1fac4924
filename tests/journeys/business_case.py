"""The business case that the journeys write: what a submitter of a mission types."""

from typing import Any

from apps.initiatives.schema.short_1 import PRINCIPLES

SCREENING = {
    "kind": "package",
    "funds": "peacekeeping_mission",
    "data": "unclassified",
    "reach": "one_office",
}
TITLE = "Spare tyres for patrol vehicles, counted once"
COSTS = ((2027, 90000, 0), (2028, 10000, 18000), (2029, 0, 19000), (2030, 0, 19000), (2031, 0, 20000))
VALUE_USD = "176000.00"


def answers(standards: list[str]) -> dict[str, Any]:
    """A complete short case, by the keys of its form."""
    given: dict[str, Any] = {
        "title": TITLE,
        "summary": "Nobody can say how many spare tyres the mission has, or where.",
        "kind": "package",
        "reach": "one_office",
        "major": "no",
        "sponsor": "Head of Mission Support",
        "business_owner": "Chief, Transport Section",
        "project_manager": "Transport Systems Officer",
        "ict_focal_point": "Chief, Field Technology Section",
        "problem": "Tyres are counted on paper at nine sites. Orders are made by feeling.",
        "evidence": "In 2026, 212 tyres were ordered while 340 lay in containers.",
        "affected": "Nine sites, 420 vehicles.",
        "if_nothing": "Orders go on by feeling.",
        "urgency": "ordinary",
        "plan_objective": "Strategy, dependable services for the field.",
        "options": [
            {"id": "o1", "kind": "do_nothing", "name": "Paper", "words": "Costs nothing, changes nothing."},
            {"id": "o2", "kind": "reuse", "name": "Rations ledger", "words": "Knows no sizes."},
            {"id": "o3", "kind": "buy", "name": "Package", "words": "Ready in a month.", "chosen": "yes"},
        ],
        "option_reason": "The least cost for the need.",
        "hosting": "un_data_centre",
        "data_owner": "Chief, Transport Section",
        "novelty": "known",
        "standards": [{"id": code, "answer": "complies", "words": ""} for code in standards],
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
                "amount": "176000",
                "currency": "USD",
                "status": "requested",
            }
        ],
        "costs": [
            {
                "id": f"c{year}",
                "year": str(year),
                "one_time": str(once),
                "recurrent": str(often),
                "currency": "USD",
            }
            for year, once, often in COSTS
        ],
        "cost_basis": "Two quotes.",
        "benefits": [
            {
                "id": "b1",
                "name": "Tyres that are not ordered twice",
                "kind": "cash_saving",
                "baseline": "212 a year",
                "target": "fewer than 20",
                "by_date": "2028-06-30",
                "owner": "Chief, Transport Section",
                "amount": "64000",
                "currency": "USD",
            }
        ],
        "risks": [
            {
                "id": "r1",
                "cause": "Clerks rotate",
                "event": "counts are not entered",
                "effect": "the stock is wrong",
                "probability": "2",
                "impact": "3",
                "response": "A count by a second person each month.",
                "owner": "Transport Systems Officer",
            }
        ],
        "confirmed": "yes",
    }
    for code, _question in PRINCIPLES:
        given[f"principle_{code}"] = "yes"
        given[f"principle_{code}_words"] = "As the strategy says."
    return given
