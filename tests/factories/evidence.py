"""One complete answer to every form of evidence, written by hand beside the table of forms."""

from datetime import date
from typing import Any

from apps.offices import services
from apps.offices.models import Evidence
from tests.factories.offices import Organization

YEAR = {"period_from": "2026-01-01", "period_to": "2026-06-30"}
USD = {"currency": "USD"}

ANSWERS: dict[str, dict[str, str]] = {
    "7a": {"plan": "ICT plan 2026", "objectives": "12", "on_track": "9", "progress": "Two are behind."},
    "7b": {"title": "Vision", "number": "ST/IC/2026/4", "audience": "All missions", "summary": "One record."},
    "7c": {"title": "Passwords", "number": "ST/AI/2026/2", "kind": "policy", "effective_on": "2026-07-01"},
    "7d": {"members": "14", "present": "11", "decisions": "The list of major initiatives was agreed."},
    "7e": {"instruments": "6", "returns_due": "16", "returns_in": "13", "finding": "Three are late."},
    "7f": {"subject": "Hosting", "number": "MC/2026/7", "advice": "Host in two places."},
    "15a": {"strategy": "Strategy, version 3", "mandates": "Peace operations"},
    "15b": {"technology": "Paper fax", "direction": "retire", "why": "Nobody sends one."},
    "15c": {
        "in_force": "24",
        "checked": "40",
        "compliant": "31",
        "exceptions": "4",
        "finding": "Nine to mend.",
    },
    "15d": {"system": "Enterprise planning", "step": "selection", "decision": "Two bidders remain."},
    "15e": {"overseen": "5", "on_track": "3", "in_trouble": "2"},
    "15f": {**YEAR, **USD, "investment": "1250000.5", "duplicates": "2", "finding": "Two pay for one."},
    "15g": {"risks": "31", "high": "4", "treatment": "Each has an owner."},
    "15h": {**YEAR, "measured": "10", "met": "7", "finding": "Three targets were missed."},
    "15i": {**YEAR, "held": "160", "performing": "120", "overdue": "10", "finding": "It works."},
    "16a": {"title": "Fuel records", "need": "Know what is used.", "solutions": "A shared register."},
    "16b": {"kind": "network", "requirement": "A second link to the airfield."},
    "16c": {**YEAR, "availability": "99.5", "incidents": "14", "major_incidents": "1"},
    "16d": {
        **USD,
        "kind": "contract",
        "title": "Internet link",
        "counterpart": "A carrier",
        "starts_on": "2026-01-01",
        "ends_on": "2027-12-31",
        "value": "240000",
    },
    "16e": {**YEAR, **USD, "fund": "20RBM", "amount": "900000"},
    "16f": {**YEAR, "topics": "Security of mail", "planned": "120", "trained": "96"},
    "16g": {
        "plan": "Plan, version 4",
        "result": "partly",
        "rto": "6",
        "rpo": "0.5",
        "finding": "Power failed.",
    },
    "16h": {
        "sets": "18",
        "names": "Personnel",
        "classification": "confidential",
        "steward": "Registry",
        "retention": "7",
    },
    "17a": {"plan": "Field plan", "objectives": "5", "missions": "16", "summary": "It carries five."},
    "17b": {
        "title": "Radio",
        "number": "DPKO/2026/3",
        "kind": "procedure",
        "parent": "ST/SGB/2026/1",
        "effective_on": "2026-07-01",
        "conforms": "yes",
    },
    "17c": {
        **YEAR,
        **USD,
        "mission": "UNMISS",
        "amount": "310000",
        "agrees": "no",
        "finding": "One is double.",
    },
    "17d": {"mission": "UNIFIL", "directive": "Work plan", "summary": "Move the data room."},
    "17e": {"mission": "UNMISS", "need": "Links", "solutions": "Satellite", "advice": "Share one."},
    "17f": {**YEAR, "sites": "31", "capacity": "620", "availability": "98.75", "outages": "9"},
}

HOLDERS = {"7": ("cito", "OICT"), "15": ("cito", "OICT"), "16": ("ict", "UNMISS"), "17": ("field", "DPKO")}
"""Who holds a paragraph by the report in the small Organization, and for which office."""


def holder_of(function: str) -> tuple[str, str]:
    return HOLDERS[function.rstrip("abcdefghi")]


def record(organization: Organization, function: str = "16c", **changes: Any) -> Evidence:
    """Evidence of a function on its complete form, by who holds it by the report."""
    who, office = holder_of(function)
    given = {
        "by": organization.people[who],
        "office": organization.offices[office],
        "performed_on": date(2026, 6, 30),
        "values": ANSWERS[function],
        **changes,
    }
    return services.record_evidence(function=function, **given)
