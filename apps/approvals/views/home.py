"""My work: what waits for me, and everything else that I may see (interface.md, Home)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from apps.accounts import look
from apps.accounts.access import access, signed_in
from apps.approvals import queries
from apps.approvals.choices import Capacity
from apps.approvals.queues import COUNT_BOUND, TABS, Queue, QueueRow
from apps.approvals.standing import COMMITTEE, Viewer
from apps.approvals.subjects import subject_for
from apps.approvals.vacancies import alerts_of
from apps.offices.choices import Role

LOOKERS = frozenset({*COMMITTEE, Role.AUDITOR, Role.ADMINISTRATOR})
FILTERS = ("", "soon", "overdue")
STATE_OF_OUTCOME = {
    "approved": "approved",
    "approved_with_conditions": "conditional",
    "not_approved": "refused",
    "withdrawn": "withdrawn",
    "registered": "registered",
}


@access(signed_in)
@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """Show the queue of the person who is signed in."""
    viewer = queries.viewer_of_request(request)
    search = request.GET.get("q", "")
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = "all" if search or (viewer.roles and viewer.roles <= LOOKERS) else "mine"
    only = request.GET.get("only", "")
    only = only if tab == "mine" and only in FILTERS else ""
    found = queries.queue(viewer, tab=tab, only=only, search=search, cursor=request.GET.get("after", ""))
    return render(
        request,
        "approvals/my_work.html",
        {
            "found": found,
            "rows": [draw_row(row, tab, look.date_locale()) for row in found.rows],
            "tab": tab,
            "only": only,
            "counts": count_links(found, tab, only),
            "tabs": tab_links(found, tab, search),
            "chips": search_chips(found, tab),
            "empty": empty_state(found, viewer, tab, only),
            "next_url": _address(tab=tab, only=only, q=search, after=found.next_cursor)
            if found.next_cursor
            else "",
            "first_url": _address(tab=tab, only=only, q=search) if request.GET.get("after") else "",
            "start_url": start_url(viewer),
            "alerts": alert_rows(viewer) if tab == "mine" else [],
        },
    )


def _address(**given: str) -> str:
    asked = {key: value for key, value in given.items() if value}
    return f"?{urlencode(asked)}" if asked else "?tab=mine"


def bounded(number: int) -> str:
    """A count as people read it; from the bound on "1,000+"."""
    return str(look.number(number)) if number < COUNT_BOUND else f"{look.amount_text(COUNT_BOUND, '')}+"


def count_links(found: Queue, tab: str, only: str) -> list[dict[str, Any]]:
    """The three numbers, each a filter."""
    words = {
        "": _("your turn"),
        "soon": _("due within 5 working days"),
        "overdue": _("overdue"),
    }
    return [
        {
            "number": look.mark_safe(bounded(found.counts["mine" if key == "" else key])),
            "label": words[key],
            "url": _address(tab="mine", only=key),
            "current": tab == "mine" and only == key,
            "bad": key == "overdue" and found.counts["overdue"] > 0,
        }
        for key in FILTERS
    ]


def tab_links(found: Queue, tab: str, search: str) -> list[dict[str, Any]]:
    """The tabs; a search goes along."""
    labels = {
        "mine": _("Your turn"),
        "waiting": _("Waiting for others"),
        "returned": _("Returned"),
        "done": _("Done"),
        "all": _("All cases"),
    }
    return [
        {
            "label": labels[key],
            "url": _address(tab=key, q=search),
            "current": key == tab,
            "count": bounded_text(found.counts["mine"]) if key == "mine" else None,
        }
        for key in TABS
    ]


def bounded_text(number: int) -> str:
    return f"{COUNT_BOUND}+" if number >= COUNT_BOUND else str(number)


def search_chips(found: Queue, tab: str) -> list[dict[str, str]]:
    """The tokens of the search as chips that can be taken away."""
    return [
        {
            "text": token.label,
            "remove_url": _address(tab=tab, q=found.search.without(token)),
            "icon": "filter",
        }
        for token in found.search.tokens
    ]


def alert_rows(viewer: Viewer) -> list[dict[str, Any]]:
    """The turns at which nobody is there, that this person is to mend, each with the act that does."""
    texts = {
        "vacant": (_("Nobody holds the post"), _("Appoint or designate")),
        "away": (_("The holder is away, and nobody stands in"), _("Name who stands in")),
        "nobody": (_("Nobody at this desk may take it"), _("See why, and give it to another")),
    }
    found = []
    for row in alerts_of(viewer):
        text, act = texts[row.kind]
        url = row.post.get_absolute_url() if row.post is not None else row.turn.office.get_absolute_url()
        if row.kind == "nobody" and row.turn.capacity == Capacity.DECIDER:
            text, act, url = (
                _("Nobody has the authority to decide it"),
                _("See the instruments"),
                _instruments(),
            )
        elif row.kind == "nobody":
            url = reverse("approvals:reassign", args=[row.handle, row.turn.desk])
        found.append(
            {
                "text": text,
                "act": act,
                "url": url,
                "case_url": case_address(row.handle),
                "title": row.title,
                "language": row.language,
                "desk": row.desk,
                "step": row.step,
                "office": row.turn.office.code,
                "due_at": row.turn.due_at,
            }
        )
    return found


def _instruments() -> str:
    return reverse("offices:instrument-list")


def start_url(viewer: Viewer) -> str:
    """Where a submitter starts an initiative; nothing for others."""
    if not viewer.has(Role.SUBMITTER):
        return ""
    try:
        return reverse("initiatives:screening")
    except NoReverseMatch:
        return ""


def case_address(handle: str) -> str:
    """The address of a case, without asking the resolver for each row."""
    return f"/cases/{handle}/"


def draw_row(row: QueueRow, tab: str, language: str) -> SafeString:
    """A row, as short as can be (fifty of them within 30 kB): end tags that HTML lets out are left out.

    One link a row where the act is done on the page of the case; else the title leads to the case.
    """
    url, act_url = case_address(row.handle), _act_address(row, tab)
    title: Any = row.title
    if row.language != language:
        title = look.words(row.title, row.language)
    if not act_url.startswith(f"{url}#") and act_url != url:
        title = look.format_html('<a href="{}">{}</a>', url, title)
    depth = _("review depth %(n)s") % {"n": row.tier} if row.tier else _("draft")
    return look.format_html(
        '<tr data-row><td><a href="{}">{}</a>{}<td>{}<small><b>{}</b> · {}</small><td>{}<td>{}<td>{}{}</tr>\n',
        act_url,
        row.act or row.stage,
        look.format_html("<small>{}</small>", row.desk) if tab != "mine" and row.desk else "",
        title,
        row.handle if row.handle.startswith("OICT-") else row.office,
        depth,
        look.amount_text(row.value_usd, "USD") if row.value_usd is not None else "",
        _due(row),
        _("%(n)d of %(m)d in") % {"n": row.in_count, "m": row.of_count} if row.of_count else "",
        look.format_html("<small>{}</small>", taken) if (taken := _taken(row) or _for(row, tab)) else "",
    )


def _act_address(row: QueueRow, tab: str) -> str:
    if tab == "mine":
        if row.step_key == "assess" and row.taken_by_me:
            return f"{case_address(row.handle)}assess/{row.desk_key}/"
        if row.step_key == "decide":
            return f"{case_address(row.handle)}acts/decide/"
        if row.step_key == "draft" and (edit := edit_address(row.subject_kind, row.subject_id)):
            return edit
        return f"{case_address(row.handle)}#acts"
    return case_address(row.handle)


def edit_address(subject_kind: str, subject_id: Any) -> str:
    """Where the subject's draft is written; nothing where its app has no such page."""
    try:
        name = subject_for(subject_kind).edit_url_name
        return reverse(name, args=[subject_id]) if name else ""
    except (KeyError, NoReverseMatch):
        return ""


def _taken(row: QueueRow) -> str:
    if row.taken_by_me:
        return _("taken by you")
    return _("taken by %(name)s") % {"name": row.taken_by} if row.taken_by else ""


def _for(row: QueueRow, tab: str) -> str:
    """For whom the turn is theirs, and until when: they stand in."""
    if tab != "mine" or not row.for_name or row.for_until is None:
        return ""
    until = formats.date_format(
        row.for_until.astimezone(look.zone_of()), pgettext("a date", "j M Y"), use_l10n=False
    )
    return _("for %(name)s until %(until)s") % {"name": row.for_name, "until": until}


def _due(row: QueueRow) -> SafeString | str:
    if row.outcome:
        return look.state(STATE_OF_OUTCOME.get(row.outcome_key, "quiet"), row.outcome)
    if row.is_paused:
        return look.state("paused", _("clock paused"))
    if row.due_at is None:
        return look.nothing(_("no deadline"))
    at = row.due_at.astimezone(look.zone_of())
    tone = "late" if row.is_overdue else "near" if row.left is not None and row.left <= 2 else ""
    left = look.days_left_text(row.left) if row.left is not None else ""
    return look.format_html(
        "{}<time{} datetime={}>{}</time><small>{}</small>",
        look.icon("alert") if row.is_overdue else "",
        look.format_html(" class={}", tone) if tone else "",
        f"{at:%Y-%m-%d}",
        formats.date_format(at, pgettext("a date", "j M Y"), use_l10n=False),
        " · ".join(part for part in (left, row.place) if part),
    )


def empty_state(found: Queue, viewer: Viewer, tab: str, only: str) -> dict[str, str]:
    """What would fill an empty list."""
    if found.rows:
        return {}
    if found.search.text:
        return {
            "icon": "search",
            "title": _("Nothing found for “%(text)s”") % {"text": found.search.text},
            "text": _(
                "Search looks in titles and numbers. Tokens narrow it: office:UNMISS, tier:2, value:>250k, "
                "due:<5d, due:late."
            ),
            "url": _address(tab="all"),
            "link_text": _("See all cases"),
        }
    texts = {
        "mine": (
            "inbox",
            _("Nothing waits for you"),
            _("A case comes here when the turn passes to a post that you hold. You also get a message then.")
            if viewer.roles - LOOKERS
            else _("You hold no post at a desk of the review, so no turn comes to you."),
        ),
        "waiting": (
            "clock",
            _("You wait for nobody"),
            _("A case that you acted on stands here while others have the turn."),
        ),
        "returned": (
            "undo",
            _("Nothing was returned"),
            _(
                "A case that comes back to your office, with questions or a reason, stands here until you answer."
            ),
        ),
        "done": (
            "check",
            _("Nothing is done yet"),
            _("A case that you had a part in stands here once it is closed."),
        ),
        "all": (
            "list",
            _("There is no case that you may see"),
            _("Cases of your office stand here from their first draft on; others once they are submitted."),
        ),
    }
    icon, title, text = texts[tab]
    if tab == "mine" and only:
        title = _("Nothing is overdue") if only == "overdue" else _("Nothing is due within 5 working days")
        return {
            "icon": "check",
            "title": title,
            "text": ngettext("You have %(n)d turn.", "You have %(n)d turns.", found.counts["mine"])
            % {"n": found.counts["mine"]},
            "url": _address(tab="mine"),
            "link_text": _("See all your turns"),
        }
    url, link = ("", "")
    if tab == "mine":
        url, link = _address(tab="all"), _("See all cases")
    return {"icon": icon, "title": title, "text": text, "url": url, "link_text": link}
