"""The pages of a post, and of who decides in the CITO's place: who is away, who stands in, and who can do what."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse_if
from apps.offices import absences, explanations, queries, services, two_hands
from apps.offices.forms import AbsenceForm, StandbyForm
from apps.offices.models import Absence, Post

LAST = 20


@access(signed_in)
@require_safe
def post_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A post: its holder, its absences, and each act on it with why and who can."""
    post = get_object_or_404(Post.objects.select_related("office"), code=code)
    at = clock.now()
    rows = post.absences.select_related("holder", "stand_in", "recorded_by").order_by("-during")[:LAST]
    acts = explanations.of_post(person_of(request), post, at)
    context = {
        "post": post,
        "holder": queries.holder_of(post, at),
        "absences": [
            {
                "absence": row,
                "state": _state(row, at),
                "may_end": not absences.reasons_against_ending(absence=row, at=at),
            }
            for row in rows
        ],
        "acts": acts,
        "buttons": [act for act in acts if act.action in ("record_absence", "appoint", "end_appointment")],
        "may_end": any(act.action == "record_absence" and act.is_possible for act in acts)
        or not absences.reasons_against_recording(user=person_of(request), post=post, at=at),
    }
    return render(request, "offices/post_detail.html", context)


def _state(row: Absence, at: datetime) -> tuple[str, str]:
    if row.called_off:
        return "quiet", _("Called off")
    if row.during.lower > at:
        return "hold", _("Not begun")
    if row.during.upper <= at:
        return "quiet", _("Over")
    return "good", _("Now")


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def post_absence(request: HttpRequest, code: str) -> HttpResponse:
    """Record that the holder of a post is away, and who stands in."""
    post = get_object_or_404(Post.objects.select_related("office"), code=code)
    person, at = person_of(request), clock.now()
    refuse_if(Kind.NOT_ALLOWED, absences.reasons_against_recording(user=person, post=post, at=at))
    form = AbsenceForm(request.POST if request.method == "POST" else None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.record_absence(post=post, by=person, **form.terms(at))
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
            else:
                messages.success(request, _("The absence is recorded."))
                return redirect("offices:post-detail", code=post.code)
    context = {"form": form, "post": post, "holder": queries.holder_of(post, at), "reasons": refused}
    return render(request, "offices/post_absence.html", context, status=status)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def absence_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End an absence now, after a question."""
    absence = get_object_or_404(Absence.objects.select_related("post__office", "holder", "stand_in"), pk=pk)
    person, at = person_of(request), clock.now()
    refuse_if(Kind.NOT_ALLOWED, absences.reasons_against_recording(user=person, post=absence.post, at=at))
    if request.method == "POST":
        services.end_absence(absence=absence, by=person)
        messages.success(request, _("The absence has ended."))
        return redirect("offices:post-detail", code=absence.post.code)
    refuse_if(Kind.CONFLICT, absences.reasons_against_ending(absence=absence, at=at))
    context = {"absence": absence, "begun": absence.during.lower <= at}
    return render(request, "offices/absence_end.html", context)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_designate(request: HttpRequest) -> HttpResponse:
    """The form that drafts, in order, who decides in the CITO's place."""
    person, at = person_of(request), clock.now()
    refuse_if(Kind.NOT_ALLOWED, two_hands.reasons_against_drafting(user=person, at=at))
    form = StandbyForm(request.POST if request.method == "POST" else None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.designate_standbys(by=person, **form.terms())
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
            else:
                text = _("The drafts are in the register. They give nothing until another issues them.")
                messages.success(request, text)
                return redirect("offices:instrument-list")
    return render(
        request, "offices/instrument_designate.html", {"form": form, "reasons": refused}, status=status
    )
