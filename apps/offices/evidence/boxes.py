"""A form of evidence on a page, made from the table: it reads what was typed; what is right the service decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import Reason, remedy_of, sentence
from apps.offices.evidence.fields import NUMERIC, WRITTEN, Field, Form, Kind
from apps.offices.evidence.shown import choices_of

DateInput = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AsTyped(forms.CharField):
    """Whatever was typed, as it was typed."""

    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) else ""


class EvidenceForm(forms.Form):
    """The day, the questions of one function, and why an older row is corrected where one is."""

    use_required_attribute = False

    def __init__(self, form: Form, *args: Any, corrects: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form = form
        self.fields["performed_on"] = AsTyped(
            label=form.day,
            widget=DateInput,
            help_text=_("From this day on the time to the next evidence runs."),
        )
        for field in form.fields:
            self.fields[field.key] = _box(field)
        if corrects:
            self.fields["correction_reason"] = AsTyped(
                label=_("Why the older row is corrected"),
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
                help_text=_("It stays beside both rows. The older one is kept as it is."),
            )
        self.fields["idempotency_key"] = AsTyped(widget=forms.HiddenInput, required=False)

    def given(self) -> dict[str, Any]:
        """The arguments of the service."""
        self.is_valid()
        typed = self.cleaned_data
        return {
            "performed_on": typed["performed_on"],
            "values": {field.key: typed[field.key] for field in self.form.fields},
            "correction_reason": typed.get("correction_reason", ""),
            "idempotency_key": typed["idempotency_key"],
        }

    def show(self, reasons: Iterable[Reason]) -> None:
        """Put what was refused beside the field that it belongs to."""
        self.is_valid()
        for reason in reasons:
            text = f"{sentence(reason)} {remedy_of(reason)}".strip()
            self.add_error(reason.field if reason.field in self.fields else None, text)


def _box(field: Field) -> forms.Field:
    label = f"{field.label} ({field.unit})" if field.unit else field.label
    common: dict[str, Any] = {"label": label, "required": field.required, "help_text": field.help}
    match field.kind:
        case Kind.WORDS:
            return AsTyped(widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}), **common)
        case Kind.CHOICE | Kind.YES_NO:
            choices = [("", _("Choose")), *choices_of(field)]
            return AsTyped(widget=forms.Select(choices=choices), **common)
        case Kind.DATE:
            return AsTyped(widget=DateInput, **common)
    attrs = {"autocomplete": "off", "dir": "auto" if field.kind in WRITTEN else "ltr"}
    if field.kind in NUMERIC:
        attrs["inputmode"] = "numeric" if field.kind is Kind.COUNT else "decimal"
    return AsTyped(widget=forms.TextInput(attrs=attrs), **common)
