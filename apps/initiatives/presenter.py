"""What people read of a frozen version: drawn from the snapshot alone, by the table of its own schema (seam
2)."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.approvals.subjects import Change, FieldChoice, Row, Section
from apps.audit.reasons import Reason, refuse
from apps.initiatives import appraisal
from apps.initiatives.figures import Figures, figures
from apps.initiatives.models import BusinessCaseVersion
from apps.initiatives.reasons import TIER_SENTENCES
from apps.initiatives.schema.fields import NUMERIC, TABLES, Field, Kind, Schema
from apps.initiatives.schema.inventory_1 import INVENTORY_1
from apps.initiatives.schema.short_1 import SHORT_1
from apps.initiatives.schema.values import amount_of
from apps.initiatives.snapshot import content_of, rates_of

SCHEMAS: Mapping[str, Schema] = {schema.key: schema for schema in (SHORT_1, INVENTORY_1)}
SUMMARY = ("title", "summary", "kind", "problem", "affected", "option_reason", "hosting", "data_owner")
BLIND = ("title", "summary", "kind", "participating_offices", "hosting")
KIND = "initiative"
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
LONGEST_COMPARED = 4000  # tokens; beyond it two texts stand one after the other
Snapshot = dict[str, Any]


def version_of(initiative_id: UUID, number: int) -> BusinessCaseVersion:
    """The version with this number. Refuses (not found) another."""
    found = BusinessCaseVersion.objects.filter(initiative_id=initiative_id, number=number).first()
    if found is None:
        refuse("not_found", Reason("version_unknown", {"number": number}))
    return found


def snapshot(initiative_id: UUID, number: int) -> Snapshot:
    return json.loads(version_of(initiative_id, number).snapshot)


def sections(initiative_id: UUID, number: int) -> list[Section]:
    """The whole version, section by section, in the order of its form."""
    return sections_of(snapshot(initiative_id, number))


def sections_of(stored: Snapshot) -> list[Section]:
    schema = SCHEMAS[stored["schema"]]
    return [
        Section(section.key, str(section.title), [_row(field, stored) for field in section.fields])
        for section in schema.sections
    ]


def summary(initiative_id: UUID, number: int) -> list[Row]:
    """One page: need, kind, value and what set the review depth."""
    stored = snapshot(initiative_id, number)
    return [*_picked(stored, SUMMARY), *_worth(stored)]


def blind_summary(initiative_id: UUID, number: int) -> list[Row]:
    """What a reviewer reads before declaring a conflict: what and for whom, no persons, no figures."""
    return _picked(snapshot(initiative_id, number), BLIND)


def appraisal_of(initiative_id: UUID, number: int) -> dict[str, Any] | None:
    """The appraisal of a version at its own rates; None for a schema without yearly costs."""
    stored = snapshot(initiative_id, number)
    return sheet(figures(content_of(stored), rates_of(stored))) if stored["schema"] == SHORT_1.key else None


def difference(initiative_id: UUID, before: int, after: int) -> list[Change]:
    """What changed from one version to another, field by field; unchanged fields are left out."""
    old, new = snapshot(initiative_id, before), snapshot(initiative_id, after)
    schema = SCHEMAS[new["schema"]]
    changes: list[Change] = []
    for section in schema.sections:
        for field in section.fields:
            was, now = old["fields"].get(field.key), new["fields"].get(field.key)
            if was != now:
                changes += _changes(field, str(section.title), was, now)
    return changes


def field_choices() -> list[FieldChoice]:
    """Every field that a question can be anchored to, in the order of the form."""
    return [
        FieldChoice(field.key, str(field.label), section.key)
        for section in SHORT_1.sections
        for field in section.fields
    ]


def tier_sentences(answers: list[dict[str, Any]]) -> list[str]:
    """The sentences of what set the tier, in the reader's language."""
    return [str(TIER_SENTENCES[answer["code"]]).format_map(answer["params"]) for answer in answers]


def sheet(counted: Figures) -> dict[str, Any] | None:
    """An appraisal as text for people and API: amounts with two decimals, shares in percent, years with
    four."""
    found = counted.sheet
    if found is None:
        return None
    irr = found.irr
    return {
        "currency": "USD",
        "years": list(counted.years),
        "costs": [_money(value) for value in found.costs],
        "benefits": [_money(value) for value in found.benefits],
        "value_usd": _money(counted.value_usd),
        "columns": [
            {
                "rate": _percent(column.rate, 1),
                "npv": _money(column.npv),
                "pv_benefits": _money(column.pv_benefits),
                "pv_costs": _money(column.pv_costs),
                "bcr": None if column.bcr is None else str(appraisal.rounded(column.bcr, 4)),
                "roi": _percent(column.roi),
                "discounted_payback": _years(column.discounted_payback),
                "switching_value": _percent(column.switching_value),
            }
            for column in found.columns
        ],
        "irr": {
            "answer": irr.answer,
            "warns": irr.warns,
            "roots": [_percent(root, 4) for root in irr.roots],
        },
        "payback": _years(found.payback),
    }


def _money(value: Decimal) -> str:
    return str(appraisal.rounded(value))


def _percent(value: Decimal | None, places: int = 2) -> str | None:
    return None if value is None else str(appraisal.rounded(value * 100, places))


def _years(value: Decimal | None) -> str | None:
    return None if value is None else str(appraisal.rounded(value, 4))


def _picked(stored: Snapshot, keys: tuple[str, ...]) -> list[Row]:
    schema = SCHEMAS[stored["schema"]]
    return [_row(schema.by_key[key], stored) for key in keys if key in schema.by_key]


def _worth(stored: Snapshot) -> list[Row]:
    facts, tier = stored["facts"], stored.get("tier")
    rows = [Row("value_usd", _("Cost over five years"), f"USD {Decimal(facts['value_usd']):,.2f}", "money")]
    if tier:
        reached = [answer for answer in tier["answers"] if answer["tier"] == tier["number"]]
        rows.append(Row("tier", _("Review depth"), str(tier["number"])))
        rows.append(Row("tier_set_by", _("Why this depth"), " ".join(tier_sentences(reached)), "narrative"))
    return rows


def _row(field: Field, stored: Snapshot) -> Row:
    value = stored["fields"].get(field.key)
    language = stored["language"]
    if field.kind in TABLES:
        name = _standard_names(stored) if field.kind is Kind.CHECKLIST else None
        columns = (
            [str(field.row_name), *(str(c.label) for c in field.columns)]
            if name
            else [str(c.label) for c in field.columns]
        )
        cells = [
            [*([name(row["id"])] if name else []), *(_cell(c, row.get(c.key, "")) for c in field.columns)]
            for row in value or []
        ]
        return Row(field.key, str(field.label), cells, "table", language, columns)
    kind = {Kind.CHOICE: "choice", Kind.YES_NO: "bool", Kind.NARRATIVE: "narrative"}.get(field.kind, "text")
    written = field.kind in (Kind.TEXT, Kind.NARRATIVE)
    return Row(field.key, str(field.label), _cell(field, value or ""), kind, language if written else "")


def _standard_names(stored: Snapshot) -> Callable[[str], str]:
    names = {row["code"]: f"{row['code']} {row['title']}" for row in stored.get("standards") or []}
    return lambda code: names.get(code, code)


def _cell(field: Field, value: Any) -> str:
    """A leaf as people read it: the label of a choice, an amount with its currency and, abroad, its rate."""
    if isinstance(value, dict):
        return f"{value['currency']} {Decimal(value['amount']):,.2f}"
    if field.kind is Kind.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(value, value)
    if field.kind is Kind.CHOICE:
        return str(field.choice_label(value))
    return value


def _changes(field: Field, section: str, was: Any, now: Any) -> list[Change]:
    if field.kind not in TABLES:
        return [_change(field, field.key, str(field.label), section, was or "", now or "")]
    before, after = ({row["id"]: row for row in rows or []} for rows in (was, now))
    found: list[Change] = []
    for position, row_id in enumerate([*after, *(key for key in before if key not in after)], start=1):
        old, new = before.get(row_id, {}), after.get(row_id, {})
        for column in field.columns:
            if _entered(old.get(column.key, "")) != _entered(new.get(column.key, "")):
                label = f"{field.row_name} {position} · {column.label}"
                path = f"{field.key}/{row_id}/{column.key}"
                found.append(
                    _change(column, path, label, section, old.get(column.key, ""), new.get(column.key, ""))
                )
    return found


def _entered(value: Any) -> Any:
    """What the office entered: an amount in its currency, without the rate of the day on which it was frozen."""
    return (value["currency"], Decimal(value["amount"])) if isinstance(value, dict) else value


def _change(field: Field, path: str, label: str, section: str, was: Any, now: Any) -> Change:
    before, after = _cell(field, was), _cell(field, now)
    if field.kind in NUMERIC:
        return Change(path, label, section, before, after, percent=_change_in_percent(was, now))
    return Change(path, label, section, before, after, pieces=pieces(before, after))


def _change_in_percent(was: Any, now: Any) -> Decimal | None:
    old, new = (amount_of(value["amount"] if isinstance(value, dict) else value) for value in (was, now))
    same_money = not isinstance(was, dict) or not isinstance(now, dict) or was["currency"] == now["currency"]
    if not old or new is None or not same_money:
        return None
    return appraisal.rounded((new - old) / old * 100, 1)


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts as one, in pieces that are equal, deleted or inserted, word by word."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) + len(new) > LONGEST_COMPARED:
        return [(kind, text) for kind, text in (("delete", before), ("insert", after)) if text]
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("equal", "".join(old[a:b])))
        else:
            found += [(k, "".join(t)) for k, t in (("delete", old[a:b]), ("insert", new[c:d])) if t]
    return found
