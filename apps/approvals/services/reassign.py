"""A section chief gives an open turn of a desk to another who may take it (review.md 4)."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.approvals.eligibility import eligible_for, reasons_against_giving
from apps.approvals.models import Case, Move, Turn
from apps.approvals.services.engine import Walk, notice_params
from apps.approvals.services.fields import NARRATIVE_LIMIT, clean_text
from apps.approvals.services.keys import MoveResult, earlier_move, fingerprint
from apps.approvals.standing import viewer_of
from apps.approvals.vacancies import CHIEF
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse, refuse_if
from apps.audit.register import record
from apps.notices import services as notices
from apps.offices.choices import Role
from apps.offices.queries import StoodFor


@transaction.atomic
def reassign_turn(
    *,
    case_id: uuid.UUID,
    desk: str,
    to: User,
    words: str,
    by: User,
    idempotency_key: str,
    auth_method: str = "session",
) -> MoveResult:
    """Give the open turn of a desk to another, for a reason; both are told, and who had it before.

    Refuses with `not_found` a case that the person may not see, `conflict` a desk without an open turn, or a key used
    for another act, `not_allowed` who is no section chief, a desk that is not given away, and a person who may not
    take it (the reasons are theirs), `invalid` a missing reason. The one who gets it still declares a conflict or
    none before any document opens.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("route", "office")
        .filter(pk=case_id, discarded_at__isnull=True)
        .first()
    )
    at = clock.now()
    viewer = viewer_of(by, at)
    if case is None or not Case.objects.filter(pk=case_id).visible_to(viewer).exists():
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    request_hash = fingerprint(case_id, "reassign", {"desk": desk, "to": str(to.pk), "words": words})
    if (earlier := earlier_move(by, idempotency_key, request_hash)) is not None:
        return earlier
    turn = (
        Turn.objects.open()
        .select_related("office", "taken_by", "case__route")
        .filter(case=case, desk=desk)
        .first()
    )
    if turn is None:
        refuse(Kind.CONFLICT, Reason("reassign.no_turn"))
    refuse_if(Kind.NOT_ALLOWED, reasons_against_giving(viewer, turn, at=at))
    text, faults = clean_text(
        words, label=_reason_label(), name="words", limit=NARRATIVE_LIMIT, required=True
    )
    if faults:
        raise Refused(Kind.INVALID, faults)
    walk = Walk(case=case, at=at, road=case.route.road, turns=[turn])
    refuse_if(Kind.NOT_ALLOWED, _against_the_person(walk, turn, to))
    before = turn.taken_by
    turn.taken_by, turn.taken_at = to, at
    turn.save(update_fields=["taken_by", "taken_at"])
    absent = viewer.behalf_at([CHIEF])
    behalf = absent.user_id if absent is not None else None
    event_id = record(
        verb="case.reassign",
        by=by,
        obj_kind="case",
        obj_id=case.pk,
        case_id=case.pk,
        occurred_at=at,
        capacity=Role.SECTION_CHIEF,
        on_behalf_of=StoodFor(behalf) if behalf is not None else None,
        version_hash=case.version_hash,
        auth_method=auth_method,
        policy_version=str(case.route),
        facts={
            "turn": turn.pk,
            "desk": turn.desk,
            "to": to.pk,
            "from": before.pk if before is not None else None,
        },
        commit={"words": text},
    )
    result = MoveResult(
        move_id=uuid.uuid4(),
        verb="reassign",
        reference=case.reference or "",
        stage=case.stage,
        version_number=case.version_number,
        version_hash=case.version_hash,
        event_id=event_id,
    )
    try:
        with transaction.atomic():
            Move.objects.create(
                id=result.move_id,
                case=case,
                turn=turn,
                verb="reassign",
                by=by,
                on_behalf_of_id=behalf,
                role=Role.SECTION_CHIEF,
                at=at,
                round=case.round,
                from_stage=case.stage,
                to_stage=case.stage,
                version_number=case.version_number,
                version_hash=case.version_hash,
                words=text,
                words_language=by.language,
                params={"desk": turn.desk},
                idempotency_key=idempotency_key,
                request_hash=request_hash,
                answer=result.as_answer(),
                event_id=event_id,
            )
    except IntegrityError:
        refuse(Kind.CONFLICT, Reason("case.key_used"))
    _tell(turn, case, by=by, to=to, before=before, words=text, key=str(result.move_id), at=at)
    return result


def _reason_label() -> Any:
    from django.utils.translation import gettext as _

    return _("Reason")


def _against_the_person(walk: Walk, turn: Turn, to: User) -> list[Reason]:
    months = int(walk.numbers["separation.months_served"])
    people = eligible_for(walk.case, turn, at=walk.at, months=months)
    able = tuple(one.user.full_name for one in people if not one.reasons)
    found = next((one for one in people if one.user.pk == to.pk), None)
    if found is None:
        return [Reason("reassign.not_at_the_desk", {"name": to.full_name}, field="to", who_can=able)]
    return [Reason(r.code, r.params, "to", r.remedy, able) for r in found.reasons]


def _tell(
    turn: Turn, case: Case, *, by: User, to: User, before: User | None, words: str, key: str, at: Any
) -> None:
    params = {
        **notice_params(case, turn),
        "by": by.full_name,
        "to": to.full_name,
        "words": words[:300],
    }
    for code, person in (("turn.given", to), ("turn.given_away", before)):
        if person is not None:
            notices.post(
                recipients=[person],
                code=code,
                params=params,
                dedupe_key=f"{key}:{code}",
                case_id=case.pk,
                link=f"/cases/{case.handle}/",
                at=at,
            )
