"""The words of the road: route, stage, desk, step, move. The roads themselves are data (`routes/*.json`).

A route is validated as a whole before it is published (`faults_of`), so the engine never meets a road that
it cannot walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Labels = Mapping[str, str]
Then = Literal["close", "step", "pause", "stay", "stage"]

#: Every verb that a route may offer at a step. `services.acts` performs them; a test compares the two.
STEP_VERBS = (
    "hand_on",
    "attest",
    "endorse",
    "send_back",
    "give_opinion",
    "acknowledge",
    "find_complete",
    "request_clarification",
    "ask_questions",
    "set_aside_questions",
    "grant_extension",
    "refuse_extension",
    "authorize_emergency",
    "refuse_emergency",
    "confirm_emergency",
    "end_emergency",
    "certify_not_subject",
    "find_subject",
    "confirm_certificate",
    "lift_certificate",
    "submit_assessment",
    "confirm_assessment",
    "recommend",
    "decide",
    "send_back_to_lead",
    "withdraw_decision",
    "note_decision",
    "return_decision",
    "defer_decision",
    "open_written",
    "refer_to_chair",
)
#: Where a desk's acting office is found.
PLACES = ("sponsor", "oict", "dpko", "committee")
OPERATORS = ("is", "in", "at_most", "at_least")
TERMINAL = ("closed", "registered")


@dataclass(frozen=True)
class Comparison:
    """One condition over the facts of a case: `fact` `operator` `value`."""

    fact: str
    operator: str
    value: Any

    def holds(self, facts: Mapping[str, Any]) -> bool:
        actual = facts.get(self.fact)
        if actual is None:
            return False
        if self.operator == "is":
            return bool(actual == self.value)
        if self.operator == "in":
            return actual in self.value
        left, right = Decimal(str(actual)), Decimal(str(self.value))
        return left <= right if self.operator == "at_most" else left >= right


@dataclass(frozen=True)
class MoveOffer:
    """What a move does to its turn: closes it, opens the desk's next step, pauses the clock, leaves it, or goes to
    a stage.
    """

    verb: str
    then: Then
    to: str = ""


@dataclass(frozen=True)
class Criterion:
    """A question of a desk: a score of 1 to 5 with written anchors, or an answer in words."""

    key: str
    kind: Literal["score", "answer"]
    labels: Labels
    anchors: Mapping[str, Labels] = field(default_factory=dict)
    required: bool = True
    code: str = ""


@dataclass(frozen=True)
class Step:
    key: str
    labels: Labels
    moves: tuple[MoveOffer, ...]
    days: Mapping[str, int] | None = None
    on_demand: bool = False

    def offer(self, verb: str) -> MoveOffer | None:
        return next((offer for offer in self.moves if offer.verb == verb), None)


@dataclass(frozen=True)
class Desk:
    """A place in a stage that has the turn: roles at an office, its steps, and what it must answer.

    One that is `on_demand` sits only once an act asks for it, and holds its stage while it does. `sections` are the
    parts of the text on which its assessment rests: where one of them changes, it is confirmed or revised.
    """

    key: str
    labels: Labels
    roles: tuple[str, ...]
    place: str
    side: str
    capacity: str
    steps: tuple[Step, ...]
    required: bool = True
    after: tuple[str, ...] = ()
    only_when: tuple[Comparison, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    declares_conflict: bool = False
    taken: bool = False
    function: str = ""
    until: str = ""
    on_demand: bool = False
    sections: tuple[str, ...] = ()

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)

    def step_after(self, key: str) -> Step | None:
        later = self.steps[[step.key for step in self.steps].index(key) + 1 :]
        return next((step for step in later if not step.on_demand), None)

    def sits_in(self, facts: Mapping[str, Any]) -> bool:
        return all(comparison.holds(facts) for comparison in self.only_when)


@dataclass(frozen=True)
class Stage:
    key: str
    labels: Labels
    desks: tuple[Desk, ...]
    next: str = ""
    days: Mapping[str, int] | None = None
    paused_days: Mapping[str, int] | None = None

    def desk(self, key: str) -> Desk:
        return next(desk for desk in self.desks if desk.key == key)

    def sits_in(self, facts: Mapping[str, Any]) -> bool:
        """Whether any of its desks sits for a case with these facts; a stage where none does is passed by."""
        return any(desk.sits_in(facts) for desk in self.desks)


@dataclass(frozen=True)
class RouteDefinition:
    """A whole road. `required_criteria` are what paragraph 18 asks for before anything can be decided."""

    key: str
    subject: str
    labels: Labels
    first: str
    stages: tuple[Stage, ...]
    applies_when: tuple[Comparison, ...] = ()
    required_criteria: tuple[str, ...] = ()

    def stage(self, key: str) -> Stage:
        return next(stage for stage in self.stages if stage.key == key)

    def has_stage(self, key: str) -> bool:
        return any(stage.key == key for stage in self.stages)

    def begins_with_desk(self, key: str) -> bool:
        """Whether this desk sits at the road's first stage."""
        return self.has_stage(self.first) and any(desk.key == key for desk in self.stage(self.first).desks)

    def position(self, key: str) -> int:
        """1-based place of a stage on the road; the end counts as the last."""
        keys = [stage.key for stage in self.stages]
        return keys.index(key) + 1 if key in keys else len(keys)

    def place_of(self, stage: str, desk: str) -> int:
        """Place of a desk in its stage, for an order that does not depend on chance; what is no desk comes last."""
        desks = [one.key for one in self.stage(stage).desks] if self.has_stage(stage) else []
        return desks.index(desk) if desk in desks else len(desks)

    @property
    def review_stage(self) -> Stage:
        """The first stage at which desks score."""
        return next(stage for stage, desk in self.desks() if desk.criteria)

    @property
    def deciding_stage(self) -> Stage:
        """The stage at which the case is decided."""
        verbs = ((stage, step) for stage, desk in self.desks() for step in desk.steps)
        return next(stage for stage, step in verbs if step.offer("decide"))

    def applies_to(self, facts: Mapping[str, Any]) -> bool:
        return all(comparison.holds(facts) for comparison in self.applies_when)

    def desks(self) -> Iterator[tuple[Stage, Desk]]:
        for stage in self.stages:
            for desk in stage.desks:
                yield stage, desk

    def assessment_desks(self, facts: Mapping[str, Any] | None = None) -> list[Desk]:
        """The desks that score; with the facts of a case, those that sit for it."""
        scoring = [desk for _stage, desk in self.desks() if desk.criteria]
        return scoring if facts is None else [desk for desk in scoring if desk.sits_in(facts)]


def _comparisons(rows: Sequence[Mapping[str, Any]]) -> tuple[Comparison, ...]:
    return tuple(Comparison(row["fact"], row["operator"], row["value"]) for row in rows)


def parse_route(data: Mapping[str, Any]) -> RouteDefinition:
    """Read a route from its JSON form. Raises KeyError or TypeError where the shape is wrong; `faults_of`
    says the rest.
    """
    stages = []
    for stage in data["stages"]:
        desks = []
        for desk in stage["desks"]:
            steps = tuple(
                Step(
                    key=step["key"],
                    labels=step["labels"],
                    days=step.get("days"),
                    on_demand=step.get("on_demand", False),
                    moves=tuple(
                        MoveOffer(verb=verb, then=offer["then"], to=offer.get("to", ""))
                        for verb, offer in step["moves"].items()
                    ),
                )
                for step in desk["steps"]
            )
            criteria = tuple(
                Criterion(
                    key=criterion["key"],
                    kind=criterion["kind"],
                    labels=criterion["labels"],
                    anchors=criterion.get("anchors", {}),
                    required=criterion.get("required", True),
                    code=criterion.get("code", ""),
                )
                for criterion in desk.get("criteria", ())
            )
            desks.append(
                Desk(
                    key=desk["key"],
                    labels=desk["labels"],
                    roles=tuple(desk["roles"]),
                    place=desk["place"],
                    side=desk["side"],
                    capacity=desk["capacity"],
                    steps=steps,
                    required=desk.get("required", True),
                    after=tuple(desk.get("after", ())),
                    only_when=_comparisons(desk.get("only_when", ())),
                    criteria=criteria,
                    declares_conflict=desk.get("declares_conflict", False),
                    taken=desk.get("taken", False),
                    function=desk.get("function", ""),
                    until=desk.get("until", ""),
                    on_demand=desk.get("on_demand", False),
                    sections=tuple(desk.get("sections", ())),
                )
            )
        stages.append(
            Stage(
                key=stage["key"],
                labels=stage["labels"],
                desks=tuple(desks),
                next=stage.get("next", ""),
                days=stage.get("days"),
                paused_days=stage.get("paused_days"),
            )
        )
    return RouteDefinition(
        key=data["key"],
        subject=data["subject"],
        labels=data["labels"],
        first=data["first"],
        stages=tuple(stages),
        applies_when=_comparisons(data.get("applies_when", ())),
        required_criteria=tuple(data.get("required_criteria", ())),
    )


def _days_faults(where: str, days: Mapping[str, int] | None) -> Iterator[str]:
    if days is None:
        return
    if set(days) != {"1", "2", "3"}:
        yield f"{where}: days are given for tiers 1, 2 and 3, each"
    elif any(not isinstance(value, int) or value < 1 for value in days.values()):
        yield f"{where}: days are whole numbers from 1"


def faults_of(
    route: RouteDefinition, *, roles: Sequence[str], capacities: Sequence[str], fact_types: Mapping[str, type]
) -> list[str]:
    """Every reason against publishing this route, in words; an empty list means that it can be walked to its end."""
    faults: list[str] = []
    keys = [stage.key for stage in route.stages]
    if len(set(keys)) != len(keys):
        faults.append("two stages share a key")
    if route.first not in [*keys, *TERMINAL]:
        faults.append(f"the first stage {route.first!r} does not exist")
    comparisons = [("the route", comparison) for comparison in route.applies_when]
    for stage, desk in route.desks():
        comparisons += [(f"{stage.key}/{desk.key}", comparison) for comparison in desk.only_when]
    for where, comparison in comparisons:
        if comparison.fact not in fact_types:
            faults.append(f"{where}: the subject gives no fact {comparison.fact!r}")
        if comparison.operator not in OPERATORS:
            faults.append(f"{where}: {comparison.operator!r} is no comparison")
    onward: dict[str, set[str]] = {}
    for stage in route.stages:
        faults += _stage_faults(stage, keys=keys, roles=roles, capacities=capacities)
        onward[stage.key] = {
            offer.to for desk in stage.desks for step in desk.steps for offer in step.moves if offer.to
        }
        if stage.next:
            onward[stage.key].add(stage.next)
    reached, todo = set(), [route.first]
    while todo:
        key = todo.pop()
        if key not in reached:
            reached.add(key)
            todo += onward.get(key, ())
    faults += [f"stage {key} is never reached" for key in keys if key not in reached]
    ends = set(TERMINAL)
    while more := {key for key in keys if key not in ends and onward[key] & ends}:
        ends |= more
    faults += [f"stage {key} has no way to the end" for key in keys if key not in ends]
    criteria = {criterion.key for desk in route.assessment_desks() for criterion in desk.criteria}
    faults += [
        f"required criterion {key!r} belongs to no desk"
        for key in route.required_criteria
        if key not in criteria
    ]
    return faults


def _stage_faults(
    stage: Stage, *, keys: Sequence[str], roles: Sequence[str], capacities: Sequence[str]
) -> Iterator[str]:
    desk_keys = [desk.key for desk in stage.desks]
    if not stage.desks:
        yield f"stage {stage.key}: nobody has the turn"
    if not stage.labels:
        yield f"stage {stage.key}: no label in any language"
    if stage.next and stage.next not in [*keys, *TERMINAL]:
        yield f"stage {stage.key}: the next stage {stage.next!r} does not exist"
    yield from _days_faults(f"stage {stage.key}", stage.days)
    for desk in stage.desks:
        where = f"{stage.key}/{desk.key}"
        if not desk.labels:
            yield f"{where}: no label in any language"
        if not desk.roles or any(role not in roles for role in desk.roles):
            yield f"{where}: unknown or missing role"
        if desk.place not in PLACES:
            yield f"{where}: {desk.place!r} is no place"
        if desk.side not in ("office", "oict"):
            yield f"{where}: {desk.side!r} is no side"
        if desk.capacity not in capacities:
            yield f"{where}: {desk.capacity!r} is no capacity"
        for key in desk.after:
            if key not in desk_keys:
                yield f"{where}: waits for a desk {key!r} that is not in the stage"
        if desk.until and (desk.required or desk.until not in keys):
            yield f"{where}: only an optional desk outlasts its stage, until the end of a stage that exists"
        if desk.on_demand and (desk.required or desk.after):
            yield f"{where}: a desk that sits on demand is neither required nor waits for another"
        if not desk.steps:
            yield f"{where}: no step"
        for step in desk.steps:
            yield from _days_faults(f"{where}/{step.key}", step.days)
            if not step.moves:
                yield f"{where}/{step.key}: no move ends it"
            for offer in step.moves:
                if offer.verb not in STEP_VERBS:
                    yield f"{where}/{step.key}: {offer.verb!r} is no verb"
                if offer.then == "stage" and offer.to not in [*keys, *TERMINAL]:
                    yield f"{where}/{step.key}: {offer.verb} goes to {offer.to!r}, which does not exist"
                if offer.then == "pause" and not stage.paused_days:
                    yield f"{where}/{step.key}: {offer.verb} stops the clock without days for the answer"
        for criterion in desk.criteria:
            if criterion.kind == "score" and set(criterion.anchors) != {"1", "2", "3", "4", "5"}:
                yield f"{where}/{criterion.key}: anchors are written for every score from 1 to 5"
