"""Each guard is taken away, one at a time, and a cell of the matrix must fail: a guard that nothing tests is none.

The guards are found, not listed: every `visible_to`, every question of a `permissions.py`, every refusal of the engine
about persons, every kind of declared access (the pairs of parts that one person may not play are in
`test_parts_apart.py`). A new one without a row in `ROWS` fails.
"""

import inspect
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Exists, Q, QuerySet, Value

from apps.accounts.access import Rule
from apps.accounts.api.permissions import Declared
from apps.accounts.middleware import AccessMiddleware
from apps.approvals.committee import records_of
from apps.approvals.models import Case, CommitteeRecord, Participation, Turn
from apps.approvals.queries import case_view
from apps.approvals.services import Confirmation, Seen, authority, move_case, moves
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Notice
from apps.offices import services as offices
from apps.offices.choices import Role
from apps.offices.models import PostHolding
from apps.offices.permissions import AuthorityCheck
from tests.approvals.oracle import payload_of
from tests.factories.evidence import record
from tests.factories.offices import appoint, make_person, make_post
from tests.security.proofs.walking import payload_for, walk_rest, walk_state
from tests.security.proofs.world import World

pytestmark = pytest.mark.slow
STATES_OF_THE_WORLD = ("draft", "endorsing", "intake", "assessing", "deciding", "cooling_off", "confidential")
Killer = Callable[[World], list[str]]
EVERYTHING = Q(pk__isnull=False)

#: What looks like a guard and is none: it draws or says, and the service behind it refuses by itself.
NO_GUARDS = {
    "apps.initiatives.permissions.may_write": "draws the form; `reasons_against_writing` refuses",
    "apps.dashboards.permissions.rights_in_words": "says what the numbers count",
}


def found_guards() -> dict[str, Any]:
    """Every guard by its full name: the function, or the class and the method."""
    found: dict[str, Any] = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("apps."):
            continue
        for room in ("permissions", "querysets", "two_hands"):
            try:
                module = import_module(f"{config.name}.{room}")
            except ModuleNotFoundError:
                continue
            for name, thing in vars(module).items():
                if getattr(thing, "__module__", "") != module.__name__:
                    continue
                if inspect.isfunction(thing) and _asks(name, thing):
                    found[f"{module.__name__}.{name}"] = thing
                if inspect.isclass(thing) and issubclass(thing, QuerySet):
                    for method, function in vars(thing).items():
                        if inspect.isfunction(function) and (
                            method in ("visible_to", "awaiting", "_not_kept_from")
                            or method.startswith("exclude_")
                        ):
                            found[f"{module.__name__}.{name}.{method}"] = (thing, method)
    for module in (moves, authority):
        for name, thing in vars(module).items():
            if (
                inspect.isfunction(thing)
                and thing.__module__ == module.__name__
                and name.startswith("reasons_against_")
            ):
                found[f"{module.__name__}.{name}"] = thing
    for owner, method in ((Rule, "admits"), (AccessMiddleware, "process_view"), (Declared, "has_permission")):
        found[f"{owner.__module__}.{owner.__name__}.{method}"] = (owner, method)
    return {name: guard for name, guard in found.items() if name not in NO_GUARDS}


def _asks(name: str, function: Any) -> bool:
    first = next(iter(inspect.signature(function).parameters), "")
    return name.startswith(("reasons_", "may_", "role_to_")) or first == "viewer"


# What must fail ---------------------------------------------------------------------------------------------------


def cell(state: str, persona: str, *doors: str) -> Killer:
    return lambda world: walk_state(world, state, [persona], only=doors).wrong


def rest(persona: str, *doors: str) -> Killer:
    return lambda world: walk_rest(world, persona, only=doors).wrong


def refused(state: str, person: str, verb: str, **payload: Any) -> Killer:
    """An act straight at the engine that must be refused with "not allowed" or a conflict."""

    def ask(world: World) -> list[str]:
        with transaction.atomic():
            try:
                world.act(state, person, verb, **payload)
                return [f"{verb} by {person} ({state}) was done"]
            except IntegrityError as error:
                return [f"{verb} by {person} ({state}) came as far as the database: {error}"]
            except Refused as answer:
                return [] if str(answer.kind) in ("not_allowed", "conflict") else [f"{verb}: {answer.kind}"]
            finally:
                transaction.set_rollback(True)

    return ask


def stale(world: World) -> list[str]:
    case = world.cases["endorsing"]
    with transaction.atomic():
        try:
            moves.move_case(
                case_id=case.pk, action="endorse", by=world.people["head"], seen=moves.Seen(7, "other"),
                idempotency_key="stale", payload={"confirmed": True},
            )  # fmt: skip
            return ["a version was endorsed that nobody read"]
        except Refused:
            return []
        finally:
            transaction.set_rollback(True)


def confirmed_long_ago(world: World) -> list[str]:
    case, by = world.cases["deciding"], world.people["approver"]
    with transaction.atomic():
        try:
            moves.move_case(
                case_id=case.pk,
                action="decide",
                by=by,
                seen=moves.Seen(case.version_number, case.version_hash),
                idempotency_key="confirmed long ago",
                payload=payload_of("decide"),
                confirmation=Confirmation(
                    "password", clock.now() - timedelta(minutes=10), case.version_hash, by.pk, "totp"
                ),
            )
            return ["a decision was taken on a confirmation of ten minutes ago"]
        except Refused:
            return []
        finally:
            transaction.set_rollback(True)


def served(world: World) -> list[str]:
    """A reviewer who served in the office a month ago."""
    with transaction.atomic():
        now = clock.now()
        PostHolding.objects.create(
            post=make_post(world.org.office("UNMISS"), "submitter", "UNMISS-OLD"),
            user=world.people["value"],
            during=(now - timedelta(days=200), now - timedelta(days=30)),
        )
        wrong = refused("assessing", "value", "declare_no_conflict")(world)
        transaction.set_rollback(True)
    return wrong


def office_reads_a_sitting(world: World) -> list[str]:
    """What the Committee wrote on a decision that is not in effect."""
    case = world.cases["cooling_off"]
    decision, now = case.decisions.get(), clock.now()
    with transaction.atomic():
        CommitteeRecord.objects.create(
            case=case, decision=decision, turn=case.turns.open().get(), way="meeting", result="deferred",
            met_on=now.date(), quorum=3, language="en", by=world.people["approver"], at=now,
        )  # fmt: skip
        found = records_of(viewer_of(world.people["submitter"], now), case, [decision])
        transaction.set_rollback(True)
    return ["the office reads what the Committee wrote"] if found else []


def aside_sees(world: World) -> list[str]:
    seen = Case.objects.filter(pk=world.cases["assessing"].pk).visible_to(
        viewer_of(world.people["aside"], clock.now())
    )
    return ["who stepped aside sees the case"] if seen.exists() else []


def queue_of(persona: str, state: str) -> Killer:
    """A turn that must not wait for this persona."""

    def ask(world: World) -> list[str]:
        viewer = viewer_of(world.people[persona], clock.now())
        turns = Turn.objects.awaiting(viewer).filter(case=world.cases[state])
        return [f"{persona} is offered {turn}" for turn in turns]

    return ask


def played_before(world: World) -> list[str]:
    """Who submitted is not offered the decision."""
    with transaction.atomic():
        Participation.objects.create(
            case=world.cases["deciding"],
            user=world.people["approver"],
            capacity="submitter",
            since=clock.now(),
        )
        wrong = queue_of("approver", "deciding")(world)
        transaction.set_rollback(True)
    return wrong


def decides_after_submitting(world: World) -> list[str]:
    with transaction.atomic():
        Participation.objects.create(
            case=world.cases["deciding"],
            user=world.people["approver"],
            capacity="submitter",
            since=clock.now(),
        )
        wrong = refused("deciding", "approver", "decide", **payload_of("decide"))(world)
        transaction.set_rollback(True)
    return wrong


def inbox_shows(world: World) -> list[str]:
    assert Notice.objects.filter(
        recipient=world.people["unassigned"], case_id=world.cases["confidential"].pk
    ).exists()
    return rest("unassigned", "/notices/", "/api/v1/notices/")(world)


def undone(ask: Killer) -> Killer:
    """What the question sets up is gone after it."""

    def asked(world: World) -> list[str]:
        with transaction.atomic():
            wrong = ask(world)
            transaction.set_rollback(True)
        return wrong

    return asked


@undone
def office_reads_what_a_desk_would_ask(world: World) -> list[str]:
    case, by = world.cases["assessing"], world.people["reviewer"]
    move_case(
        case_id=case.pk,
        action="ask_questions",
        by=by,
        seen=Seen(case.version_number, case.version_hash),
        idempotency_key="a-question-of-a-desk",
        payload=payload_for("ask_questions"),
    )
    office = world.people["submitter"]
    view = case_view(viewer_of(office, clock.now()), office, case.handle)
    return ["the office reads a question that was not sent"] if view.questions else []


@undone
def invited_for_nothing(world: World) -> list[str]:
    """An assessor from another office, whom no case waits for."""
    post = make_post(world.org.office("UNIFIL"), Role.INVITED_ASSESSOR, "UNIFIL-ASSESSOR")
    viewer = viewer_of(appoint(post, make_person("Invited Person")), clock.now())
    seen = Case.objects.filter(pk=world.cases["assessing"].pk).visible_to(viewer)
    return ["an assessor sees a case that waits for none"] if seen.exists() else []


@undone
def reads_anothers_evidence(world: World) -> list[str]:
    evidence = record(world.org)
    address = f"/functions/16c/evidence/{evidence.pk}/"
    answer = world.pages("other_submitter").get(address)
    return [f"{address}: {answer.status_code}"] if answer.status_code != 404 else []


@undone
def reads_anothers_draft(world: World) -> list[str]:
    draft = world.org.draft("ict", ["16c"], ["UNMISS"])
    answer = world.pages("other_submitter").get(f"/instruments/{draft.number}/")
    return [f"a draft instrument: {answer.status_code}"] if answer.status_code != 404 else []


def may_not(act: Callable[..., object], *, by: str, issued: bool = False) -> Killer:
    """An act on an instrument by somebody whose hands it is not in."""

    @undone
    def ask(world: World) -> list[str]:
        made = (world.org.issue if issued else world.org.draft)(
            "ict", ["16c"], ["UNMISS"], **({"accept": False} if issued else {})
        )
        try:
            with transaction.atomic():
                act(instrument=made, by=world.people[by])
        except Refused as answer:
            return [] if str(answer.kind) == "not_allowed" else [f"{act}: {answer.kind}"]
        except IntegrityError as error:
            return [f"{act} by {by} came as far as the database: {error}"]
        return [f"{act} by {by} was done"]

    return ask


CASE = "/cases/<str:handle>/"
_OTHERS = cell("assessing", "other_submitter", CASE)
#: Guard → what stands in its place when it is taken away, and the cells of which at least one must then fail.
ROWS: dict[str, tuple[Any, Killer]] = {
    "apps.approvals.permissions.visibility_filter": (lambda *a, **k: EVERYTHING, _OTHERS),
    "apps.approvals.permissions.level_expression": (lambda v: Value("full"), _OTHERS),
    "apps.approvals.permissions._by_columns": (lambda *a: EVERYTHING, _OTHERS),
    "apps.approvals.permissions._named": (lambda v: Exists(Case.objects.all()), cell("assessing", "admin", CASE)),
    "apps.approvals.permissions._on_the_case": (lambda v: EVERYTHING, cell("confidential", "unassigned", CASE)),
    "apps.approvals.permissions._declared": (lambda v, *, recused: Exists(Case.objects.none()), aside_sees),
    "apps.approvals.permissions.messages_filter": (lambda v: Q(), inbox_shows),
    "apps.approvals.permissions.assessments_filter": (lambda v, case: Q(), cell("assessing", "approver", CASE)),
    "apps.approvals.permissions.may_read_decision": (
        lambda v, decision, case: True, cell("cooling_off", "submitter", "/cases/<str:handle>/letter/"),
    ),
    "apps.approvals.permissions.may_read_recommendation": (
        lambda v, case: True, cell("deciding", "submitter", CASE),
    ),
    "apps.approvals.permissions.may_read_questions": (lambda v: True, office_reads_what_a_desk_would_ask),
    "apps.approvals.permissions.role_to_name_by": (
        lambda v, case: ("head_of_office", ()), cell("intake", "submitter", "/cases/<str:handle>/exceptions/"),
    ),
    "apps.approvals.permissions.reasons_against_seat": (
        lambda *a, **k: [], refused("endorsing", "auditor", "endorse", confirmed=True),
    ),
    "apps.approvals.permissions.reasons_of_separation": (lambda **k: [], decides_after_submitting),
    "apps.approvals.permissions.reasons_of_service": (lambda **k: [], served),
    "apps.approvals.permissions.reasons_of_conflict": (
        lambda *a: [], refused("assessing", "value", "submit_assessment"),
    ),
    "apps.approvals.querysets.CaseQuerySet.visible_to": (
        lambda rows, *a, **k: rows, rest("other_submitter", "/api/v1/cases/"),
    ),
    "apps.approvals.querysets.AssessmentQuerySet.visible_to": (
        lambda rows, viewer, case: rows.filter(case=case), cell("assessing", "approver", CASE),
    ),
    "apps.approvals.querysets.TurnQuerySet.awaiting": (lambda rows, viewer: rows, queue_of("admin", "deciding")),
    "apps.approvals.permissions.may_read_sittings": (lambda v, d, c: True, office_reads_a_sitting),
    "apps.approvals.permissions._is_the_committees": (lambda v, case: True, cell("deciding", "submitter", CASE)),
    "apps.approvals.permissions._invited": (lambda v: EVERYTHING, invited_for_nothing),
    "apps.approvals.permissions.first_designated": (
        lambda v: Value(True, output_field=BooleanField()), queue_of("expired", "deciding"),
    ),
    "apps.approvals.querysets.TurnQuerySet._not_kept_from": (lambda rows, person, viewer: EVERYTHING, played_before),
    "apps.approvals.querysets.TurnQuerySet.exclude_beyond_authority": (
        lambda rows, viewer: rows, queue_of("expired", "deciding"),
    ),
    "apps.initiatives.querysets.InitiativeQuerySet.visible_to": (
        lambda rows, *a, **k: rows, cell("assessing", "other_submitter", "/initiatives/<uuid:pk>/"),
    ),
    "apps.initiatives.permissions.reasons_against_writing": (
        lambda *a: [], cell("draft", "head", "/initiatives/<uuid:pk>/draft/<slug:section>/"),
    ),
    "apps.offices.permissions.reasons_against_exercising": (
        lambda **k: AuthorityCheck(inherent=True), refused("deciding", "expired", "decide", **payload_of("decide")),
    ),
    "apps.offices.querysets.EvidenceQuerySet.visible_to": (
        lambda rows, standing: rows, reads_anothers_evidence,
    ),
    "apps.offices.querysets.InstrumentQuerySet.visible_to": (lambda rows, *a: rows, reads_anothers_draft),
    "apps.offices.two_hands.reasons_against_drafting": (
        lambda **k: [], rest("submitter", "/instruments/draft/"),
    ),
    "apps.offices.two_hands.reasons_against_issuing": (
        lambda **k: [], may_not(offices.issue_instrument, by="admin"),
    ),
    "apps.offices.two_hands.reasons_against_withdrawing": (
        lambda **k: [], may_not(offices.withdraw_draft, by="submitter"),
    ),
    "apps.offices.two_hands.reasons_against_accepting": (
        lambda **k: [], may_not(offices.accept_instrument, by="submitter", issued=True),
    ),
    "apps.offices.permissions.reasons_against_revoking": (
        lambda **k: [], may_not(partial(offices.revoke_instrument, reason="Enough."), by="submitter", issued=True),
    ),
    "apps.offices.permissions.reasons_against_appointing": (
        lambda **k: [], rest("submitter", "/posts/<str:code>/appoint/"),
    ),
    "apps.offices.permissions.reasons_against_configuring": (
        lambda **k: [], rest("submitter", "/calendars/versions/<uuid:pk>/confirm/"),
    ),
    "apps.approvals.services.moves.reasons_against_person": (
        lambda *a, **k: [], refused("endorsing", "auditor", "endorse", confirmed=True),
    ),
    "apps.approvals.services.moves.reasons_against_whole_case": (
        lambda *a, **k: [], refused("intake", "auditor", "withdraw_case", words="Enough."),
    ),
    "apps.approvals.services.moves.reasons_against_state": (lambda *a: [], stale),
    "apps.approvals.services.authority.reasons_against_confirmation": (lambda *a: [], confirmed_long_ago),
    "apps.accounts.access.Rule.admits": (lambda rule, request: True, rest("submitter", "/register/")),
    "apps.accounts.middleware.AccessMiddleware.process_view": (lambda *a: None, rest("anonymous", "/keys/")),
    "apps.accounts.api.permissions.Declared.has_permission": (
        lambda *a: True, rest("submitter", "/api/v1/register/events/"),
    ),
}  # fmt: skip


def test_every_guard_has_a_row_and_every_row_a_guard() -> None:
    found = set(found_guards())
    assert found - set(ROWS) == set(), "a guard without a row in tests/security/proofs/test_guards.py"
    assert set(ROWS) - found == set()


def take_away(monkeypatch: pytest.MonkeyPatch, guard: Any, instead: Any) -> None:
    """Put something else in a guard's place, wherever it was imported to."""
    if isinstance(guard, tuple):
        monkeypatch.setattr(*guard, instead)
        return
    for name, module in list(sys.modules.items()):
        if name.startswith(("apps.", "ictgov.")):
            for attribute, value in list(vars(module).items()):
                if value is guard:
                    monkeypatch.setattr(module, attribute, instead)


@pytest.mark.parametrize("name", ROWS)
def test_a_guard_that_is_taken_away_is_missed(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead, killer = ROWS[name]
    assert killer(world) == []
    guard = found_guards()[name]
    with transaction.atomic():
        take_away(monkeypatch, guard, instead)
        missed = killer(world)
        monkeypatch.undo()
        transaction.set_rollback(True)
    assert missed != [], f"nothing fails without {name}"
