"""An act that is about to be performed on a locked case, and what it leaves behind."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.accounts.services import Confirmation
from apps.approvals.models import Participation, Recommendation, Turn
from apps.approvals.services.engine import Walk
from apps.approvals.standing import Viewer
from apps.approvals.workflow import Desk


@dataclass
class Act:
    """One verb about to be performed on a locked case."""

    verb: str
    walk: Walk
    turn: Turn | None
    desk: Desk | None
    by: User
    viewer: Viewer
    values: Mapping[str, Any]
    language: str
    event_id: uuid.UUID = field(default_factory=uuid.uuid4)
    authority: Any = None
    role: str = ""
    post_titles: Mapping[str, str] = field(default_factory=dict)
    confirmation: Confirmation | None = None
    parts: Sequence[Participation] = ()
    recommendation: Recommendation | None = None
    behalf: Viewer | None = None  # the absent person for whom they act

    @property
    def behalf_id(self) -> uuid.UUID | None:
        return self.behalf.user_id if self.behalf is not None else None

    @property
    def case(self) -> Any:
        return self.walk.case

    @property
    def at(self) -> datetime:
        return self.walk.at


@dataclass
class Trace:
    """What an act leaves behind: words for the timeline, ids and codes for the register, texts committed as hashes."""

    words: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    commit: dict[str, str] = field(default_factory=dict)
    close_outcome: str = ""


def with_words(act: Act) -> Trace:
    words = act.values.get("words", "") or ""
    return Trace(words=words, commit={"words": words} if words else {})


def take_part(act: Act, capacity: str, desk: str = "") -> None:
    """Write down that this person played this part, and the absent person for whom they did; separation of duties
    reads it of both from now on.
    """
    Participation.objects.bulk_create(
        [
            Participation(case=act.case, user_id=person, capacity=capacity, desk=desk, since=act.at)
            for person in (act.by.pk, act.behalf_id)
            if person is not None
        ],
        ignore_conflicts=True,
    )
