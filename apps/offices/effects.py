"""What would follow in the apps above if an instrument gave no authority: asked before it is suspended, revoked or
superseded. Those apps know cases and this one does not, so each registers its answer when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.offices import life
from apps.offices.choices import InstrumentState
from apps.offices.models import Instrument

if TYPE_CHECKING:
    from apps.accounts.models import User

SHOWN = 10


@dataclass(frozen=True)
class Loss:
    """Something open that would lose the people who can end it, and who could end it instead."""

    url: str
    reference: str
    title: str
    language: str
    office: str
    amount_usd: Decimal | None
    losing: tuple[str, ...]
    instead: tuple[str, ...]
    is_taken: bool


@dataclass(frozen=True)
class Effect:
    """What suspending or ending an instrument would do: the sub-delegations that go with it, and what is open.

    `losses` are the first that the asker may see; `more` says that there are others.
    """

    children: tuple[Instrument, ...]
    losses: tuple[Loss, ...]
    more: bool


Answer = Callable[[Sequence[Instrument], "User", datetime], list[Loss]]
_answers: dict[str, Answer] = {}


def register_answer(key: str, answer: Answer) -> None:
    """Let an app above answer: `(instruments, asker, at)` to the losses, one more than `SHOWN` at most."""
    _answers[key] = answer


def effect_of_taking(instrument: Instrument, *, asker: User, at: datetime) -> Effect:
    """What would happen if this instrument gave no authority from this instant on."""
    children = list(
        instrument.children.filter(issued_at__isnull=False, revoked_at=None)
        .select_related("parent", "delegate_post")
        .order_by("number")
    )
    standing = [
        each for each in (instrument, *children) if life.state_of(each, at) == InstrumentState.IN_FORCE
    ]
    losses: list[Loss] = []
    for answer in _answers.values() if standing else ():
        losses += answer(standing, asker, at)
    touched = tuple(c for c in children if life.state_of(c, at) not in (InstrumentState.ENDED,))
    return Effect(touched, tuple(losses[:SHOWN]), len(losses) > SHOWN)
