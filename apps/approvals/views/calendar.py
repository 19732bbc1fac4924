"""The calendar of one's due dates: the page on which its address is made, and what a calendar reads there."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, person_of, public, signed_in
from apps.approvals import feed, services
from apps.approvals.models import CalendarFeed
from apps.audit import clock


@access(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Make, replace or end the address of one's calendar; a new one is shown this once."""
    user = person_of(request)
    address = ""
    if request.method == "POST":
        if request.POST.get("step") == "end":
            services.end_feed(by=user)
            messages.success(request, _("The address opens nothing any more."))
            return redirect("approvals:calendar")
        secret = services.make_feed(by=user)
        address = f"{settings.ICTGOV_ADDRESS}{reverse('approvals:calendar-feed', args=[secret])}"
    found = CalendarFeed.objects.filter(user=user).first()
    return render(request, "approvals/calendar.html", {"address": address, "feed": found})


@access(public)
@never_cache
@require_safe
def feed_of(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar reads at its secret address."""
    user = feed.reader_of(secret)
    if user is None:
        raise Http404
    return HttpResponse(
        feed.calendar_of(user, clock.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="due.ics"'},
    )
