"""What the engine knows of an initiative: its policy, its presenter, its life (seam 3). Registered in
`apps.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.approvals.subjects import FrozenVersion, Subject
from apps.audit.reasons import Reason
from apps.initiatives import lifecycle, presenter
from apps.initiatives.facts import FACT_TYPES
from apps.initiatives.models import Draft
from apps.initiatives.reading import reading_of


class InitiativePolicy:
    def reasons_against_handing_on(self, subject_id: UUID) -> list[Reason]:
        """Everything that is missing or wrong in the draft, by field."""
        draft = Draft.objects.select_related("initiative__office").get(initiative_id=subject_id)
        return reading_of(draft).reasons

    def reasons_against_approving(self, subject_id: UUID, number: int) -> list[Reason]:
        """Hard stops of the frozen version. A version is frozen only without them, so none is left here."""
        return []


class InitiativePresenter:
    sections = staticmethod(presenter.sections)
    summary = staticmethod(presenter.summary)
    blind_summary = staticmethod(presenter.blind_summary)
    appraisal = staticmethod(presenter.appraisal_of)
    difference = staticmethod(presenter.difference)
    field_choices = staticmethod(presenter.field_choices)


class InitiativeLife:
    def freeze(self, subject_id: UUID, *, by: Any, at: datetime) -> FrozenVersion:
        return lifecycle.freeze(subject_id, by=by, at=at)

    def unlock(self, subject_id: UUID, *, sections: Sequence[str] | None) -> None:
        lifecycle.unlock(subject_id, sections=sections)

    def lock(self, subject_id: UUID) -> None:
        lifecycle.lock(subject_id)

    def on_effect(self, subject_id: UUID, *, outcome: str, at: datetime) -> None:
        lifecycle.on_effect(subject_id, outcome=outcome, at=at)


SUBJECT = Subject(
    key=presenter.KIND,
    policy=InitiativePolicy(),
    presenter=InitiativePresenter(),
    lifecycle=InitiativeLife(),
    fact_types=FACT_TYPES,
    edit_url_name="initiatives:draft",
    again_url_name="initiatives:begin-again",
)
