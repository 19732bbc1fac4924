"""The search of the lists: words, and tokens such as `office:UNMISS tier:2 value:>250k due:<5d due:late`.

A token that is not understood is searched for as a word, so that nothing typed is passed over in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.db.models import Q
from django.utils.translation import gettext as _

TOKEN = re.compile(r"^(office|tier|stage|value|due):(\S+)$")
LONGEST = 200
FACTORS = {"k": Decimal(1000), "m": Decimal(1000_000)}


@dataclass(frozen=True)
class Token:
    """One token: what it asks of cases and of turns, and the text as it was typed."""

    text: str
    label: str
    of_case: Q
    of_turn: Q | None = None


@dataclass(frozen=True)
class Search:
    """A search as read: its tokens, and the words that are looked for in title and number."""

    text: str
    words: str
    tokens: tuple[Token, ...]

    def without(self, token: Token) -> str:
        """The search text with this token taken away."""
        return " ".join(part for part in self.text.split() if part != token.text)

    def condition(self, *, to_case: str = "", on_turn: bool = False) -> Q:
        """The whole as one condition; `to_case` is the way from the row to its case (`case__`)."""
        found = Q()
        for token in self.tokens:
            if on_turn and token.of_turn is not None:
                found &= token.of_turn
            else:
                found &= _moved(token.of_case, to_case)
        if self.words:
            found &= Q(**{f"{to_case}title__icontains": self.words}) | Q(
                **{f"{to_case}reference__icontains": self.words}
            )
        return found


def _moved(condition: Q, prefix: str) -> Q:
    made = Q(_connector=condition.connector, _negated=condition.negated)
    for child in cast(list[Any], condition.children):
        made.children.append(
            _moved(child, prefix) if isinstance(child, Q) else (f"{prefix}{child[0]}", child[1])
        )
    return made


def read_search(text: str, *, at: datetime) -> Search:
    """Read what a person typed. Control characters and what is beyond 200 characters are dropped."""
    clean = "".join(char for char in text if char.isprintable() and not "\ud800" <= char <= "\udfff")
    clean = " ".join(clean[:LONGEST].split())
    words: list[str] = []
    tokens: list[Token] = []
    for part in clean.split():
        match = TOKEN.match(part)
        token = _token(part, match[1], match[2], at) if match else None
        if token is None:
            words.append(part)
        elif token.text not in [known.text for known in tokens]:
            tokens.append(token)
    return Search(clean, " ".join(words), tuple(tokens))


def _token(text: str, name: str, value: str, at: datetime) -> Token | None:
    if name == "office":
        return Token(text, _("Office: %(value)s") % {"value": value.upper()}, Q(office__code__iexact=value))
    if name == "stage":
        return Token(text, _("Stage: %(value)s") % {"value": value}, Q(stage=value.lower()))
    if name == "tier" and value in ("1", "2", "3"):
        return Token(text, _("Review depth %(value)s") % {"value": value}, Q(tier=int(value)))
    if name == "value":
        return _value(text, value)
    if name == "due":
        return _due(text, value, at)
    return None


def _value(text: str, value: str) -> Token | None:
    match = re.match(r"^([<>])(\d{1,12}(?:\.\d{1,2})?)([km]?)$", value.lower())
    if match is None:
        return None
    try:
        amount = Decimal(match[2]) * FACTORS.get(match[3], Decimal(1))
    except InvalidOperation:
        return None
    if match[1] == ">":
        return Token(text, _("Above USD %(n)s") % {"n": f"{amount:,.0f}"}, Q(value_usd__gt=amount))
    return Token(text, _("Below USD %(n)s") % {"n": f"{amount:,.0f}"}, Q(value_usd__lt=amount))


def _due(text: str, value: str, at: datetime) -> Token | None:
    if value.lower() == "late":
        late = Q(due_at__lt=at, paused_at__isnull=True)
        of_case = Q(turns__due_at__lt=at, turns__paused_at__isnull=True, turns__closed_at__isnull=True)
        return Token(text, _("Overdue"), of_case, late)
    match = re.match(r"^<(\d{1,3})d$", value.lower())
    if match is None:
        return None
    until = at + timedelta(days=int(match[1]))
    of_case = Q(turns__due_at__gte=at, turns__due_at__lt=until, turns__closed_at__isnull=True)
    return Token(
        text, _("Due within %(n)s days") % {"n": match[1]}, of_case, Q(due_at__gte=at, due_at__lt=until)
    )
