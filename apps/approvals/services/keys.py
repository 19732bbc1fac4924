"""What a move answers, and how the same request is known again (seam 9)."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.approvals.models import Move
from apps.audit.reasons import Kind, Reason, refuse


@dataclass(frozen=True)
class Seen:
    """The version that the person read; an act on another one is refused, with the difference to be shown."""

    version_number: int
    version_hash: str


@dataclass(frozen=True)
class MoveResult:
    """What a move answers, the first time and every time that its key comes again."""

    move_id: uuid.UUID
    verb: str
    reference: str
    stage: str
    version_number: int
    version_hash: str
    event_id: uuid.UUID
    repeated: bool = False

    def as_answer(self) -> dict[str, Any]:
        return {
            "move": str(self.move_id),
            "verb": self.verb,
            "reference": self.reference,
            "stage": self.stage,
            "version_number": self.version_number,
            "version_hash": self.version_hash,
            "event": str(self.event_id),
        }


def fingerprint(case_id: uuid.UUID, action: str, payload: Mapping[str, Any]) -> str:
    """What a key was used for; taken of raw input, which may hold characters that no record may."""
    raw = json.dumps([str(case_id), action, payload], default=str, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(raw.encode("ascii")).hexdigest()


def earlier_move(by: User, key: str, request_hash: str) -> MoveResult | None:
    """What this key of this person was answered before; refuses (`conflict`) where it was used for another act."""
    move = Move.objects.filter(by=by, idempotency_key=key).first()
    if move is None:
        return None
    if move.request_hash != request_hash:
        refuse(Kind.CONFLICT, Reason("case.key_used"))
    return MoveResult(
        move_id=move.pk,
        verb=move.verb,
        reference=move.answer["reference"],
        stage=move.answer["stage"],
        version_number=move.version_number,
        version_hash=move.version_hash,
        event_id=move.event_id,
        repeated=True,
    )
