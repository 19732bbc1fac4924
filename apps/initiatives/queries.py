"""Questions about initiatives: lists, a draft with what stands around it, who else writes in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from apps.approvals.models import Case
from apps.approvals.permissions import level_expression
from apps.approvals.standing import Viewer
from apps.audit import clock
from apps.initiatives.models import BusinessCaseVersion, Draft, DraftChange, Initiative

PAGE = 50
PRESENT = timedelta(minutes=10)


@dataclass(frozen=True)
class Card:
    """One initiative in a list: what everyone may see, and the case's state where the viewer may see that."""

    id: UUID
    title: str
    summary: str
    language: str
    office_code: str
    office_name: str
    kind: str
    stage: str
    outcome: str
    reference: str
    value_usd: Decimal | None
    level: str
    year: int

    @property
    def is_card_only(self) -> bool:
        return self.level == "card"


def cards(viewer: Viewer, *, words: str = "", after: str = "") -> tuple[list[Card], str]:
    """A page of the initiatives that the viewer may see, the latest first, and the next page's key.

    One statement: the case carries visibility, title, office and state; the initiative adds its sentence.
    """
    cases = Case.objects.filter(subject_kind="initiative").visible_to(viewer, "card")
    if words.split():
        cases = cases.filter(subject_id__in=Initiative.objects.titled(words).values("pk"))
    if after:
        cases = cases.filter(_behind(after))
    initiative = Initiative.objects.filter(pk=OuterRef("subject_id"))
    rows = list(
        cases.annotate(
            level=level_expression(viewer),
            sentence=initiative.values("summary")[:1],
            initiative_kind=initiative.values("kind")[:1],
        )
        .select_related("office")
        .order_by("-opened_at", "pk")[: PAGE + 1]
    )
    found = [
        Card(
            id=row.subject_id,
            title=row.title,
            summary=row.sentence or "",
            language=row.language,
            office_code=row.office.code,
            office_name=row.office.name,
            kind=row.initiative_kind or "",
            stage=row.stage if row.level != "card" else "",
            outcome=row.outcome,
            reference=row.reference or "",
            value_usd=row.value_usd if row.level != "card" else None,
            level=row.level,
            year=row.opened_at.year,
        )
        for row in rows[:PAGE]
    ]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return found, f"{last.opened_at.isoformat()}_{last.pk}" if last else ""


def _behind(key: str) -> Q:
    """What comes after the row with this key; everything, where the key is no key."""
    moment, _, case_id = key.partition("_")
    try:
        at, last = clock.instant_of(moment), UUID(case_id)
    except ValueError:
        return Q()
    if at.tzinfo is None:
        return Q()
    return Q(opened_at__lte=at) & (Q(opened_at__lt=at) | Q(pk__gt=last))


def draft_of(initiative_id: UUID, viewer: Viewer) -> Draft | None:
    """The draft of an initiative of the viewer's own offices, whose case they may read in full (an auditor: any).

    What the office is still writing is its own: OICT, DPKO and the Committee read frozen versions.
    """
    own = Q() if viewer.sees_everything else Q(initiative__office__in=list(viewer.own_offices))
    readable = Case.objects.filter(pk=OuterRef("initiative__case_id")).visible_to(viewer, "full")
    return (
        Draft.objects.select_related("initiative__office", "saved_by")
        .filter(own, Exists(readable), initiative_id=initiative_id)
        .first()
    )


def initiative_of(initiative_id: UUID, viewer: Viewer, at_least: str) -> Initiative | None:
    """The initiative, where the viewer sees its case at this level or more."""
    return (
        Initiative.objects.visible_to(viewer, at_least)
        .select_related("office")
        .filter(pk=initiative_id)
        .first()
    )


def versions_of(initiative: Initiative) -> list[BusinessCaseVersion]:
    """Its versions without their text, the latest first."""
    return list(
        BusinessCaseVersion.objects.filter(initiative=initiative)
        .defer("snapshot")
        .select_related("frozen_by")
        .order_by("-number")
    )


def others_writing(draft: Draft, *, than: Any, at: datetime) -> list[dict[str, Any]]:
    """Who else saved this draft in the last ten minutes, and when."""
    rows = (
        DraftChange.objects.filter(draft=draft, saved_at__gt=at - PRESENT)
        .exclude(saved_by=than)
        .order_by("saved_by_id", "-saved_at")
        .distinct("saved_by_id")
        .values_list("saved_by__full_name", "saved_at")
    )
    return [{"name": name, "saved_at": saved_at} for name, saved_at in rows]
