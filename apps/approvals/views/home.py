"""My work: what waits for me, and everything else that I may see (interface.md, Home)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from apps.accounts import look
from apps.accounts.access import access, signed_in
from apps.approvals import queries
from apps.approvals.choices import Capacity
from apps.approvals.permissions import LOAD_READERS
from apps.approvals.queues import COUNT_BOUND, TABS, Queue
from apps.approvals.standing import COMMITTEE, Viewer
from apps.approvals.vacancies import alerts_of
from apps.approvals.views.rows import RowDrawing, case_address
from apps.offices.choices import Role

LOOKERS = frozenset({*COMMITTEE, Role.AUDITOR, Role.ADMINISTRATOR})
FILTERS = ("", "soon", "overdue")


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
            "rows": RowDrawing(tab).all(found.rows),
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
            "load_url": reverse("approvals:load") if viewer.roles & set(LOAD_READERS) else "",
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
