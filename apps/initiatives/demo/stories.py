"""The stories of the demonstration, read from their files: what each initiative says, and how its case went."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from apps.initiatives.schema.short_1 import PRINCIPLES

FOLDER = Path(__file__).resolve().parent
SOURCES = {  # who pays, by kind of office, where a case does not say
    "field_mission": "peacekeeping_mission",
    "political_mission": "special_political_mission",
}


@dataclass(frozen=True)
class Step:
    """One act of a story: days before the day of loading (0 or less), what is done, and its words."""

    day: int
    act: str
    words: tuple[str, ...] = ()

    @property
    def second(self) -> bool:
        """Whether the second person of the desk acts."""
        return "by=2" in self.words

    @property
    def plain(self) -> list[str]:
        return [word for word in self.words if "=" not in word]


@dataclass(frozen=True)
class Story:
    """One initiative: its office, language, answers in the file's short form, and the steps of its road."""

    key: str
    office: str
    language: str
    data: dict[str, Any] = field(repr=False)
    steps: tuple[Step, ...] = ()

    def text(self, table: str, name: str, default: Any = "") -> Any:
        """A text of an act: `text("send_back", "words")`."""
        return self.data.get(table, {}).get(name, default)


@cache
def read(name: str) -> dict[str, Any]:
    """A file of the demonstration, read once."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def stories() -> list[Story]:
    """Every story, in the order of the file names."""
    return [_story(path) for path in sorted((FOLDER / "cases").glob("*.toml"))]


def _story(path: Path) -> Story:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = []
    for line in data["road"].strip().splitlines():
        day, act, *words = line.split()
        steps.append(Step(int(day), act, tuple(words)))
    return Story(path.stem, data["office"], data["language"], data, tuple(steps))


def screening_of(story: Story, office_kind: str) -> dict[str, str]:
    """The answers of the screening."""
    data = story.data
    return {
        "kind": data["kind"],
        "funds": data.get("source", SOURCES.get(office_kind, "regular_budget")),
        "data": "unclassified",
        "reach": data.get("reach", "one_office"),
    }


def answers_of(
    story: Story, *, year: int, office_name: str, office_kind: str, standards: list[str]
) -> dict[str, Any]:
    """The whole business case, from the story's own texts and the few that its language shares."""
    data, words = story.data, read("words.toml")[story.language]
    given: dict[str, Any] = {
        "title": data["title"],
        "summary": data["summary"],
        "kind": data["kind"],
        "reach": data.get("reach", "one_office"),
        "major": data.get("major", "no"),
        "participating_offices": data.get("participating_offices", ""),
        "duty_station": data.get("duty_station", ""),
        "mandate": data.get("mandate", ""),
        "sponsor": words["sponsor"],
        "business_owner": data["owner"],
        "project_manager": words["project_manager"],
        "ict_focal_point": words["ict_focal_point"],
        **{key: data[key] for key in ("problem", "evidence", "affected", "if_nothing")},
        "urgency": "field_urgent" if data.get("urgency_reason") else "ordinary",
        "urgency_reason": data.get("urgency_reason", ""),
        "plan_objective": data.get("objective", words["objective"]),
        "other_offices": data.get("other_offices", ""),
        "similar": [
            {"id": f"s{n}", "name": name, "outcome": outcome, "because": because}
            for n, (name, outcome, because) in enumerate(data.get("similar", []), start=1)
        ],
        "options": _options(data, words),
        "option_reason": data["reason"],
        "hosting": data.get("hosting", "un_data_centre"),
        "data_owner": data.get("data_owner", data["owner"]),
        "novelty": data.get("novelty", "new_here"),
        "standards": [_standard(code, data, words) for code in standards],
        "sensitivity": "unclassified",
        "personal_data": "yes" if "personal_data_words" in data else "no",
        "personal_data_words": data.get("personal_data_words", ""),
        "cost_basis": data.get("cost_basis", words["cost_basis"]),
        "confirmed": "yes",
    }
    for code, _question in PRINCIPLES:
        answer = "yes" if code != "6d" or data.get("urgency_reason") else "no"
        given[f"principle_{code}"] = answer
        given[f"principle_{code}_words"] = data.get("principles", {}).get(code, words["principles"][code])
    return {**given, **_money(story, words, year=year, office=office_name, kind=office_kind)}


def _options(data: dict[str, Any], words: dict[str, Any]) -> list[dict[str, str]]:
    kind = {"custom": "build", "enhancement": "build", "configuration": "reuse", "extension": "reuse"}
    chosen = kind.get(data["kind"], "buy")
    other = "buy" if chosen == "reuse" else "reuse"
    return [
        {"id": "o1", "kind": "do_nothing", "name": words["nothing"][0], "words": data["if_nothing"]},
        {"id": "o2", "kind": other, "name": data["instead"][0], "words": data["instead"][1]},
        {"id": "o3", "kind": chosen, "name": data["chosen"][0], "words": data["chosen"][1], "chosen": "yes"},
    ]


def _standard(code: str, data: dict[str, Any], words: dict[str, Any]) -> dict[str, str]:
    if code in data.get("partly", []):
        return {"id": code, "answer": "partly", "words": words["partly"]}
    return {"id": code, "answer": "complies", "words": ""}


def _money(story: Story, words: dict[str, Any], *, year: int, office: str, kind: str) -> dict[str, Any]:
    data = story.data
    currency = data.get("currency", "USD")
    source = data.get("source", SOURCES.get(kind, "regular_budget"))
    month, first = (7, year) if source in ("peacekeeping_mission", "support_account") else (1, year + 1)
    total = sum(one_time + recurrent for one_time, recurrent in data["costs"])
    line = {
        "id": "f1",
        "source": source,
        "fund_code": data.get("fund_code", ""),
        "section": office,
        "donor": data.get("donor", ""),
        "donor_until": f"{year + 3}-12-31" if data.get("donor") else "",
        "period_start": f"{first}-{month:02}-01",
        "period_end": f"{first + 6}-06-30" if month == 7 else f"{first + 5}-12-31",
        "amount": str(total),
        "currency": currency,
        "status": data.get("funding_status", "requested"),
    }
    return {
        "funding": [line],
        "costs": [
            {
                "id": f"c{n}",
                "year": str(year + n),
                "one_time": str(one_time),
                "recurrent": str(recurrent),
                "currency": currency,
            }
            for n, (one_time, recurrent) in enumerate(data["costs"], start=1)
        ],
        "benefits": [
            {
                "id": f"b{n}",
                "name": name,
                "kind": benefit,
                "baseline": baseline,
                "target": target,
                "by_date": f"{year + 2}-06-30",
                "owner": data["owner"],
                "amount": str(amount) if amount else "",
                "currency": currency if amount else "",
                "first_year": str(year + 2) if amount else "",
                "cashable": "yes" if benefit == "staff_time" and amount else "",
            }
            for n, (name, benefit, baseline, target, amount) in enumerate(data["benefits"], start=1)
        ],
        "risks": [
            {
                "id": f"r{n}",
                "cause": cause,
                "event": event,
                "effect": effect,
                "probability": str(probability),
                "impact": str(impact),
                "response": response,
                "owner": words["project_manager"],
            }
            for n, (cause, event, effect, probability, impact, response) in enumerate(data["risks"], start=1)
        ],
    }
