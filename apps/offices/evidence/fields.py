"""What an evidence form is made of: a day, and a few answers, each of one kind.

Every stored answer is a string ("" is "not answered"); numbers and amounts are plain decimals, dates YYYY-MM-DD.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

Label = Any  # a lazily translated string


class Kind(StrEnum):
    LINE = "line"
    WORDS = "words"
    CHOICE = "choice"
    YES_NO = "yes_no"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    PERCENT = "percent"
    AMOUNT = "amount"
    CURRENCY = "currency"


NUMERIC = frozenset({Kind.COUNT, Kind.NUMBER, Kind.PERCENT, Kind.AMOUNT})
WRITTEN = frozenset({Kind.LINE, Kind.WORDS})
MOST = {Kind.COUNT: 999_999_999, Kind.NUMBER: 999_999_999, Kind.PERCENT: 100, Kind.AMOUNT: 10**13}
LONGEST = {Kind.LINE: 200, Kind.WORDS: 4000}


@dataclass(frozen=True)
class Field:
    """One question. `not_before` and `not_above` name the field of the same form with which the answer is compared."""

    key: str
    label: Label
    kind: Kind = Kind.LINE
    required: bool = True
    unit: Label = ""
    help: Label = ""
    choices: tuple[tuple[str, Label], ...] = ()
    not_before: str = ""
    not_above: str = ""
    past: bool = False

    @property
    def places(self) -> int:
        """How many decimal places an answer may have."""
        return {Kind.COUNT: 0, Kind.AMOUNT: 2}.get(self.kind, 3)


@dataclass(frozen=True)
class Form:
    """The evidence of one function: what it is called, what its day is, and its questions."""

    function: str
    title: Label
    day: Label
    fields: tuple[Field, ...]
    version: int = 1

    @property
    def key(self) -> str:
        """What a stored row names: the function and the version of its form."""
        return f"{self.function}-{self.version}"

    @cached_property
    def by_key(self) -> dict[str, Field]:
        found = {field.key: field for field in self.fields}
        if len(found) != len(self.fields):
            raise ValueError(f"{self.key}: a field key is used twice")
        return found
