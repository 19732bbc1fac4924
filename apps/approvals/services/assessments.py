"""Saving an assessment while it is written. Not an act: row history tells; submitting it is the move."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.choices import Answer
from apps.approvals.models import Assessment, AssessmentScore, Case, ConflictDeclaration, Participation, Turn
from apps.approvals.services.engine import CONFIRM_STEP, Walk
from apps.approvals.services.fields import (
    LINE_LIMIT,
    NARRATIVE_LIMIT,
    clean_text,
    reasons_against_language,
)
from apps.approvals.services.moves import candidates, reasons_against_person
from apps.approvals.services.verbs import VERBS
from apps.approvals.standing import viewer_from
from apps.approvals.workflow import Criterion
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.offices.naming import in_language
from apps.offices.queries import standing_of


@dataclass(frozen=True)
class Saved:
    """What a save answers: the assessment's id, its new revision, and when it was saved."""

    assessment_id: uuid.UUID
    revision: int
    saved_at: str


@transaction.atomic
def save_assessment(
    *,
    case_id: uuid.UUID,
    desk: str,
    scores: Mapping[str, Mapping[str, Any]],
    overall: str | None,
    base_revision: int,
    by: User,
    language: str = "",
) -> Saved:
    """Save what a reviewer has written so far, complete or not; each criterion may be sent alone.

    Refuses with `not_found`, `not_allowed` (not your desk, another part in the case, no declaration yet),
    `invalid` (each
    wrong field named) and `conflict` (saved elsewhere since `base_revision`); nothing is half saved.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("route", "office")
        .filter(pk=case_id)
        .first()
    )
    at = clock.now()
    viewer = viewer_from(by, standing_of(by, at))
    if case is None or not Case.objects.filter(pk=case_id).visible_to(viewer).exists():
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    turns = list(Turn.objects.filter(case=case, closed_at__isnull=True).select_related("office", "taken_by"))
    walk = Walk(case=case, at=at, road=case.route.road, turns=turns)
    found = next((one for one in candidates(walk, "submit_assessment") if one.desk.key == desk), None)
    if found is None:
        refuse(Kind.CONFLICT, Reason("case.no_turn", {"stage": case.stage}))
    people = [one.user_id for one in viewer.parts() if one.user_id is not None]
    refuse_if(
        Kind.NOT_ALLOWED,
        reasons_against_person(
            walk,
            VERBS["submit_assessment"],
            found.turn,
            found.desk,
            by=by,
            viewer=viewer,
            parts=list(Participation.objects.filter(case=case, user__in=people)),
            declared=list(ConflictDeclaration.objects.filter(case=case, user__in=people)),
        ),
    )
    refuse_if(Kind.INVALID, reasons_against_language(language))
    rows, words = _clean(scores, overall, {criterion.key: criterion for criterion in found.desk.criteria})
    mine, made = Assessment.objects.get_or_create(
        turn=found.turn,
        reviewer=by,
        defaults={
            "case": case,
            "round": case.review_round,
            "desk": desk,
            "version_number": case.version_number,
            "version_hash": case.version_hash,
            "language": (language or by.language)[:8],
            "saved_at": at,
        },
    )
    if made and found.turn.step == CONFIRM_STEP:
        _carry_over(mine)
    if mine.revision != base_revision:
        refuse(Kind.CONFLICT, Reason("assessment.stale", {"current": mine.revision}))
    for key, values in rows.items():
        AssessmentScore.objects.update_or_create(assessment=mine, criterion=key, defaults=values)
    if words is not None:
        mine.overall = words
    mine.revision += 1
    mine.saved_at = at
    mine.save(update_fields=["overall", "revision", "saved_at"])
    return Saved(mine.pk, mine.revision, at.isoformat())


def _carry_over(mine: Assessment) -> None:
    """A revision begins with what its author wrote before, so that what is not sent again is not lost."""
    earlier = Assessment.objects.that_count(mine.case_id, mine.round)
    last = earlier.filter(desk=mine.desk, reviewer=mine.reviewer_id).last()
    if last is None:
        return
    mine.overall = last.overall
    AssessmentScore.objects.bulk_create(
        AssessmentScore(
            assessment=mine,
            criterion=row.criterion,
            score=row.score,
            answer=row.answer,
            evidence=row.evidence,
            comment=row.comment,
        )
        for row in last.scores.all()
    )


def _clean(
    scores: Mapping[str, Mapping[str, Any]], overall: str | None, criteria: Mapping[str, Criterion]
) -> tuple[dict[str, dict[str, Any]], str | None]:
    from django.utils.translation import gettext as _

    reasons: list[Reason] = []
    rows: dict[str, dict[str, Any]] = {}
    if not isinstance(scores, Mapping):
        raise Refused(Kind.INVALID, [Reason("field.not_list", {"label": _("Scores")}, field="scores")])
    for key, given in scores.items():
        criterion = criteria.get(str(key))
        if criterion is None or not isinstance(given, Mapping):
            reasons.append(
                Reason(
                    "assessment.unknown_criterion",
                    {"criterion": str(key)[:60]},
                    field=f"scores.{str(key)[:60]}",
                )
            )
            continue
        label, where = in_language(criterion.labels), f"scores.{key}"
        values: dict[str, Any] = {}
        if "score" in given:
            values["score"], faults = _clean_score(given["score"], label, where)
            reasons += faults
        if "answer" in given:
            answer = given["answer"] or ""
            if answer not in ("", *Answer.values):
                params = {"label": label, "value": str(answer)[:60]}
                reasons.append(Reason("field.choice", params, field=f"{where}.answer"))
            else:
                values["answer"] = answer
        for name in ("evidence", "comment"):
            if name in given:
                values[name], faults = clean_text(
                    given[name], label=label, name=f"{where}.{name}", limit=NARRATIVE_LIMIT, required=False
                )
                reasons += faults
        rows[criterion.key] = values
    words = None
    if overall is not None:
        words, faults = clean_text(
            overall, label=_("Overall"), name="overall", limit=NARRATIVE_LIMIT, required=False
        )
        reasons += faults
    if reasons:
        raise Refused(Kind.INVALID, reasons)
    return rows, words


def _clean_score(value: Any, label: str, where: str) -> tuple[int | None, list[Reason]]:
    if value in (None, ""):
        return None, []
    text = str(value)[:LINE_LIMIT]
    if isinstance(value, bool) or text not in {"1", "2", "3", "4", "5"}:
        return None, [Reason("assessment.score_range", {"criterion": label}, field=f"{where}.score")]
    return int(text), []
