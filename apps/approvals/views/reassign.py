"""Giving a desk's turn to another, by the section chief."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import access, by_service, person_of
from apps.accounts.models import User
from apps.approvals import desks, queries, services
from apps.approvals.labels import desk_label
from apps.approvals.views import offered
from apps.approvals.views.acts import key_of
from apps.audit.reasons import Kind, Reason, Refused


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: HttpRequest, handle: str, desk: str) -> HttpResponse:
    """Choose who gets the turn of a desk, from those who may, and say why."""
    viewer = queries.viewer_of_request(request)
    found = desks.desk_of(viewer, handle, desk)
    refused: tuple[Reason, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            person = _person(request.POST.get("to", ""))
            services.reassign_turn(
                case_id=found.case.pk,
                desk=desk,
                to=person,
                words=request.POST.get("words", ""),
                by=person_of(request),
                idempotency_key=key_of(request),
            )
        except Refused as refusal:
            if refusal.kind == Kind.NOT_FOUND:
                raise
            status, refused = refusal.status, refusal.reasons
        else:
            messages.success(
                request, _("The turn is given to %(name)s. Both are told.") % {"name": person.full_name}
            )
            return HttpResponseRedirect(reverse("approvals:case-detail", args=[found.case.handle]))
    context = {
        "case": found.case,
        "turn": found.turn,
        "label": desk_label(found.case, found.turn),
        "able": [one for one in found.people if not one.reasons],
        "others": [one for one in found.people if one.reasons],
        "reasons": refused,
        "chosen": request.POST.get("to", ""),
        "words": request.POST.get("words", ""),
        "key": key_of(request) if request.method == "POST" else offered.new_key(),
    }
    return render(request, "approvals/reassign.html", context, status=status)


def _person(text: str) -> User:
    try:
        found = User.objects.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused(Kind.INVALID, [Reason("reassign.nobody", field="to")])
    return found
