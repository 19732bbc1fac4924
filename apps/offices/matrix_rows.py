"""How standings are drawn: a word and an icon, the colour only repeats them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts import look
from apps.offices.choices import Performance
from apps.offices.duties import NOBODY, STANDINGS, Cell, Matrix, MatrixFilter
from apps.offices.models import Function, Office

LOOKS = {
    Performance.PERFORMING: ("good", "check"),
    Performance.OVERDUE: ("bad", "alert"),
    Performance.NO_EVIDENCE: ("warn", "question"),
    NOBODY: ("quiet", "minus"),
}


def words(standing: str) -> Any:
    """What a standing is called."""
    return _("nobody") if standing == NOBODY else Performance(standing).label


def standing(key: str) -> SafeString:
    """A standing as a word and an icon."""
    tone, icon = LOOKS[key]  # type: ignore[index]
    return format_html(
        '<span class="state state--{}">{}<span>{}</span></span>', tone, look.icon(icon), words(key)
    )


def due(cell: Cell, at: datetime) -> SafeString:
    """When the next evidence is due, and that it is late."""
    if cell.from_cases:
        return format_html("{}", _("as each case asks"))
    if cell.due_at is None:
        return look.nothing(_("no deadline"))
    late = cell.due_at < at
    return format_html(
        '<span class="clock clock--{}">{}<span class="clock__text">{}{}</span></span>',
        "bad" if late else "quiet",
        look.icon("alert" if late else "clock"),
        look.moment(cell.due_at),
        format_html(' <span class="clock__more">{}</span>', _("late")) if late else "",
    )


def rows(found: Matrix) -> list[dict[str, Any]]:
    """The lines of the matrix: an office, and a drawn cell for each function."""
    base = reverse("offices:function-list")
    empty = format_html(
        '<td class="matrix__none"><span aria-hidden="true">–</span>'
        '<span class="visually-hidden">{}</span></td>',
        words(NOBODY),
    )
    drawn = {key: standing(str(key)) for key in LOOKS}
    by_report = _("by the report")
    return [
        {
            "office": row.office,
            "depth": min(row.depth, 4),
            "cells": [
                empty if cell is None else _cell(cell, row.office, base, drawn[cell.performance], by_report)
                for cell in row.cells
            ],
        }
        for row in found.rows
    ]


def _cell(cell: Cell, office: Office, base: str, drawn: SafeString, by_report: str) -> SafeString:
    code = cell.function.code
    ground = [by_report] if cell.by_report else []
    ground += [instrument.number for instrument in cell.instruments[:2]]
    if len(cell.instruments) > 2:
        ground.append("…")
    return format_html(
        '<td data-label="{}"><a href="{}{}/offices/{}/">{}</a><small>{}</small></td>',
        code, base, code, office.code, drawn,
        format_html_join("", "<bdi>{}</bdi> ", ((part,) for part in ground)),
    )  # fmt: skip


def _address(wanted: MatrixFilter, **changes: str) -> str:
    asked = {"office": wanted.office, "paragraph": wanted.paragraph, "standing": wanted.standing, **changes}
    return "?" + urlencode({key: value for key, value in asked.items() if value})


def totals(found: Matrix, wanted: MatrixFilter) -> list[dict[str, Any]]:
    """How many cells of the table stand how; each is a filter."""
    return [
        {
            "drawn": standing(key),
            "number": look.number(found.totals[key]),
            "url": _address(wanted, standing="" if wanted.standing == key else key),
            "current": wanted.standing == key,
        }
        for key in map(str, STANDINGS)
    ]


def tabs(wanted: MatrixFilter) -> list[dict[str, Any]]:
    """One tab a paragraph."""
    found = [{"label": _("All"), "url": _address(wanted, paragraph=""), "current": not wanted.paragraph}]
    for paragraph in ("7", "15", "16", "17", "18"):
        found.append(
            {
                "label": _("Paragraph %(n)s") % {"n": paragraph},
                "url": _address(wanted, paragraph=paragraph),
                "current": wanted.paragraph == paragraph,
            }
        )
    return found


def selects(wanted: MatrixFilter) -> list[tuple[str, Any, list[tuple[str, Any, bool]]]]:
    """The filter's boxes: offices with others below them or not, and the standings."""
    offices = [(office.code, f"{office.code} · {office.name}") for office in Office.objects.order_by("code")]
    return [
        (
            "office",
            _("Office, with those below"),
            [("", _("all offices"), not wanted.office)]
            + [(code, label, code == wanted.office) for code, label in offices],
        ),
        (
            "standing",
            _("Standing"),
            [("", _("any"), not wanted.standing)]
            + [(str(key), words(str(key)), str(key) == wanted.standing) for key in STANDINGS],
        ),
    ]


def count_links(function: Function, numbers: dict[str, int]) -> SafeString:
    """How the holders of a function stand: numbers that lead to the matrix."""
    base = reverse("offices:function-matrix")
    parts = [
        format_html(
            '<a href="{}?{}">{} {}</a>',
            base,
            urlencode({"paragraph": str(function.paragraph), "standing": str(key)}),
            look.number(n),
            standing(key),
        )
        for key, n in ((str(k), numbers[str(k)]) for k in Performance.values)
        if n
    ]
    return format_html_join(" ", "{}", ((part,) for part in parts)) if parts else look.nothing(_("nobody"))
