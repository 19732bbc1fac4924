"""The pictures of the review that documents show, printed from the data and the code that they picture.

A picture that is drawn by hand goes stale; these are compared with their sources by a test (house.md, law 8).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from apps.approvals import permissions
from apps.approvals.workflow import Comparison, Desk, RouteDefinition, Stage, parse_route
from apps.offices.choices import Role

ROUTES = Path(__file__).parent / "routes"
ENDS = {"closed": "Closed", "registered": "Registered"}
PLACES = {
    "sponsor": "the sponsoring office",
    "oict": "OICT",
    "dpko": "DPKO",
    "committee": "the Management Committee",
}
OPERATORS = {"is": "is", "in": "is one of", "at_most": "is at most", "at_least": "is at least"}
EFFECTS = {
    "close": "ends the turn",
    "step": "opens the desk's next step",
    "pause": "stops the clock until the office answers",
    "stay": "leaves the turn as it is",
}


def road_of(file: str) -> RouteDefinition:
    """Read a road from the data of this app."""
    return parse_route(json.loads((ROUTES / file).read_text(encoding="utf-8")))


def draw_road(file: str) -> str:
    """Return the road of a route file as Markdown: a diagram, then a table of stages, desks, days and moves."""
    road = road_of(file)
    lines = [
        f"# {road.labels['en']}",
        "",
        f"Printed by `manage.py print_road` from `apps/approvals/routes/{file}`; a test compares the two. Days are "
        "working days of the duty station that must act, for tiers 1 / 2 / 3.",
        "",
        *_conditions(road),
        "```mermaid",
        *_diagram(road),
        "```",
        "",
        *_table(road),
    ]
    return "\n".join(lines).rstrip() + "\n"


def draw_visibility() -> str:
    """Return the table of who sees which cases as Markdown, from the one place where it is written."""
    text = permissions.__doc__ or ""
    rows = [line.strip() for line in text.splitlines() if line.startswith("|")]
    after = text[text.rindex("|") + 1 :].strip()
    lines = [
        "# Who sees which cases",
        "",
        "Printed by `manage.py print_visibility` from `apps/approvals/permissions.py`; a test compares the two. "
        "Levels, from most to least: full, summary, card, hidden. What one may not see is not found.",
        "",
        rows[0],
        "| --- | --- | --- |",
        *rows[1:],
        "",
        " ".join(after.split()),
        "",
        "## Who may not be who in one case",
        "",
        "| acting as | is closed to whoever was |",
        "| --- | --- |",
        *(
            f"| {capacity.replace('_', ' ')} | {', '.join(part.replace('_', ' ') for part in apart)} |"
            for capacity, apart in _parts_apart().items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _parts_apart() -> dict[str, list[str]]:
    return {
        str(capacity): [str(part) for part in apart] for capacity, apart in permissions.PARTS_APART.items()
    }


def _conditions(road: RouteDefinition) -> Iterator[str]:
    if not road.stages:
        yield f"It has no stage: a case is {ENDS[road.first].lower()} at once, and is never approved by it."
        yield ""
    if road.applies_when:
        yield f"This road is for cases where {_when(road.applies_when)}."
        yield ""
    if road.required_criteria:
        named = ", ".join(f"`{key}`" for key in road.required_criteria)
        yield f"Nothing is decided while one of these is missing: {named} (A/61/765, 18)."
        yield ""


def _when(comparisons: tuple[Comparison, ...]) -> str:
    return " and ".join(
        f"`{one.fact}` {OPERATORS[one.operator]} `{json.dumps(one.value)}`" for one in comparisons
    )


def _diagram(road: RouteDefinition) -> Iterator[str]:
    yield "flowchart TD"
    if not road.stages:
        yield f"    start([Import]) --> {road.first}([{ENDS[road.first]}])"
        return
    for stage in road.stages:
        desks = "<br>".join(desk.labels["en"] for desk in stage.desks if not desk.on_demand)
        yield f'    {stage.key}["<b>{stage.labels["en"]}</b><br>{desks}"]'
    ends = sorted({key for stage in road.stages for key in _onward(stage)} & set(ENDS))
    for key in ends:
        yield f"    {key}([{ENDS[key]}])"
    for stage in road.stages:
        if stage.next:
            yield f"    {stage.key} --> {stage.next}"
        for verb, to in _jumps(stage):
            yield f"    {stage.key} -- {verb.replace('_', ' ')} --> {to}"
        if any(offer.then == "pause" for desk in stage.desks for step in desk.steps for offer in step.moves):
            yield f"    {stage.key} -. request clarification .-> {stage.key}"


def _onward(stage: Stage) -> set[str]:
    return {stage.next, *(to for _verb, to in _jumps(stage))}


def _jumps(stage: Stage) -> list[tuple[str, str]]:
    """The moves that lead to another stage, each once."""
    found = {
        (offer.verb, offer.to): None
        for desk in stage.desks
        for step in desk.steps
        for offer in step.moves
        if offer.then == "stage"
    }
    return list(found)


def _table(road: RouteDefinition) -> Iterator[str]:
    if not road.stages:
        return
    yield "| stage | desk | who | step | days | moves |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for stage in road.stages:
        for desk in stage.desks:
            for step in desk.steps:
                moves = "; ".join(
                    f"`{offer.verb}` {EFFECTS.get(offer.then) or 'goes to ' + offer.to}"
                    for offer in step.moves
                )
                yield (
                    f"| {stage.labels['en']} | {_desk(desk)} | {_who(desk)} | {step.labels['en']} "
                    f"| {_days(step.days or stage.days)} | {moves} |"
                )
    yield ""
    yield "| stage | goes on to | days for the office's answer to a clarification |"
    yield "| --- | --- | --- |"
    for stage in road.stages:
        onward = ENDS.get(stage.next) or next(
            (other.labels["en"] for other in road.stages if other.key == stage.next), "as the move says"
        )
        yield f"| {stage.labels['en']} | {onward} | {_days(stage.paused_days)} |"


def _desk(desk: Desk) -> str:
    notes = []
    if desk.on_demand:
        notes.append("once an act asks for it, and then the stage waits for it")
    elif not desk.required:
        notes.append("holds nothing up")
    if desk.only_when:
        notes.append(f"where {_when(desk.only_when)}")
    if desk.after:
        notes.append(f"after {', '.join(key.replace('_', ' ') for key in desk.after)}")
    if desk.until:
        notes.append(f"open until the {desk.until} is made")
    if desk.sections:
        notes.append(f"rests on {', '.join(desk.sections)}")
    if desk.declares_conflict:
        notes.append("declares conflicts first")
    if desk.taken:
        notes.append("one person takes it")
    if desk.function:
        notes.append(f"function {desk.function}")
    return desk.labels["en"] + (f" ({'; '.join(notes)})" if notes else "")


def _who(desk: Desk) -> str:
    roles = " or ".join(str(Role(role).label) for role in desk.roles)
    return f"{roles}, at {PLACES[desk.place]}"


def _days(days: Mapping[str, int] | None) -> str:
    return " / ".join(str(days[tier]) for tier in ("1", "2", "3")) if days else "-"
