"""Publishing roads and parameters: acts like any other, on versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.choices import Capacity, RouteStatus
from apps.approvals.models import Parameter, Route
from apps.approvals.subjects import subject_for
from apps.approvals.workflow import RouteDefinition, faults_of, parse_route
from apps.audit import clock
from apps.audit.canonical import canonical_json, sha256_hex
from apps.audit.reasons import Kind, Reason, refuse
from apps.audit.register import record
from apps.offices.choices import Role

#: What the review itself says of a case, beside the facts of its subject: whether its decision goes to the Committee.
REVIEW_FACTS = {"committee": bool}


def route_faults(road: RouteDefinition) -> list[str]:
    """Why this road cannot be published, in words; it must be walkable to its end by roles and facts that exist."""
    subject = subject_for(road.subject)
    facts = {**subject.fact_types, **REVIEW_FACTS}
    sections = {choice.section for choice in subject.presenter.field_choices()}
    unknown = [
        f"{stage.key}/{desk.key}: the subject has no section {section!r}"
        for stage, desk in road.desks()
        for section in desk.sections
        if section not in sections
    ]
    return [*faults_of(road, roles=Role.values, capacities=Capacity.values, fact_types=facts), *unknown]


@transaction.atomic
def publish_route(*, definition: Mapping[str, Any], by: User | None) -> Route:
    """Publish a road as the next version; cases that run stay on theirs. Publishing the same again changes nothing.

    Refuses (`invalid`) a road that cannot be walked, with every fault.
    """
    at = clock.now()
    try:
        road = parse_route(definition)
    except (KeyError, TypeError, AttributeError) as error:
        refuse(
            Kind.INVALID,
            Reason("route.faults", {"faults": f"the shape is wrong at {error}"}, field="definition"),
        )
    if faults := route_faults(road):
        refuse(Kind.INVALID, Reason("route.faults", {"faults": "; ".join(faults)}, field="definition"))
    sha256 = sha256_hex(canonical_json({k: v for k, v in definition.items() if k != "version"}))
    current = Route.objects.select_for_update().filter(key=road.key, status=RouteStatus.PUBLISHED).first()
    if current is not None and current.sha256 == sha256:
        return current
    if current is not None:
        current.status = RouteStatus.RETIRED
        current.save(update_fields=["status"])
    route = Route.objects.create(
        key=road.key,
        version=(current.version if current else 0) + 1,
        subject=road.subject,
        status=RouteStatus.PUBLISHED,
        definition=dict(definition),
        sha256=sha256,
        published_at=at,
    )
    record(
        verb="route.publish",
        by=by,
        obj_kind="route",
        obj_id=route.pk,
        occurred_at=at,
        facts={"key": route.key, "version": route.version, "sha256": sha256},
    )
    return route


@transaction.atomic
def set_parameter(*, key: str, value: Any, valid_from: date, source: str, by: User | None) -> Parameter:
    """Let a number hold from a date on; the same value for the same date again changes nothing."""
    same = Parameter.objects.filter(key=key, valid_from=valid_from).first()
    if same is not None:
        if same.value != value:
            refuse(
                Kind.CONFLICT, Reason("field.choice", {"label": key, "value": str(value)}, field="valid_from")
            )
        return same
    row = Parameter.objects.create(key=key, value=value, valid_from=valid_from, source=source)
    record(
        verb="parameter.set",
        by=by,
        obj_kind="parameter",
        obj_id=row.pk,
        occurred_at=clock.now(),
        facts={"key": key, "valid_from": valid_from.isoformat(), "value": str(value)},
    )
    return row
