"""What to do when a timer of a kind is due. Each app registers its own, in `AppConfig.ready` (seam 19).

    handlers.register("turn.reminder_50", remind)
    handlers.register("decision.effective", take_effect, changes_state=True, lock=lock_cases)

A handler runs in a transaction in which its timer is locked, and must be idempotent: it looks at the thing
again and does nothing if nothing is due any more. It may not send anything itself; it posts
(`services.post`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from apps.notices.models import Timer

REMINDERS_IN_A_BATCH = 500
CHANGES_IN_A_BATCH = 50

Handle = Callable[["Timer"], object]
HandleMany = Callable[[list["Timer"]], object]
Lock = Callable[[list[UUID]], object]


@dataclass(frozen=True)
class Handler:
    """How the timers of a kind are handled: one by one or many at once, changing state or only reminding."""

    kind: str
    one: Handle | None = None
    many: HandleMany | None = None
    changes_state: bool = False
    lock: Lock | None = None

    def handle(self, timers: list["Timer"]) -> None:
        """Do what is due for these timers, which are locked."""
        if self.many is not None:
            self.many(timers)
            return
        assert self.one is not None  # noqa: S101  (the registry takes one or the other)
        for timer in timers:
            self.one(timer)


_handlers: dict[str, Handler] = {}


def register(kind: str, fn: Handle, *, changes_state: bool = False, lock: Lock | None = None) -> None:
    """Name the function for a kind.

    `changes_state` makes for small batches. `lock` gets the object ids of a batch *before* the timers are
    locked, so that cases are locked before timers, as in every other transaction (seam 1's order).
    """
    _put(Handler(kind, one=fn, changes_state=changes_state, lock=lock))


def register_many(
    kind: str, fn: HandleMany, *, changes_state: bool = False, lock: Lock | None = None
) -> None:
    """Name a function that handles a list of timers of a kind at once."""
    _put(Handler(kind, many=fn, changes_state=changes_state, lock=lock))


def handler_of(kind: str) -> Handler:
    """The handler of a kind; LookupError if no app has registered one."""
    return _handlers[kind]


def kinds(*, changes_state: bool) -> list[str]:
    """The kinds whose handlers change state, or those that only remind."""
    return sorted(kind for kind, handler in _handlers.items() if handler.changes_state is changes_state)


def all_kinds() -> Iterable[str]:
    """Every kind that has a handler."""
    return _handlers.keys()


def forget(kind: str) -> None:
    """Take a kind out again (tests)."""
    _handlers.pop(kind, None)


def _put(handler: Handler) -> None:
    known = _handlers.get(handler.kind)
    if known is not None and (known.one, known.many) != (handler.one, handler.many):
        raise ValueError(f"the timer kind {handler.kind!r} has two handlers")
    _handlers[handler.kind] = handler
