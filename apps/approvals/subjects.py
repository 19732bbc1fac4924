"""What the engine asks of the things that it approves, without knowing what they are (house.md, seam 3).

A subject kind (an initiative; later a standard, an exception) registers itself in its `apps.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from apps.audit.reasons import Reason


@dataclass(frozen=True)
class FrozenVersion:
    """A version that the subject has just frozen: its number, its fingerprint, and the facts frozen with it.

    The facts are flat and typed. The engine itself reads `tier` (1 to 3), `value_usd` (a decimal as text),
    `office_kind`, and for the limits of instruments `reach` (class of system) and `sensitivity` (class of data, both in
    the words of `offices.choices`); a route may compare any of them.
    """

    number: int
    sha256: str
    facts: Mapping[str, Any]
    title: str
    language: str
    confidential: bool = False


@dataclass(frozen=True)
class Row:
    """One field of a version as people read it. `kind` says how: text, narrative, money, date, choice, bool, table."""

    key: str
    label: str
    value: Any
    kind: str = "text"
    language: str = ""
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    rows: Sequence[Row] = field(default_factory=tuple)


@dataclass(frozen=True)
class Change:
    """One field in two versions: text as pieces (kind, words) with kind equal, insert or delete; numbers
    with a percentage.
    """

    key: str
    label: str
    section: str
    before: str
    after: str
    pieces: Sequence[tuple[str, str]] = ()
    percent: Decimal | None = None


@dataclass(frozen=True)
class FieldChoice:
    """A field that a question can be anchored to."""

    key: str
    label: str
    section: str


class Policy(Protocol):
    """Is the thing ready? No user in sight."""

    def reasons_against_handing_on(self, subject_id: uuid.UUID) -> list[Reason]: ...

    def reasons_against_approving(self, subject_id: uuid.UUID, number: int) -> list[Reason]: ...


class Presenter(Protocol):
    """What people read of a frozen version. Everything comes from the snapshot, by the renderer of its schema."""

    def sections(self, subject_id: uuid.UUID, number: int) -> list[Section]: ...

    def summary(self, subject_id: uuid.UUID, number: int) -> list[Row]: ...

    def blind_summary(self, subject_id: uuid.UUID, number: int) -> list[Row]: ...

    def appraisal(self, subject_id: uuid.UUID, number: int) -> Mapping[str, Any] | None: ...

    def difference(self, subject_id: uuid.UUID, before: int, after: int) -> list[Change]: ...

    def field_choices(self) -> list[FieldChoice]: ...


class Lifecycle(Protocol):
    """What the engine has the subject do, inside the engine's transaction."""

    def freeze(self, subject_id: uuid.UUID, *, by: Any, at: datetime) -> FrozenVersion: ...

    def unlock(self, subject_id: uuid.UUID, *, sections: Sequence[str] | None) -> None: ...

    def lock(self, subject_id: uuid.UUID) -> None: ...

    def on_effect(self, subject_id: uuid.UUID, *, outcome: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class Subject:
    key: str
    policy: Policy
    presenter: Presenter
    lifecycle: Lifecycle
    fact_types: Mapping[str, type]
    edit_url_name: str = ""
    again_url_name: str = ""  # where a POST begins again with the text of a closed case


_subjects: dict[str, Subject] = {}


def register_subject(subject: Subject) -> None:
    """Make a kind of subject known to the engine. Registering the same key again replaces it (start-up only)."""
    _subjects[subject.key] = subject


def subject_for(key: str) -> Subject:
    """Return the subject kind registered under `key`; a KeyError is a fault of the start-up, never of a person."""
    return _subjects[key]
