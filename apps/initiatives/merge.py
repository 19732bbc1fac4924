"""Two people type in one draft: what each changed is joined answer by answer, and nothing is lost.

Pure. ``base`` is the draft as the writer last saw it, ``theirs`` the draft as it stands, ``mine`` the
answers that the writer sends (whole fields). Rows are joined by their id and cell by cell. Where both
changed one answer to different texts, the standing one stays, and both are given back as a ``Conflict``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.initiatives.schema.fields import TABLES, Field, Schema

Content = dict[str, Any]
Row = dict[str, str]


@dataclass(frozen=True)
class Conflict:
    """Both texts of one answer; ``""`` is "removed" or "empty"."""

    path: str
    yours: str
    theirs: str


@dataclass(frozen=True)
class Merged:
    content: Content
    changed: tuple[str, ...]  # keys of fields that now stand otherwise than in ``theirs``
    conflicts: tuple[Conflict, ...]


def merge(schema: Schema, *, base: Content, theirs: Content, mine: Content) -> Merged:
    """Join the answers of ``mine`` into ``theirs``."""
    content: Content = dict(theirs)
    conflicts: list[Conflict] = []
    joined: Any
    for key, value in mine.items():
        field = schema.by_key[key]
        if field.kind in TABLES:
            joined, clashes = _rows(field, base.get(key) or [], theirs.get(key) or [], value)
        else:
            joined, clashes = _leaf(key, base.get(key, ""), theirs.get(key, ""), value)
        content[key] = joined
        conflicts += clashes
    empty: dict[bool, Any] = {True: [], False: ""}
    changed = tuple(
        key for key in mine if content[key] != theirs.get(key, empty[schema.by_key[key].kind in TABLES])
    )
    return Merged(content, changed, tuple(conflicts))


def undo(content: Content, changes: list[Content]) -> Content:
    """The draft as it stood before the changes (each the former values of its fields), newest first."""
    before = dict(content)
    for previous in changes:
        before.update(previous)
    return before


def _leaf(path: str, base: str, theirs: str, mine: str) -> tuple[str, list[Conflict]]:
    if mine in (base, theirs):
        return theirs, []
    if theirs == base:
        return mine, []
    return theirs, [Conflict(path, mine, theirs)]


def _rows(
    field: Field, base: list[Row], theirs: list[Row], mine: list[Row]
) -> tuple[list[Row], list[Conflict]]:
    bases, stands = {row["id"]: row for row in base}, {row["id"]: row for row in theirs}
    sent = {row["id"]: {**_blank(field, bases.get(row["id"])), **row} for row in mine}
    order = [*sent, *(row_id for row_id in stands if row_id not in sent)]
    joined: list[Row] = []
    conflicts: list[Conflict] = []
    for row_id in order:
        row, clashes = _row(field, row_id, bases.get(row_id), stands.get(row_id), sent.get(row_id))
        conflicts += clashes
        if row and any(value for key, value in row.items() if key != "id"):
            joined.append(row)
    return joined, conflicts


def _row(
    field: Field, row_id: str, base: Row | None, theirs: Row | None, mine: Row | None
) -> tuple[Row | None, list[Conflict]]:
    path = f"{field.key}/{row_id}"
    if mine is None:
        if base is None or theirs is None:
            return theirs, []
        return (None, []) if theirs == base else (theirs, [Conflict(path, "", _words(theirs))])
    if theirs is None:
        if base is None:
            return mine, []
        return (None, []) if mine == base else (mine, [Conflict(path, _words(mine), "")])
    row, conflicts = {"id": row_id}, []
    for column in field.columns:
        before = (base or {}).get(column.key, "")
        cell_path = f"{path}/{column.key}"
        row[column.key], clashes = _leaf(cell_path, before, theirs.get(column.key, ""), mine[column.key])
        conflicts += clashes
    return row, conflicts


def _blank(field: Field, row: Row | None) -> Row:
    return {column.key: (row or {}).get(column.key, "") for column in field.columns}


def _words(row: Row) -> str:
    return " · ".join(value for key, value in row.items() if key != "id" and value)
