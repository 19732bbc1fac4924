"""Evidence that another app holds: decisions on cases, which are how function 18 is performed.

Offices import nothing of what stands above them, so the engine hands in the question when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Decided:
    """What was decided: how often, and when last; by office only what every signed-in person may know."""

    count: int = 0
    last_at: datetime | None = None
    is_late: bool = False
    by_office: dict[UUID, tuple[int, datetime]] = field(default_factory=dict)


_ask: Callable[[datetime], Decided] | None = None


def register_decisions(ask: Callable[[datetime], Decided]) -> None:
    """Take the question what has been decided by an instant."""
    global _ask
    _ask = ask


def decided(at: datetime) -> Decided:
    """What has been decided by an instant; nothing where no engine has handed in its question."""
    return _ask(at) if _ask is not None else Decided()
