"""What a guide is made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Step:
    """One thing to do, and how."""

    title: Words
    text: Words


@dataclass(frozen=True)
class Guide:
    """The guide of the roles that do the same work; `doors` are pages to begin with, as (label, URL name)."""

    key: str
    roles: tuple[str, ...]
    title: Words
    lead: Words
    steps: tuple[Step, ...]
    good_to_know: tuple[Words, ...] = ()
    doors: tuple[tuple[Words, str], ...] = ()
