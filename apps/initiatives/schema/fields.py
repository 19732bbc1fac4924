"""What a form is made of: sections of fields, and the kinds of value that a field can hold.

Every leaf of a draft is a string ("" is "not answered"); a field of kind ``rows`` or ``checklist`` is a list
of dictionaries of such strings, each with an ``id`` that stays with the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

Label = Any  # a lazily translated string


class Kind(StrEnum):
    TEXT = "text"
    NARRATIVE = "narrative"
    CHOICE = "choice"
    YES_NO = "yes_no"
    AMOUNT = "amount"
    CURRENCY = "currency"
    DATE = "date"
    YEAR = "year"
    NUMBER = "number"
    ROWS = "rows"
    CHECKLIST = "checklist"


NUMERIC = frozenset({Kind.AMOUNT, Kind.YEAR, Kind.NUMBER})
TABLES = frozenset({Kind.ROWS, Kind.CHECKLIST})


@dataclass(frozen=True)
class Field:
    """One question. ``limit`` is characters for words, the greatest value for a number, rows for a table."""

    key: str
    label: Label
    kind: Kind = Kind.TEXT
    required: bool = False
    help: Label = ""
    limit: int = 0
    least: int = 0
    choices: tuple[tuple[str, Label], ...] = ()
    columns: tuple[Field, ...] = ()
    glossary: str = ""
    paragraph: str = ""
    row_name: Label = ""

    @cached_property
    def column(self) -> dict[str, Field]:
        return {column.key: column for column in self.columns}

    def choice_label(self, value: str) -> Label:
        """The label of a stored key; the key itself where the list no longer holds it."""
        return dict(self.choices).get(value, value)


@dataclass(frozen=True)
class Section:
    key: str
    title: Label
    intro: Label
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Schema:
    key: str
    sections: tuple[Section, ...]
    by_key: dict[str, Field] = field(init=False, repr=False)
    section_of: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pairs = [(section.key, item) for section in self.sections for item in section.fields]
        object.__setattr__(self, "by_key", {item.key: item for _, item in pairs})
        object.__setattr__(self, "section_of", {item.key: key for key, item in pairs})
        if len(self.by_key) != len(pairs):
            raise ValueError(f"{self.key}: a field key is used twice")

    def section(self, key: str) -> Section:
        """The section with this key. Refuses an unknown one with KeyError."""
        return next(section for section in self.sections if section.key == key)

    @cached_property
    def section_keys(self) -> tuple[str, ...]:
        return tuple(section.key for section in self.sections)

    def field_at(self, path: str) -> Field | None:
        """The field of a path: ``title`` or ``risks/<row>/cause``."""
        parts = path.split("/")
        found = self.by_key.get(parts[0])
        return found.column.get(parts[2]) if found and len(parts) == 3 else found
