"""One world for the proofs: fourteen personas before twelve cases, every text of which says whose it is.

A text is a canary: `cny_<state>__<audience>__<field>`. Where it turns up before somebody whom the table of rights
(`rights.py`) does not name for that audience in that state, something leaks.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.services import issue_token
from apps.approvals import services as approvals
from apps.approvals.models import Case
from apps.approvals.services import Confirmation, Seen
from apps.audit import clock
from apps.initiatives import services as initiatives
from apps.initiatives.models import Initiative
from apps.offices.choices import Role
from tests.factories.approvals import assessment_of, tick
from tests.factories.offices import Organization, appoint, make_organization, make_person, make_post
from tests.initiatives.content import complete_case

MORNING = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
STATES = (
    *("draft", "endorsing", "intake", "clarifying", "assessing", "recommending", "deciding", "cooling_off"),
    *("approved", "other_office", "confidential", "withdrawn"),
)
PERSONAS = (
    *("anonymous", "inactive", "submitter", "other_submitter", "head", "reviewer", "unassigned", "approver"),
    *("delegate", "expired", "auditor", "admin", "token_read", "token_write"),
)
SCOPES = {"token_read": ("read", "admin"), "token_write": ("read", "submit")}
TOKENS = tuple(SCOPES)
CANARY = re.compile(r"cny_([a-z_]+?)__([a-z]+)__([a-z0-9_]+)")
SCREENED = {
    "kind": "package",
    "funds": "peacekeeping_mission",
    "data": "unclassified",
    "reach": "one_office",
}


def canary(state: str, audience: str, name: str) -> str:
    return f"cny_{state}__{audience}__{name}"


def canaries_in(text: str) -> set[tuple[str, str, str]]:
    """Every canary of a text, as state, audience and field."""
    return {(found[1], found[2], found[3]) for found in CANARY.finditer(text)}


@dataclass
class World:
    """The Organization, who is who, and a case in each state that was asked for."""

    org: Organization
    people: dict[str, User]
    cases: dict[str, Case] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: int = 0

    def act(self, state: str, person: str, action: str, **payload: Any) -> None:
        """One act of a person on the case of this state."""
        case = self.cases[state]
        case.refresh_from_db()
        by = self.people[person]
        sure = None
        if action == "decide":
            sure = Confirmation("password", clock.now(), case.version_hash, by.pk, "totp")
        self.keys += 1
        approvals.move_case(
            case_id=case.pk,
            action=action,
            by=by,
            seen=Seen(case.version_number, case.version_hash),
            idempotency_key=f"world {self.keys}",
            payload=payload,
            confirmation=sure,
        )
        case.refresh_from_db()

    def initiative(self, state: str) -> Initiative:
        return Initiative.objects.get(case_id=self.cases[state].pk)

    # Ways in ---------------------------------------------------------------------------------------------------

    def pages(self, persona: str) -> Client:
        """The pages as this persona opens them; a token is sent along, and opens none."""
        client = Client(raise_request_exception=False)
        if persona in TOKENS:
            client.defaults["HTTP_AUTHORIZATION"] = f"Token {self.tokens[persona]}"
        elif persona != "anonymous":
            client.force_login(self.people[persona])
        return client

    def api(self, persona: str) -> APIClient:
        """The API as this persona asks it: by session, or by token."""
        client = APIClient(raise_request_exception=False)
        if persona in TOKENS:
            client.credentials(HTTP_AUTHORIZATION=f"Token {self.tokens[persona]}")
        elif persona != "anonymous":
            client.force_login(self.people[persona])
        return client


def make_people() -> World:
    """The Organization, its posts, and the personas in them."""
    org = make_organization()
    call_command("load_routes", verbosity=0)
    call_command("load_rates", verbosity=0)
    posts = [
        ("desk", "OICT", Role.DESK_OFFICER, ""),
        ("standards", "OICT", Role.REVIEWER_STANDARDS, ""),
        ("value", "OICT", Role.REVIEWER_VALUE, ""),
        ("lead", "OICT", Role.LEAD_REVIEWER, ""),
        ("lead2", "OICT", Role.LEAD_REVIEWER, "OICT-LEAD-2"),
        ("chief", "OICT", Role.SECTION_CHIEF, ""),
        ("other_submitter", "UNIFIL", Role.SUBMITTER, ""),
        ("unassigned", "OICT-ALIGN", Role.REVIEWER_ALIGNMENT, "OICT-ALIGN-2"),
        ("aside", "OICT", Role.REVIEWER_STANDARDS, "OICT-STANDARDS-2"),
        ("expired", "OICT", Role.ASSIGNED_OFFICER, "OICT-OFFICER-2"),
        ("inactive", "OICT", Role.ASSIGNED_OFFICER, "OICT-OFFICER-3"),
        ("token_read", "UN-SECRETARIAT", Role.AUDITOR, "UN-AUDITOR-2"),
        ("token_write", "UNMISS", Role.SUBMITTER, "UNMISS-SUBMITTER-2"),
        ("unog-submitter", "UNOG", Role.SUBMITTER, ""),
        ("unog-head", "UNOG", Role.HEAD_OF_OFFICE, ""),
        ("unog-ict", "UNOG", Role.ICT_CHIEF, ""),
        ("unog-finance", "UNOG", Role.CERTIFYING_OFFICER, ""),
    ]
    for key, office, role, code in posts:
        person = make_person(f"{key} person".title(), is_service=key in TOKENS)
        org.posts[key] = make_post(org.office(office), role, code)
        org.people[key] = appoint(org.posts[key], person)
    people = {**org.people, "reviewer": org.people["align"], "approver": org.people["cito"]}
    people["delegate"] = people["officer"]
    world = World(org, people)
    terms = {"amount_limit": 5_000_000}
    with clock.set_to(clock.now() - timedelta(days=90)):
        org.issue("expired", ["18"], ["UNMISS"], valid_until=clock.now() + timedelta(days=60), **terms)
    org.issue("officer", ["18"], ["UNMISS", "UNOG"], **terms)
    org.issue("inactive", ["18"], ["UNMISS"], **terms)
    people["inactive"].is_active = False
    people["inactive"].save()
    for key in TOKENS:
        world.tokens[key] = issue_token(user=people[key], days=30, by=people["admin"], scopes=SCOPES[key])
    return world


def make_world(states: Collection[str] = STATES) -> World:
    """The whole world; of the cases only those of these states. The clock stands where the last act was."""
    world = make_people()
    for state in sorted(
        states, key=lambda one: one != "approved"
    ):  # the one that waits for the tick is first
        earlier = timedelta(hours=1) if state == "approved" else timedelta(0)
        with clock.set_to(clock.now() - earlier):
            _open(world, state)
            for step in ROAD[state]:
                STEPS[step](world, state)
        if state == "confidential":
            Case.objects.filter(pk=world.cases[state].pk).update(confidential=True)
    for case in world.cases.values():
        case.refresh_from_db()
    with connection.cursor() as cursor:  # let the acts take their places in the register
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return world


# The road ---------------------------------------------------------------------------------------------------------


def _office(world: World, state: str, person: str) -> str:
    return f"unog-{person}" if state == "other_office" else person


def answers_of(state: str) -> dict[str, Any]:
    """A complete business case, each text of which is a canary."""
    full = {
        name: f"{canary(state, 'full', name)} words"
        for name in (
            *("sponsor", "business_owner", "project_manager", "ict_focal_point", "mandate", "programme"),
            *("problem", "evidence", "affected", "if_nothing", "plan_objective", "other_offices"),
            *("option_reason", "hosting_site", "data_owner", "cost_basis"),
        )
    }
    content = complete_case(
        title=canary(state, "card", "title"), summary=canary(state, "card", "summary"), **full
    )
    for rows, names in (
        ("options", ("name", "words")),
        ("benefits", ("name", "owner", "baseline", "target")),
        ("risks", ("cause", "event", "effect", "response", "owner")),
        ("funding", ("fund_code", "section")),
    ):
        for row in content[rows]:
            for name in names:
                limit = 40 if name == "fund_code" else 120
                row[name] = canary(state, "full", f"{rows}_{name}")[:limit]
    for key in list(content):
        if key.startswith("principle_") and key.endswith("_words"):
            content[key] = canary(state, "full", key)
    return content


def _open(world: World, state: str) -> None:
    by = world.people[_office(world, state, "submitter")]
    started = initiatives.start_draft(
        office=world.org.office("UNOG" if state == "other_office" else "UNMISS"),
        answers=SCREENED,
        title=canary(state, "card", "title"),
        language="en",
        by=by,
    )
    saved = initiatives.save_draft(
        initiative_id=started.pk, changes=answers_of(state), base_revision=0, by=by
    )
    assert not saved.problems, saved.problems
    world.cases[state] = Case.objects.get(pk=started.case_id)


def _endorsing(world: World, state: str) -> None:
    world.act(state, _office(world, state, "submitter"), "hand_on", words=canary(state, "full", "hand_on"))
    for person in ("ict", "finance"):
        words = canary(state, "full", f"attest_{person}")
        world.act(state, _office(world, state, person), "attest", confirmed=True, words=words)


def _intake(world: World, state: str) -> None:
    words = canary(state, "full", "endorse")
    world.act(state, _office(world, state, "head"), "endorse", confirmed=True, words=words)
    world.act(state, "desk", "acknowledge")
    if state != "other_office":
        words = canary(state, "full", "opinion")
        world.act(state, "field", "give_opinion", position="supports_with_remarks", words=words)
    if state == "intake":  # it has been asked and has answered: two versions to compare
        _clarifying(world, state)
        submitter = world.people["submitter"]
        revision = world.initiative(state).draft.revision
        initiatives.save_draft(
            initiative_id=world.initiative(state).pk,
            changes={"problem": canary(state, "full", "problem2")},
            base_revision=revision,
            by=submitter,
        )
        answers = [{"item": "1", "answer": canary(state, "full", "answer")}]
        world.act(state, "submitter", "answer_clarification", answers=answers)


def _clarifying(world: World, state: str) -> None:
    items = [{"field": "problem", "question": canary(state, "full", "question")}]
    world.act(state, "desk", "request_clarification", items=items)


def _declare(world: World, state: str, person: str) -> None:
    world.act(state, person, "declare_no_conflict")


def _assess(world: World, state: str, person: str, desk: str, audience: str) -> None:
    criteria = world.cases[state].route.road.stage("assessments").desk(desk)
    scores = assessment_of(criteria)
    for row in scores.values():
        row["evidence"] = canary(state, audience, "evidence")
    approvals.save_assessment(
        case_id=world.cases[state].pk,
        desk=desk,
        scores=scores,
        overall=canary(state, audience, "overall"),
        base_revision=0,
        by=world.people[person],
    )


def _assessing(world: World, state: str) -> None:
    """Alignment is being written, standards is in (one of its two stepped aside), value has not begun."""
    world.act(state, "desk", "find_complete")
    world.act(state, "aside", "recuse", words=canary(state, "nobody", "recusal"))
    _declare(world, state, "reviewer")
    _assess(world, state, "reviewer", "alignment", "author")
    _declare(world, state, "standards")
    _assess(world, state, "standards", "standards", "peers")
    world.act(state, "standards", "submit_assessment")


def _recommending(world: World, state: str) -> None:
    world.act(state, "reviewer", "submit_assessment")
    _declare(world, state, "value")
    _assess(world, state, "value", "value", "peers")
    world.act(state, "value", "submit_assessment")
    _declare(world, state, "lead")


def _deciding(world: World, state: str) -> None:
    summary = canary(state, "recommendation", "summary")
    world.act(state, "lead", "recommend", outcome="approved", summary=summary)


def _cooling_off(world: World, state: str) -> None:
    world.act(state, "approver", "decide", **decision_words(state))


def _approved(world: World, state: str) -> None:
    """The window passes; the rest of the world is an hour later."""
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()


def _withdrawn(world: World, state: str) -> None:
    world.act(state, "head", "withdraw_case", words=canary(state, "full", "withdrawal"))


def decision_words(state: str) -> dict[str, Any]:
    return {
        "outcome": "approved",
        "reasons": canary(state, "decision", "reasons"),
        "scope": canary(state, "decision", "scope"),
        "amount_max": "860000",
        "valid_until": "2030-12-31",
    }


STEPS: dict[str, Callable[[World, str], None]] = {
    "endorsing": _endorsing,
    "intake": _intake,
    "clarifying": _clarifying,
    "assessing": _assessing,
    "recommending": _recommending,
    "deciding": _deciding,
    "cooling_off": _cooling_off,
    "approved": _approved,
    "withdrawn": _withdrawn,
}
_WHOLE = ("endorsing", "intake", "assessing", "recommending", "deciding", "cooling_off", "approved")
ROAD: dict[str, tuple[str, ...]] = {
    "draft": (),
    "endorsing": _WHOLE[:1],
    "intake": _WHOLE[:2],
    "clarifying": (*_WHOLE[:2], "clarifying"),
    "assessing": _WHOLE[:3],
    "recommending": _WHOLE[:4],
    "deciding": _WHOLE[:5],
    "cooling_off": _WHOLE[:6],
    "approved": _WHOLE,
    "other_office": _WHOLE[:3],
    "confidential": _WHOLE[:5],
    "withdrawn": (*_WHOLE[:2], "withdrawn"),
}
