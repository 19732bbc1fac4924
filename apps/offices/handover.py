"""What holding a post carries that other apps know of: who leaves a post leaves it to somebody.

The review stands to the left of offices, so it registers how to ask and what to do when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.audit.reasons import Reason

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.offices.models import PostHolding

NAMED = 5

_turns_of: Callable[[Any, datetime], list[str]] | None = None
_hand_over: Callable[..., None] | None = None


def register_turns(turns_of: Callable[[Any, datetime], list[str]], hand_over: Callable[..., None]) -> None:
    """Take the functions that tell the desks of the turns held by an appointment, and that give them to a successor."""
    global _turns_of, _hand_over
    _turns_of, _hand_over = turns_of, hand_over


def reasons_against_leaving(holding: PostHolding, at: datetime) -> list[Reason]:
    """Nobody takes away a person's last role while they hold a turn without naming who gets it (review.md 4)."""
    turns = _turns_of(holding, at) if _turns_of is not None else []
    if not turns:
        return []
    shown = ", ".join(turns[:NAMED]) + (f", … ({len(turns)})" if len(turns) > NAMED else "")
    params = {"person": holding.user.full_name, "turns": shown}
    return [Reason("offices.holds_turns", params, field="successor")]


def hand_over(*, holding: PostHolding, successor: User, at: datetime) -> None:
    """Give the turns that the leaving person had taken to the successor."""
    if _hand_over is not None:
        _hand_over(holding=holding, successor=successor, at=at)
