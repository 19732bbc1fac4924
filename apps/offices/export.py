"""Tables as CSV that a spreadsheet reads and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.offices.duties import Matrix, holders, standing_of_cell
from apps.offices.evidence.forms import BY_KEY

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula."""


def safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what would run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(RUNS) or text.startswith(RUNS) else text


def csv_of(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV (RFC 4180), every cell made safe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(cell) for cell in head])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def matrix_csv(found: Matrix, at: Any) -> str:
    """The matrix as one row for each office and function: who holds it, on what ground, and how it stands."""
    held = holders((cell for row in found.rows for cell in row.cells if cell is not None), at)
    head = [
        _("Office"), _("Name"), _("Function"), _("By the report"), _("Instruments"), _("Posts"), _("People"),
        _("Standing"), _("Last evidence"), _("Date"), _("Recorded by"), _("Due"),
    ]  # fmt: skip

    def lines() -> Iterable[Sequence[Any]]:
        for row in found.rows:
            for function, cell in zip(found.functions, row.cells, strict=True):
                start = [row.office.code, row.office.name, function.code]
                if cell is None:
                    yield [*start, "", "", "", "", standing_of_cell(None), "", "", "", ""]
                    continue
                by = held.get((row.office.pk, function.code), [])
                form = BY_KEY.get(cell.last_form)
                yield [
                    *start,
                    "1" if cell.by_report else "",
                    cell.ground,
                    " ".join(line.post.code for line in by),
                    ", ".join(line.person.full_name for line in by if line.person is not None),
                    standing_of_cell(cell),
                    form.title if form else "",
                    cell.last_on.isoformat() if cell.last_on else "",
                    cell.last_by,
                    cell.due_at.isoformat() if cell.due_at else "",
                ]

    return csv_of(head, lines())
