"""Evidence as it is read: each answer of its form, drawn by its kind. What a form no longer asks is not lost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.accounts import look
from apps.offices.evidence.fields import NUMERIC, Field, Kind
from apps.offices.evidence.forms import BY_KEY
from apps.offices.evidence.values import date_of

type_of_text = str | Promise


def title_of(form_key: str) -> type_of_text:
    """What evidence on this form is called."""
    form = BY_KEY.get(form_key)
    return form.title if form else form_key


def day_label(form_key: str) -> type_of_text:
    """What the day of this form is."""
    form = BY_KEY.get(form_key)
    return form.day if form else _("Date")


def answers(form_key: str, values: Mapping[str, str], language: str) -> list[tuple[Any, Any]]:
    """The questions with what was answered, in the order of the form; what was not answered is left out."""
    form = BY_KEY.get(form_key)
    if form is None:
        return [(key, look.narrative(value, language)) for key, value in values.items() if value]
    return [(field.label, drawn(field, values, language)) for field in form.fields if values.get(field.key)]


def drawn(field: Field, values: Mapping[str, str], language: str) -> Any:
    """One answer as a page shows it."""
    value = values[field.key]
    match field.kind:
        case Kind.WORDS:
            return look.narrative(value, language)
        case Kind.LINE:
            return look.words(value, language)
        case Kind.CHOICE | Kind.YES_NO:
            return dict(choices_of(field)).get(value, value)
        case Kind.DATE:
            return look.day(date_of(value))
        case Kind.AMOUNT:
            return look.money(Decimal(value), values.get("currency", ""))
        case kind if kind in NUMERIC:
            places = len(value.partition(".")[2])
            return look.number(Decimal(value), places, unit=str(field.unit))
    return look.code(value)


def choices_of(field: Field) -> tuple[tuple[str, Any], ...]:
    """The answers among which one chooses."""
    return field.choices or (("yes", _("Yes")), ("no", _("No")))
