"""A road is published only if it can be walked; what is published never changes."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InternalError, transaction

from apps.approvals.choices import Capacity
from apps.approvals.models import Parameter, Route
from apps.approvals.services import publish_route
from apps.approvals.services.routes import REVIEW_FACTS
from apps.approvals.services.verbs import VERBS
from apps.approvals.workflow import STEP_VERBS, faults_of, parse_route
from apps.audit.reasons import Refused
from apps.offices.choices import Role
from tests.factories.approvals import FACT_TYPES, ROUTES, Review

ROAD: dict[str, Any] = json.loads((ROUTES / "ict-initiative.json").read_text(encoding="utf-8"))


def faults(change: Callable[[dict[str, Any]], None]) -> list[str]:
    road = copy.deepcopy(ROAD)
    change(road)
    facts = {**FACT_TYPES, **REVIEW_FACTS}
    return faults_of(parse_route(road), roles=Role.values, capacities=Capacity.values, fact_types=facts)


def stage(road: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in road["stages"] if one["key"] == key)


def test_the_road_that_is_shipped_has_no_fault() -> None:
    assert faults(lambda road: None) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda r: stage(r, "intake").update(desks=[]), "nobody has the turn"),
        (lambda r: stage(r, "intake").update(next="nowhere"), "does not exist"),
        (lambda r: stage(r, "cooling_off").update(next="", desks=[]), "no way to the end"),
        (lambda r: stage(r, "endorsement").update(next="assessments"), "is never reached"),
        (lambda r: stage(r, "recommendation")["desks"][0].update(roles=["wizard"]), "role"),
        (lambda r: stage(r, "assessments").update(days={"1": 5}), "days are given"),
        (lambda r: stage(r, "assessments").update(days={"1": 0, "2": 1, "3": 1}), "whole numbers"),
        (lambda r: stage(r, "intake").update(paused_days=None), "stops the clock without days"),
        (lambda r: r.update(required_criteria=["luck"]), "belongs to no desk"),
        (lambda r: r.update(applies_when=[{"fact": "mood", "operator": "is", "value": 1}]), "no fact"),
        (
            lambda r: r.update(applies_when=[{"fact": "tier", "operator": "like", "value": 1}]),
            "no comparison",
        ),
        (lambda r: stage(r, "assessments")["desks"][0]["criteria"][0]["anchors"].pop("2"), "anchors"),
        (
            lambda r: stage(r, "draft")["desks"][0]["steps"][0].update(moves={"fly": {"then": "close"}}),
            "no verb",
        ),
        (lambda r: r.update(first="dream"), "does not exist"),
        (lambda r: stage(r, "endorsement")["desks"][2].update(after=["ghost"]), "waits for a desk"),
    ],
)
def test_road_with_a_fault_says_which(change: Callable[[dict[str, Any]], None], fault: str) -> None:
    assert any(fault in found for found in faults(change))


def test_every_verb_of_a_road_can_be_performed() -> None:
    from apps.approvals.services.acts import PERFORM

    assert set(STEP_VERBS) <= set(VERBS) == set(PERFORM)


def test_publishing_again_changes_nothing_and_another_road_is_the_next_version(review: Review) -> None:
    road = {**ROAD, "key": "probe-road", "subject": "probe"}
    first = Route.objects.get(key="probe-road")
    assert publish_route(definition=road, by=None) == first
    second = publish_route(definition={**road, "labels": {"en": "A better road"}}, by=None)
    first.refresh_from_db()
    assert (second.version, first.status) == (2, "retired")


def test_running_case_stays_on_its_road(review: Review) -> None:
    """A draft, whose review has not begun, takes the road that is published when it is handed on."""
    draft, begun = review.open(), review.open()
    review.act(begun, "submitter", "hand_on")
    publish_route(
        definition={**ROAD, "key": "probe-road", "subject": "probe", "labels": {"en": "New"}}, by=None
    )
    review.act(draft, "submitter", "hand_on")
    review.act(begun, "ict", "send_back", words="Please say who pays.")
    review.act(begun, "submitter", "hand_on")
    assert (begun.route.version, draft.route.version) == (1, 2)


def test_published_road_cannot_be_changed_in_the_database(review: Review) -> None:
    with pytest.raises(InternalError, match="route_published_fixed"), transaction.atomic():
        Route.objects.filter(key="probe-road").update(sha256="0" * 64)


def test_parameter_cannot_be_changed_in_the_database(review: Review) -> None:
    with pytest.raises(InternalError, match="parameter_kept"), transaction.atomic():
        Parameter.objects.filter(key="tier.one_max_usd").update(value="1")


def test_faulty_road_is_refused_with_every_fault(review: Review) -> None:
    with pytest.raises(Refused) as refused:
        publish_route(
            definition={**ROAD, "key": "bad", "subject": "probe", "required_criteria": ["luck"]}, by=None
        )
    assert [reason.code for reason in refused.value.reasons] == ["route.faults"]


@pytest.mark.django_db
def test_loading_the_roads_twice_changes_nothing() -> None:
    call_command("load_routes", verbosity=0)
    before = list(Route.objects.order_by("key").values_list("key", "version", "sha256"))
    call_command("load_routes", verbosity=0)
    assert list(Route.objects.order_by("key").values_list("key", "version", "sha256")) == before
