"""The one clock (seam 6). Nothing else in the product asks what time it is.

Inside a transaction `now()` is the database server's clock, read when asked, so that a moment taken after a
row lock is later than the lock. Outside one it is an estimate: the database's clock at the last reading
plus the monotonic time since, which costs no statement. A set clock (demonstrations, tests) needs
`ICTGOV_CLOCK_SETTABLE`.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.signals import connection_created

_state = threading.Lock()
_override: datetime | None = None
_anchor: tuple[datetime, float] | None = None


def instant_of(text: str) -> datetime:
    """An instant that stood in an address, in UTC. ValueError for what is none: without a zone, or beyond time."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant has a zone")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant lies within the years 1 to 9999") from error


def now() -> datetime:
    """The present instant, aware and in UTC."""
    if _override is not None:
        return _override
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return _anchored(cursor.fetchone()[0])
    return _estimate()


def reading() -> str:
    """How the clock stands, for the register: `live <instant>` or `set <instant>`; costs no statement."""
    kind, instant = ("live", _estimate()) if _override is None else ("set", _override)
    return f"{kind} {instant.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"


def is_set() -> bool:
    """Whether the clock stands where somebody put it."""
    return _override is not None


@contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Hold the clock at an aware instant for the block. Refused unless ICTGOV_CLOCK_SETTABLE."""
    previous = _override
    _put(instant)
    try:
        yield
    finally:
        _put(previous)


def advance(by: timedelta) -> datetime:
    """Move a clock that is set; returns the new instant. Refused on a live clock."""
    if _override is None:
        raise ImproperlyConfigured("The clock runs live; set it before it is moved.")
    _put(_override + by)
    return now()


def _put(instant: datetime | None) -> None:
    global _override
    if instant is not None:
        if not getattr(settings, "ICTGOV_CLOCK_SETTABLE", False):
            raise ImproperlyConfigured("Setting the clock needs ICTGOV_CLOCK_SETTABLE.")
        if instant.tzinfo is None:
            raise ValueError("The clock is set to an aware instant.")
        instant = instant.astimezone(UTC)
    with _state:
        _override = instant


def _estimate() -> datetime:
    anchor = _anchor
    if anchor is None:
        return datetime.now(UTC)  # no database has been spoken to yet in this process
    instant, at = anchor
    return instant + timedelta(seconds=time.monotonic() - at)


def _anchored(instant: datetime) -> datetime:
    global _anchor
    instant = instant.astimezone(UTC)
    with _state:
        _anchor = (instant, time.monotonic())
    return instant


def _read_at_connect(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        _anchored(cursor.fetchone()[0])


connection_created.connect(_read_at_connect, dispatch_uid="audit.clock")
