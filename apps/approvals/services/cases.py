"""How a case begins, and how a draft that nobody wants is put away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.approvals.choices import BEGUN_AGAIN, Capacity, Outcome, RouteStatus
from apps.approvals.models import Case, Move, Participation, Route
from apps.approvals.services.engine import Walk, close_turn, enter_stage
from apps.approvals.subjects import FrozenVersion
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse
from apps.audit.register import record
from apps.offices.models import Office
from apps.offices.queries import StoodFor


def published_route(key: str) -> Route:
    """The version of the road that is published now. Refuses where none is."""
    route = Route.objects.filter(key=key, status=RouteStatus.PUBLISHED).first()
    if route is None:
        refuse(Kind.NOT_READY, Reason("route.not_published", {"why": key}))
    return route


@transaction.atomic
def open_case(
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    office: Office,
    route_key: str,
    title: str,
    language: str,
    by: User,
    on_behalf_of: StoodFor | None = None,
    predecessor_id: uuid.UUID | None = None,
) -> Case:
    """Open the case of a subject at its first draft save, on the road published now; refuses a second open
    one (seam 1). `on_behalf_of`: the absent submitter in whose place the person begins it; `predecessor_id`: the
    closed case with whose text it begins again, which is withdrawn or not approved, and was not begun again (conflict).
    """
    at = clock.now()
    case = _new_case(published_route(route_key), subject_kind, subject_id, office, title, language, at)
    case.predecessor = _to_begin_again(predecessor_id) if predecessor_id is not None else None
    walk = Walk(case=case, at=at, road=case.route.road, turns=[])
    case.stage = ""
    _save_new(case, walk, first=walk.road.first)
    people = [by.pk, *([on_behalf_of.pk] if on_behalf_of is not None else [])]
    Participation.objects.bulk_create(
        Participation(case=case, user_id=person, capacity=Capacity.SUBMITTER, since=at) for person in people
    )
    follows = {"predecessor": str(predecessor_id)} if predecessor_id is not None else None
    _begun(case, verb="open", by=by, at=at, on_behalf_of=on_behalf_of, facts=follows)
    return case


def _to_begin_again(case_id: uuid.UUID) -> Case:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    if case.outcome not in BEGUN_AGAIN or case.closed_at is None:
        refuse(Kind.CONFLICT, Reason("case.not_to_begin_again"))
    if (after := case.successors.filter(closed_at=None, discarded_at=None).first()) is not None:
        refuse(Kind.CONFLICT, Reason("case.begun_again", {"case": after.reference or after.title}))
    return case


@transaction.atomic
def register_case(
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    office: Office,
    route_key: str,
    version: FrozenVersion,
    by: User,
    facts: Mapping[str, Any] | None = None,
) -> Case:
    """Register what already runs: a case that is at once at its end, `registered`, and never approved (seam 21)."""
    at = clock.now()
    case = _new_case(
        published_route(route_key), subject_kind, subject_id, office, version.title, version.language, at
    )
    case.stage, case.closed_at, case.outcome = "registered", at, Outcome.REGISTERED
    case.version_number, case.version_hash = version.number, version.sha256
    case.facts = dict(version.facts)
    case.tier, case.value_usd = version.facts.get("tier"), version.facts.get("value_usd")
    case.submitted_at = at
    case.save(force_insert=True)
    _begun(case, verb="registered", by=by, at=at, facts=facts)
    return case


def _new_case(
    route: Route, kind: str, subject_id: uuid.UUID, office: Office, title: str, language: str, at: datetime
) -> Case:
    return Case(
        subject_kind=kind,
        subject_id=subject_id,
        route=route,
        office=office,
        title=title,
        language=language,
        facts={"office_kind": office.kind},
        opened_at=at,
        stage_entered_at=at,
    )


def _save_new(case: Case, walk: Walk, *, first: str) -> None:
    case.stage = first
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        refuse(Kind.CONFLICT, Reason("case.already_open"))
    enter_stage(walk, first, verb="open")
    case.save(update_fields=["visit", "stage", "stage_entered_at"])


def _begun(
    case: Case,
    *,
    verb: str,
    by: User,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    on_behalf_of: StoodFor | None = None,
) -> None:
    event_id = record(
        verb=f"case.{verb}",
        by=by,
        obj_kind="case",
        obj_id=case.pk,
        case_id=case.pk,
        occurred_at=at,
        on_behalf_of=on_behalf_of,
        version_hash=case.version_hash,
        policy_version=str(case.route),
        facts={
            "office": str(case.office_id),
            "subject": str(case.subject_id),
            "to_stage": case.stage,
            **(facts or {}),
        },
    )
    Move.objects.create(
        case=case,
        verb=verb,
        by=by,
        on_behalf_of_id=on_behalf_of.pk if on_behalf_of is not None else None,
        capacity=Capacity.IMPORTER if verb == "registered" else Capacity.SUBMITTER,
        at=at,
        round=case.round,
        from_stage="",
        to_stage=case.stage,
        version_number=case.version_number,
        version_hash=case.version_hash,
        idempotency_key=f"{verb}:{case.pk}",
        request_hash="",
        event_id=event_id,
    )


@transaction.atomic
def rename_case(*, case_id: uuid.UUID, title: str, language: str, by: User) -> None:
    """Keep the title of a case that is still a draft in step with its draft (not an act; row history tells)."""
    Case.objects.filter(pk=case_id, stage="draft", version_number=0).update(title=title, language=language)


@transaction.atomic
def discard_case(*, case_id: uuid.UUID, by: User, on_behalf_of: StoodFor | None = None) -> None:
    """Put away a draft that never left the office; it stays as a tombstone that the auditor sees (seam 17)."""
    at = clock.now()
    case = Case.objects.select_for_update(of=("self",)).select_related("route").get(pk=case_id)
    if case.stage != "draft" or case.submitted_at is not None or case.reference is not None:
        refuse(Kind.NOT_READY, Reason("subject.locked"))
    walk = Walk(case=case, at=at, road=case.route.road, turns=list(case.turns.select_related("office")))
    for turn in walk.open_turns():
        close_turn(walk, turn, verb="discard")
    case.discarded_at = at
    case.save(update_fields=["discarded_at"])
    record(
        verb="case.discard",
        by=by,
        obj_kind="case",
        obj_id=case.pk,
        case_id=case.pk,
        occurred_at=at,
        capacity=Capacity.SUBMITTER,
        on_behalf_of=on_behalf_of,
        policy_version=str(case.route),
    )
