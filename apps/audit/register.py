"""The door of the register: `record()` writes one event beside the act it tells of (seam 7).

The event is only inserted here; its place in the chain (seq, recorded_at, prev_hash, hash) is given by the
database at COMMIT, so that the order is right however services nest, and a rolled back act leaves nothing.
"""

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.audit import clock
from apps.audit.canonical import canonical_json, instant_text

FORMAT_VERSION = 1
LONGEST_FACT = 200
ORIGINS = ("live", "import", "demo")
Fact = str | int | bool | Decimal | date | datetime | uuid.UUID | None

_origin: ContextVar[str] = ContextVar("origin", default="live")


@dataclass(frozen=True)
class Place:
    """Where an event stands in the chain; known after COMMIT."""

    seq: int
    recorded_at: datetime
    prev_hash: str
    hash: str


@contextmanager
def origin(name: str) -> Iterator[None]:
    """Mark what is recorded within the block as `import` or `demo`."""
    if name not in ORIGINS:
        raise ValueError(f"no such origin: {name}")
    token = _origin.set(name)
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    *,
    verb: str,
    by: Any,
    obj_kind: str,
    obj_id: object,
    occurred_at: datetime,
    case_id: uuid.UUID | None = None,
    capacity: str = "",
    on_behalf_of: Any = None,
    instrument_id: uuid.UUID | None = None,
    version_hash: str = "",
    auth_method: str = "",
    step_up_at: datetime | None = None,
    origin: str | None = None,
    policy_version: str = "",
    facts: Mapping[str, Fact] | None = None,
    commit: Mapping[str, str] | None = None,
    event_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Append one event to the register and return its id; it is chained when the transaction commits.

    `by` is the acting user, or None for the rule engine (name the rule in `facts["rule"]`). `facts` hold ids,
    codes, numbers and hashes only: no names, no narrative (a text longer than 200 characters is refused).
    What must be provable but may be erased one day goes into `commit`: it enters as a salted SHA-256, its
    salt in a table of its own. `event_id` is given where the act's own row must name the event (a decision
    and its letter). Refuses to write outside a transaction: a record stands or falls with its
    act.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its act")
    origin = origin or _origin.get()
    if origin not in ORIGINS:
        raise ValueError(f"no such origin: {origin}")
    for name, value in (facts or {}).items():
        if isinstance(value, str) and len(value) > LONGEST_FACT:
            raise ValueError(f"the fact {name!r} is a text: commit to it instead")
        if isinstance(value, dict | list | tuple | float):
            raise TypeError(f"the fact {name!r} is not a plain value")

    event_id = event_id or uuid.uuid4()
    salts = {name: secrets.token_bytes(32) for name in commit or {}}
    payload = canonical_json(
        {
            "v": FORMAT_VERSION,
            "id": event_id,
            "occurred_at": instant_text(occurred_at),
            "origin": origin,
            "verb": verb,
            "actor_id": getattr(by, "pk", None),
            "capacity": capacity,
            "on_behalf_of_id": getattr(on_behalf_of, "pk", None),
            "instrument_id": instrument_id,
            "object_kind": obj_kind,
            "object_id": str(obj_id),
            "case_id": case_id,
            "version_hash": version_hash,
            "auth_method": auth_method,
            "step_up_at": step_up_at,
            "clock_reading": clock.reading(),
            "policy_version": policy_version,
            "facts": dict(facts or {}),
            "commitments": {name: commitment(salts[name], text) for name, text in (commit or {}).items()},
        }
    )
    _insert(event_id, payload, salts)
    return event_id


def commitment(salt: bytes, text: str) -> str:
    """The salted SHA-256 that stands in the register for a text that may be erased."""
    normal = unicodedata.normalize("NFC", text).encode("utf-8")
    return hashlib.sha256(b"\x01ictgov.register.commitment\n" + salt + normal).hexdigest()


def event_of(event_id: uuid.UUID) -> Place | None:
    """Where an event stands in the chain; None until its transaction has committed."""
    from apps.audit.models import Link

    link = Link.objects.filter(event_id=event_id).first()
    if link is None:
        return None
    return Place(link.seq, link.recorded_at, link.prev_hash_hex, link.hash_hex)


def _insert(event_id: uuid.UUID, payload: str, salts: Mapping[str, bytes]) -> None:
    with connection.cursor() as cursor:
        if not salts:
            cursor.execute("INSERT INTO audit_event (id, payload) VALUES (%s, %s)", [event_id, payload])
            return
        cursor.execute(
            "WITH event AS (INSERT INTO audit_event (id, payload) VALUES (%s, %s))"
            " INSERT INTO audit_commitment (event_id, name, salt)"
            " SELECT %s, * FROM unnest(%s::text[], %s::bytea[])",
            [event_id, payload, event_id, list(salts), list(salts.values())],
        )
