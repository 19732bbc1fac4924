"""Walking the doors: what the resolver knows, what a door must answer, what an answer shows and changes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.approvals.oracle import VERBS, payload_of
from tests.approvals.test_views_matrix import flat
from tests.security.proofs import rights
from tests.security.proofs.doors import ACT_PAGE, DOORS, FILLED, Door, Rule
from tests.security.proofs.world import TOKENS, World, canaries_in

PARAMETER = re.compile(r"<(?:[a-z]+:)?(\w+)>")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def patterns(found: Any = None, before: str = "/") -> Iterator[str]:
    """Every address of pages and API, as the resolver knows it, written in one way."""
    for pattern in found or get_resolver().url_patterns:
        text = before + re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", str(pattern.pattern).strip("^$"))
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            yield text


def address_of(pattern: str, door: Door, world: World, state: str, **given: object) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in given:
            return str(given[name])
        return str({**FILLED, **door.filled}[name](world, state))

    return PARAMETER.sub(value, pattern)


def expected(rule: Rule | None, door: Door, persona: str, state: str, *, api: bool, in_scope: bool) -> int:
    """The status that the table says for this persona; without a rule the method is not one of the door's.
    `in_scope`: whether their token may send this; it is asked before anything but whether the door is public.
    """
    gate = rule or next(iter(door.rules.values()))
    nobody = persona in ("anonymous", "inactive") or (persona in TOKENS and not api)
    if nobody and gate.nobody:
        return rule.nobody if rule else 405
    if nobody:
        return 401 if api else 302
    if not in_scope and not gate.nobody:
        return 403
    if rule is None:
        shared = all(one.roles == gate.roles for one in door.rules.values())
        by_middleware = shared and gate.roles in (rights_of_pages())
        return 403 if by_middleware and persona not in gate.roles else 405
    if persona not in rule.roles:
        return 403
    if rule.level and not rights.sees(persona, state, rule.level):
        return 404
    return rule.but(persona, state) if rule.but else rule.ok


def rights_of_pages() -> tuple[tuple[str, ...], ...]:
    """Roles that are asked before the method is: those that a page declares."""
    from tests.security.proofs.doors import AUDITORS, ON_THE_AGENDA, READERS, SEES_THE_LOAD

    return (AUDITORS, READERS, ON_THE_AGENDA, SEES_THE_LOAD)


# What an answer shows, and what it changed ------------------------------------------------------------------------


def leaks_in(world: World, persona: str, text: str, asked: str = "") -> list[str]:
    """What of an answer this persona may not see: canaries, and the numbers of hidden cases."""
    found = [
        f"{state}/{audience}/{name}"
        for state, audience, name in sorted(canaries_in(text))
        if not rights.may_read(persona, state, audience)
    ]
    for state, case in world.cases.items():
        if case.reference and rights.level(persona, state) == "hidden" and case.reference in text:
            found.append(f"{state}: its number {case.reference}")
    return found


def body_of(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode(errors="replace")
    return answer.content.decode(errors="replace")


def fingerprint() -> str:
    """A digest of every table of the portal but the sessions: two that are alike mean that nothing was changed."""
    names = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label not in ("sessions", "contenttypes", "admin")
    )
    parts = " UNION ALL ".join(
        f"SELECT '{name}', count(*)::text || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"  # noqa: S608
        f' FROM "{name}" t'
        for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(string_agg(a || b, '' ORDER BY a)) FROM ({parts}) AS rows(a, b)")  # noqa: S608
        return cursor.fetchone()[0]


# The walk ---------------------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """The cells that were walked, and those that answered otherwise than the table says."""

    world: World
    cells: int = 0
    wrong: list[str] = field(default_factory=list)

    def ask(
        self, client: Any, persona: str, state: str, method: str, address: str, want: Iterable[int], *,
        sent: dict[str, Any] | None = None, undo: bool = False, api: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Ask once, and note a wrong status or a leak. `undo` takes back what an allowed act changed."""
        more: dict[str, Any] = {"headers": headers or {}}
        if api and method != "GET":
            more |= {"format": "json"}
        send = getattr(client, method.lower())
        with transaction.atomic():
            answer = send(address, sent or {}, **more) if method != "GET" else send(address, **more)
            text = body_of(answer)
            if undo:
                transaction.set_rollback(True)
        self.cells += 1
        where = f"{method} {address} by {persona} ({state})"
        if answer.status_code not in want:
            self.wrong.append(f"{where}: {answer.status_code}, expected {sorted(want)}")
        for leak in leaks_in(self.world, persona, text):
            self.wrong.append(f"{where}: shows {leak}")

    def door(self, pattern: str, persona: str, state: str, clients: tuple[Any, Any]) -> None:
        """Every method of one door."""
        door = DOORS[pattern]
        api = pattern.startswith("/api/")
        address = address_of(pattern, door, self.world, state)
        methods = METHODS if api else METHODS[:2]
        for method in methods:
            if api and pattern == "/api/v1/cases/<str:handle>/moves/" and method == "POST":
                continue
            rule = door.rules.get(method)
            if rule is None and method in ("PUT", "DELETE") and door.is_of_a_case:
                continue  # as PATCH or POST
            register = pattern.startswith("/api/v1/register/")
            in_scope = method == "GET" or rights.may_send(persona, to_the_register=register)
            want = expected(rule, door, persona, state, api=api, in_scope=in_scope)
            self.ask(
                clients[api], persona, state, method, address, {want},
                sent=rule.sent(self.world, state) if rule and method != "GET" else {},
                undo=rule is not None and rule.changes and want < 400, api=api,
            )  # fmt: skip

    def acts(self, persona: str, state: str, clients: tuple[Any, Any]) -> None:
        """Every act that is open in this state, and two that are not: its page, the page's door, the API's door."""
        case = self.world.cases[state]
        for verb in verbs_of(state):
            answer = rights.answer_to_act(persona, state, verb)
            payload = payload_for(verb)
            nobody = persona in ("anonymous", "inactive")
            address = address_of(ACT_PAGE, DOORS["/cases/<str:handle>/"], self.world, state, verb=verb)
            gets = {"done": {200, 302}, "not_found": {404}}.get(answer, {403, 409})
            posts = {"done": 302, "not_found": 404, "not_allowed": 403, "conflict": 409}[answer]
            if nobody or persona in TOKENS:
                gets, posts = {302}, 302
            self.ask(clients[0], persona, state, "GET", address, gets)
            form = {
                **flat(payload),
                "seen_version": case.version_number,
                "seen_hash": case.version_hash,
                "step": "sure",
                "password": "password",
            }
            done = posts == 302
            self.ask(clients[0], persona, state, "POST", address, {posts}, sent=form, undo=done)
            want = {"done": 201, "not_found": 404, "not_allowed": 403, "conflict": 409}[answer]
            want = want if rights.may_send(persona) else 403
            body = {
                "action": verb,
                "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
                "payload": payload,
                "confirmation": {"password": "password"},
            }
            self.ask(
                clients[1], persona, state, "POST", f"/api/v1/cases/{case.pk}/moves/", {401 if nobody else want},
                sent=body, undo=want == 201, api=True, headers={"Idempotency-Key": f"{persona} {state} {verb}"},
            )  # fmt: skip


def payload_for(verb: str) -> dict[str, Any]:
    if verb in ("request_clarification", "ask_questions"):
        return {"items": [{"field": "problem", "question": "How many?"}]}
    return payload_of(verb)


def verbs_of(state: str) -> list[str]:
    open_now = {*rights.CAN[state], *rights.STOPPED.get(state, ())}
    closed = [verb for verb in VERBS if verb not in open_now and (state, verb) not in rights.NEVER_A_CONFLICT]
    return [verb for verb in VERBS if verb in open_now or verb in closed[:2] or verb == "withdraw_case"]


def note_use(client: Any) -> None:
    """A token notes once a minute that it was used; that is no change by what is asked."""
    client.get("/api/v1/offices/")


def walk_state(world: World, state: str, personas: Iterable[str], only: Iterable[str] | None = None) -> Walk:
    """Every door of a case, by every persona, in one state; and that what was refused changed nothing."""
    walk = Walk(world)
    for persona in personas:
        clients = (world.pages(persona), world.api(persona))
        note_use(clients[1])
        before = fingerprint()
        for pattern, door in DOORS.items():
            if door.is_of_a_case and (only is None or pattern in only):
                walk.door(pattern, persona, state, clients)
        if only is None or ACT_PAGE in only:
            walk.acts(persona, state, clients)
        if fingerprint() != before:
            walk.wrong.append(
                f"{persona} ({state}): something that was refused, or a page, changed the database"
            )
    return walk


def walk_rest(world: World, persona: str, only: Iterable[str] | None = None) -> Walk:
    """Every door that belongs to no case, by one persona; each answer is read for the cases in all states."""
    walk = Walk(world)
    state = next(iter(world.cases))
    clients, other = [(world.pages(persona), world.api(persona)) for _once in range(2)]
    note_use(clients[1])
    before = fingerprint()
    for pattern, door in DOORS.items():
        if not door.is_of_a_case and (only is None or pattern in only):
            walk.door(pattern, persona, state, other if door.own_session else clients)
    if fingerprint() != before:
        walk.wrong.append(f"{persona}: something that was refused, or a page, changed the database")
    return walk
