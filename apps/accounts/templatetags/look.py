"""Tags and filters of the look; docs/components.md says how to use them."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.utils.safestring import SafeString

from apps.accounts import look

register = template.Library()

register.simple_tag(look.icon, name="icon")
register.simple_tag(look.narrative, name="narrative")
register.simple_tag(look.words, name="words")
register.simple_tag(look.state, name="state")
register.simple_tag(look.clock_badge, name="clock_badge")
register.simple_tag(look.turn_chip, name="turn_chip")
register.simple_tag(look.score, name="score")
register.simple_tag(look.progress, name="progress")
register.simple_tag(look.chip, name="chip")
register.simple_tag(look.term, name="term")
register.simple_tag(look.number, name="number")
register.filter("money", look.money)
register.filter("code", look.code)
register.filter("isolate", look.isolate)
register.filter("day", look.day)
register.filter("lang_dir", look.language_attributes)
register.filter("reason_lines", look.reason_lines)


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for an attribute, which escapes it like any text."""
    return json.dumps(value)


@register.filter
def moment(at: datetime | None, viewer: Any = None) -> SafeString:
    """Draw an instant: `{{ at|moment:user }}`, or in the zone of the request: `{{ at|moment }}`."""
    return look.moment(at, viewer)


@register.filter
def figure(value: Any, places: int = 0) -> SafeString:
    """Draw a number with grouped figures: `{{ n|figure }}`, `{{ rate|figure:2 }}`."""
    return look.number(value, places)


@register.filter
def percent(value: Any, places: int = 1) -> SafeString:
    """Draw a share (0.125) as a percentage (12.5 %)."""
    if value is None or value == "":
        return look.nothing()
    return look.number(look.Decimal(str(value)) * 100, places, "%")


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return `mapping[key]`, or nothing."""
    try:
        return mapping.get(key)
    except AttributeError:
        return getattr(mapping, str(key), None)


@register.filter
def widget_kind(field: BoundField) -> str:
    """Return how a field is laid out: `choices`, `check`, `area`, `select`, `file`, `hidden` or `line`."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    names = {kind.__name__ for kind in type(widget).__mro__}
    if names & {"RadioSelect", "CheckboxSelectMultiple"}:
        return "choices"
    if "CheckboxInput" in names:
        return "check"
    if "Textarea" in names:
        return "area"
    if "Select" in names:
        return "select"
    if names & {"FileInput", "ClearableFileInput"}:
        return "file"
    return "line"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the query string with changes: `{% query tab="done" after=None %}`; None takes one away."""
    current: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            current.pop(key, None)
        else:
            current[key] = str(value)
    pairs = [(key, value) for key, values in current.lists() for value in values]
    return "?" + urlencode(pairs) if pairs else "?"
