"""The inbox: what a person has been told, and marking it as read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import navigation
from apps.accounts.access import access, person_of, signed_in, standing_of
from apps.audit import clock
from apps.audit.reasons import Reason, Refused
from apps.notices import queries, services
from apps.notices.ways import CHOICES, HELP

ROWS = 50


@access(signed_in)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List what the person has been told, newest first, fifty at a time; all, or what is not read yet."""
    user = person_of(request)
    unread_only = request.GET.get("show") == "unread"
    now = clock.now()
    standing = standing_of(request)
    rows = queries.inbox(user, now, standing=standing)
    if unread_only:
        rows = rows.filter(read_at=None)
    before = _mark_of(request.GET.get("before", ""))
    if before is not None:
        rows = queries.before(rows, *before)
    found = list(rows[: ROWS + 1])
    shown = found[:ROWS]
    unread = queries.unread_count(user, now, standing=standing)
    more = {"show": "unread"} if unread_only else {}
    next_url = ""
    if len(found) > ROWS:
        last = shown[-1]
        next_url = "?" + urlencode({**more, "before": f"{last.visible_at.isoformat()},{last.pk}"})
    context: dict[str, Any] = {
        "lines": [queries.line(notice, user) for notice in shown],
        "unread": unread,
        "unread_only": unread_only,
        "next_url": next_url,
        "previous_url": ("?" + urlencode(more)) if before is not None else "",
        "tabs": [
            {"label": _("All"), "url": reverse("notices:inbox"), "current": not unread_only, "count": None},
            {"label": _("Not read"), "url": "?show=unread", "current": unread_only, "count": unread},
        ],
    }
    return render(request, "notices/inbox.html", context)


@access(signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and keep how one's messages come."""
    user = person_of(request)
    given = queries.ways_of(user)
    reasons: Sequence[Reason] = ()
    if request.method == "POST":
        given = {name: request.POST.get(name, "")[:40] for name in given}
        try:
            services.choose_messages(**given, by=user)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Saved. It holds for every message from now on."))
            return redirect("notices:preferences")
    groups = [
        {
            "name": str(group),
            "label": group.label,
            "help": HELP[group],
            "choices": [(str(way), way.label, given[group] == way) for way in ways],
        }
        for group, ways in CHOICES.items()
    ]
    context = {"groups": groups, "reasons": reasons}
    return render(request, "notices/preferences.html", context, status=400 if reasons else 200)


@access(signed_in)
@require_POST
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one notice as read, and go where it leads if that was asked for."""
    user = person_of(request)
    with transaction.atomic():
        notice = services.mark_read(notice_id=notice_id, by=user)
    navigation.forget_held()
    if request.POST.get("then") == "open" and notice.link:
        return HttpResponseRedirect(notice.link)
    return redirect("notices:inbox")


@access(signed_in)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything that the person can see as read."""
    with transaction.atomic():
        marked = services.mark_all_read(by=person_of(request))
    navigation.forget_held()
    if marked:
        text = ngettext(
            "%(count)d notice is marked as read.", "%(count)d notices are marked as read.", marked
        )
        messages.success(request, text % {"count": marked})
    return redirect("notices:inbox")


def _mark_of(text: str) -> tuple[datetime, UUID] | None:
    at, _comma, notice_id = text.partition(",")
    try:
        return clock.instant_of(at), UUID(notice_id)
    except ValueError:
        return None
