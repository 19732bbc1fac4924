"""The forms of acts, made from the one table of verbs: they show, keep and re-show; the engine checks.

A field is named as the engine's refusals name it (`conditions.0.due_on`), so that each sentence stands beside
its field. Nothing typed is ever lost: a refused form comes back with every value as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import NATIVE_NAMES, Language
from apps.approvals.services.fields import ROWS_LIMIT, Field
from apps.approvals.services.verbs import Verb
from apps.audit.reasons import Reason, remedy_of, sentence

FEW = 5
ROW_NAME = re.compile(r"^(?P<rows>[a-z_]+)\.(?P<position>\d{1,3})\.(?P<name>[a-z_]+)$")
Choices = Sequence[tuple[Any, Any]]


def read_payload(verb: Verb, post: QueryDict) -> dict[str, Any]:
    """What was typed, as the engine takes it; rows that are wholly blank are left out."""
    payload: dict[str, Any] = {}
    for spec in verb.fields:
        if spec.kind == "rows":
            payload[spec.name] = _rows(spec, post)
        elif spec.kind == "yes":
            payload[spec.name] = bool(post.get(spec.name))
        else:
            payload[spec.name] = post.get(spec.name, "")
    language = post.get("language", "")
    if language in Language.values:
        payload["language"] = language
    return payload


def _rows(spec: Field, post: QueryDict) -> list[dict[str, str]]:
    names = {sub.name for sub in spec.of}
    found: dict[int, dict[str, str]] = {}
    for key in post:
        match = ROW_NAME.match(key)
        if match and match["rows"] == spec.name and match["name"] in names:
            found.setdefault(int(match["position"]), {})[match["name"]] = str(post[key])
    rows = [found[position] for position in sorted(found)][:ROWS_LIMIT]
    return [row for row in rows if any(text.strip() for name, text in row.items() if name != "item")]


class ActForm(forms.Form):
    """One act: its fields, its rows, the language of what is written, and what a refusal said of each."""

    use_required_attribute = False

    def __init__(
        self,
        verb: Verb,
        *,
        given: Mapping[str, Any] | None = None,
        choices: Mapping[str, Choices] | None = None,
        fixed: Sequence[Mapping[str, Any]] = (),
        language: str = "en",
        more: Mapping[str, int] | None = None,
    ) -> None:
        """`given` is a payload; `choices` fill fields whose choices the subject knows; `fixed` are the
        questions of a request to which rows answer; `more` asks for blank rows.
        """
        super().__init__(initial=dict(_flat(verb, given or {}, fixed)))
        self.verb = verb
        self.fixed = list(fixed)
        self.row_errors: dict[str, list[str]] = {}
        self.loose: list[Reason] = []
        self._errors = ErrorDict()
        self.counts: dict[str, int] = {}
        known = choices or {}
        for spec in verb.fields:
            if spec.kind != "rows":
                self.fields[spec.name] = _field_of(spec, known.get(spec.name))
                continue
            count = len(self.fixed) or len((given or {}).get(spec.name) or ()) + (more or {}).get(
                spec.name, 0
            )
            self.counts[spec.name] = min(max(count, 1 if spec.required else 0), ROWS_LIMIT)
            for position in range(self.counts[spec.name]):
                for sub in spec.of:
                    field = _field_of(sub, known.get(f"{spec.name}.{sub.name}"))
                    if self.fixed and sub.name == "item":
                        field.widget = forms.HiddenInput()
                    self.fields[f"{spec.name}.{position}.{sub.name}"] = field
        if any(spec.kind == "narrative" or spec.kind == "rows" for spec in verb.fields):
            self.fields["language"] = forms.ChoiceField(
                label=_("You write in"),
                choices=list(NATIVE_NAMES.items()),
                initial=(given or {}).get("language", language),
                help_text=_("Your words stay as you write them, in this language."),
            )

    def take_reasons(self, reasons: Iterable[Reason]) -> None:
        """Put each sentence of a refusal beside its field; what belongs to no field stands above."""
        for reason in reasons:
            text = " ".join(part for part in (sentence(reason), remedy_of(reason)) if part)
            name = self._name_of(reason.field)
            if name in self.fields:
                self._errors.setdefault(name, self.error_class()).append(text)
            elif name in self.counts:
                self.row_errors.setdefault(name, []).append(text)
            else:
                self.loose.append(reason)

    def _name_of(self, field: str) -> str:
        rows, _dot, position = field.partition(".")
        if self.fixed and position.isdigit():
            places = [str(row["item"]) for row in self.fixed]
            return f"{rows}.{places.index(position)}.answer" if position in places else rows
        return field

    @property
    def error_lines(self) -> list[dict[str, str]]:
        """Every mistake for the summary, each with the place that it leads to."""
        labels = {spec.name: spec.label for spec in self.verb.fields}
        found = []
        for name in self.fields:
            rows, _dot, rest = name.partition(".")
            where = f"{labels[rows]} {int(rest.split('.')[0]) + 1}: " if rest else ""
            found += [
                {"field": self[name].id_for_label or f"field-{name}", "text": f"{where}{text}"}
                for text in self[name].errors
            ]
        for name, texts in self.row_errors.items():
            found += [{"field": f"field-{name}", "text": text} for text in texts]
        return found

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The form in order: single fields, and groups of rows."""
        found: list[dict[str, Any]] = []
        for spec in self.verb.fields:
            if spec.kind == "rows":
                found.append(self._group(spec))
            else:
                kind = {"money": "field--amount", "date": "field--short"}.get(spec.kind, "")
                found.append({"field": self[spec.name], "class": kind})
        if "language" in self.fields:
            found.append({"field": self["language"], "class": "field--short"})
        return found

    def _group(self, spec: Field) -> dict[str, Any]:
        rows = []
        for position in range(self.counts[spec.name]):
            names = [f"{spec.name}.{position}.{sub.name}" for sub in spec.of]
            rows.append(
                {
                    "position": position,
                    "number": position + 1,
                    "about": self.fixed[position] if self.fixed else None,
                    "fields": [
                        {"field": self[name], "class": "field--short" if sub.kind == "date" else ""}
                        for name, sub in zip(names, spec.of, strict=True)
                    ],
                }
            )
        return {
            "rows": rows,
            "name": spec.name,
            "label": spec.label,
            "help": spec.help,
            "required": spec.required,
            "fixed": bool(self.fixed),
            "errors": self.row_errors.get(spec.name, []),
            "full": self.counts[spec.name] >= ROWS_LIMIT,
        }

    @property
    def said(self) -> list[dict[str, Any]]:
        """What was typed, to be read once more before it is sent: label, text, or rows of the same."""
        found: list[dict[str, Any]] = []
        for block in self.blocks:
            if "rows" in block:
                for row in block["rows"]:
                    found.append(
                        {
                            "label": f"{block['label']} {row['number']}",
                            "rows": [self._said(one["field"]) for one in row["fields"]],
                        }
                    )
            elif block["field"].name != "language":
                found.append(self._said(block["field"]))
        return [one for one in found if one.get("text") or one.get("rows")]

    def _said(self, field: Any) -> dict[str, Any]:
        value = field.value()
        if isinstance(field.field, forms.ChoiceField):
            for key, label in _flat_choices(cast(Iterable[Any], field.field.choices)):
                if str(key) == str(value):
                    return {"label": field.label, "text": str(label)}
        if isinstance(field.field, forms.BooleanField):
            return {"label": field.label, "text": _("Yes") if value else ""}
        return {"label": field.label, "text": str(value or ""), "written": True}

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Every value as a hidden input, for the page on which the act is confirmed."""
        found = []
        for name in self.fields:
            value = self[name].value()
            if value not in (None, "", False):
                found.append((name, "on" if value is True else str(value)))
        return found


def _flat_choices(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def _flat(
    verb: Verb, given: Mapping[str, Any], fixed: Sequence[Mapping[str, Any]]
) -> Iterable[tuple[str, Any]]:
    for spec in verb.fields:
        if spec.kind != "rows":
            yield spec.name, given.get(spec.name, "")
            continue
        rows = list(given.get(spec.name) or ())
        if fixed:
            answers = {str(row.get("item")): row for row in rows}
            rows = [
                {"item": row["item"], "answer": answers.get(str(row["item"]), {}).get("answer", "")}
                for row in fixed
            ]
        for position, row in enumerate(rows):
            for sub in spec.of:
                yield f"{spec.name}.{position}.{sub.name}", row.get(sub.name, "")
    if "language" in given:
        yield "language", given["language"]


def _field_of(spec: Field, choices: Choices | None) -> forms.Field:
    common: dict[str, Any] = {
        "label": spec.label,
        "required": spec.required or spec.depends,
        "help_text": spec.help,
    }
    if spec.kind == "yes":
        return forms.BooleanField(**common)
    if spec.kind == "choice":
        options = list(choices if choices is not None else spec.choices)
        if len(options) < FEW:
            return forms.ChoiceField(**common, choices=options, widget=forms.RadioSelect)
        return forms.ChoiceField(**common, choices=[("", _("Choose")), *options])
    if spec.kind == "money":
        return forms.CharField(**common, widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}))
    if spec.kind == "date":
        return forms.CharField(**common, widget=forms.DateInput(attrs={"type": "date"}))
    if spec.kind == "line":
        return forms.CharField(**common, widget=forms.TextInput(attrs={"dir": "auto"}))
    return forms.CharField(**common, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
