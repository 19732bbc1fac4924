"""The rows of a list of cases, drawn without a template: fifty of them cost what they must, and no more.

Words that come back in row after row (a stage, a date, an amount's currency) are escaped and put into the reader's
language once for the page; what people typed is escaped where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from html import escape
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.accounts import look
from apps.approvals.queues import QueueRow
from apps.approvals.subjects import subject_for

STATE_OF_OUTCOME = {
    "approved": "approved",
    "approved_with_conditions": "conditional",
    "not_approved": "refused",
    "withdrawn": "withdrawn",
    "registered": "registered",
}


def case_address(handle: str) -> str:
    """The address of a case, without asking the resolver for each row."""
    return f"/cases/{handle}/"


def edit_address(subject_kind: str, subject_id: Any) -> str:
    """Where the subject's draft is written; nothing where its app has no such page."""
    try:
        name = subject_for(subject_kind).edit_url_name
        return reverse(name, args=[subject_id]) if name else ""
    except (KeyError, NoReverseMatch):
        return ""


class RowDrawing:
    """Draws the rows of one page, in the active language and zone. `tab` is the list on which they stand."""

    def __init__(self, tab: str) -> None:
        self._tab = tab
        self._language = look.date_locale()
        self._zone = look.zone_of()
        self._pattern = pgettext("a date", "j M Y")
        self._texts = {
            "depth": _("review depth %(n)s"),
            "draft": escape(_("draft")),
            "in": _("%(n)d of %(m)d in"),
            "by_you": escape(_("taken by you")),
            "by": _("taken by %(name)s"),
            "for": _("for %(name)s until %(until)s"),
        }
        # for the page alone: words in this language, by what they say
        self._word = cache(lambda text: escape(str(text)))
        self._said = cache(lambda on: escape(formats.date_format(on, self._pattern, use_l10n=False)))
        self._day = cache(lambda on: f" datetime={on.isoformat()}>{self._said(on)}")
        self._left = cache(self._left_at)
        self._state = cache(lambda key, label: str(look.state(key, label)))
        self._depth = cache(lambda tier: escape(self._texts["depth"] % {"n": tier}))
        self._amount = cache(lambda value: escape(look.amount_text(value, "USD")))

    def all(self, rows: Iterable[QueueRow]) -> list[SafeString]:
        return [self.one(row) for row in rows]

    def one(self, row: QueueRow) -> SafeString:
        """A row, as short as can be (fifty of them within 30 kB): end tags that HTML lets out are left out.

        One link a row where the act is done on the page of the case; else the title leads to the case.
        """
        handle = escape(row.handle)
        url, act_url = case_address(handle), act_address(row, handle, self._tab)
        title = escape(row.title) if row.language == self._language else look.words(row.title, row.language)
        if not act_url.startswith(f"{url}#") and act_url != url:
            title = f'<a href="{url}">{title}</a>'
        desk = f"<small>{self._word(row.desk)}</small>" if row.desk and self._tab != "mine" else ""
        name = handle if handle.startswith("OICT-") else self._word(row.office)
        depth = self._depth(row.tier) if row.tier else self._texts["draft"]
        amount = self._amount(row.value_usd) if row.value_usd is not None else ""
        how_many = ""
        if row.of_count:
            how_many = escape(self._texts["in"] % {"n": row.in_count, "m": row.of_count})
        who = self._taken(row) or self._for(row)
        return mark_safe(  # noqa: S308 - each part is escaped above
            f'<tr data-row><td><a href="{act_url}">{self._word(row.act or row.stage)}</a>{desk}<td>{title}'
            f"<small><b>{name}</b> · {depth}</small><td>{amount}<td>{self._due(row)}<td>{how_many}"
            f"{f'<small>{who}</small>' if who else ''}</tr>\n"
        )

    def _taken(self, row: QueueRow) -> str:
        if row.taken_by_me:
            return self._texts["by_you"]
        return escape(self._texts["by"] % {"name": row.taken_by}) if row.taken_by else ""

    def _for(self, row: QueueRow) -> str:
        """For whom the turn is theirs, and until when: they stand in."""
        if self._tab != "mine" or not row.for_name or row.for_until is None:
            return ""
        until = self._said(self._local(row.for_until))
        return f"{escape(self._texts['for'] % {'name': row.for_name, 'until': until})}"

    def _left_at(self, left: int | None, place: str) -> str:
        """How many days are left, and where they are counted."""
        said = escape(look.days_left_text(left)) if left is not None else ""
        return " · ".join(part for part in (said, escape(place)) if part)

    def _local(self, at: Any) -> date:
        return at.astimezone(self._zone).date()

    def _due(self, row: QueueRow) -> str:
        if row.outcome:
            return self._state(STATE_OF_OUTCOME.get(row.outcome_key, "quiet"), row.outcome)
        if row.is_paused:
            return self._state("paused", _("clock paused"))
        if row.due_at is None:
            return str(look.nothing(_("no deadline")))
        on = self._local(row.due_at)
        sign, mark = "", ""
        if row.is_overdue:
            sign, mark = str(look.icon("alert")), " class=late"
        elif row.left is not None and row.left <= 2:
            mark = " class=near"
        return f"{sign}<time{mark}{self._day(on)}</time><small>{self._left(row.left, row.place)}</small>"


def act_address(row: QueueRow, handle: str, tab: str) -> str:
    if tab == "mine":
        if row.step_key == "assess" and row.taken_by_me:
            return f"{case_address(handle)}assess/{row.desk_key}/"
        if row.step_key == "decide":
            return f"{case_address(handle)}acts/decide/"
        if row.step_key == "draft" and (edit := edit_address(row.subject_kind, row.subject_id)):
            return edit
        return f"{case_address(handle)}#acts"
    return case_address(handle)
