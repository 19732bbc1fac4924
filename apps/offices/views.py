"""The pages of offices: parse, call one service, answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.accounts.choices import NATIVE_NAMES
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse_if
from apps.offices import duties, explanations, overviews, permissions, queries, services
from apps.offices.forms import (
    AppointmentForm,
    ConfirmationForm,
    SuccessorForm,
)
from apps.offices.models import (
    Absence,
    CalendarVersion,
    Office,
    Post,
    PostHolding,
    WorkingCalendar,
)

PAGE = 50


@access(signed_in)
@require_safe
def office_list(request: HttpRequest) -> HttpResponse:
    """The tree of offices of this day."""
    return render(request, "offices/office_list.html", {"rows": overviews.office_tree(clock.now())})


@access(signed_in)
@require_safe
def office_detail(request: HttpRequest, code: str) -> HttpResponse:
    """An office: who holds what, its clock, the functions held for it and the instruments that cover it."""
    office = get_object_or_404(
        Office.objects.select_related("duty_station__calendar", "serviced_by"), code=code
    )
    at = clock.now()
    today = queries.day_of(at)
    above = Office.objects.in_bulk(chain := queries.ancestors(office.pk, today))
    calendar = office.duty_station.calendar
    versions = overviews.calendar_versions([calendar])[calendar.pk]
    version = overviews.in_force_on(versions, today)
    explained = explanations.of_office(person_of(request), office, at)
    away = {
        row.post_id: row
        for row in Absence.objects.in_force(at).filter(post__office=office).select_related("stand_in")
    }
    context = {
        "office": office,
        "letter_language": NATIVE_NAMES.get(office.letter_language, office.letter_language),
        "above": [above[pk] for pk in reversed(chain)],
        "below": Office.objects.filter(
            placements__parent=office, placements__during__contains=today
        ).order_by("code"),
        "may_appoint": any(act.action == "appoint" and act.is_possible for act in explained),
        "explained": explained,
        "posts": [
            (post, holding, away.get(post.pk)) for post, holding in overviews.posts_and_holders(office, at)
        ],
        "functions": sorted(
            duties.cells(at, office=office).values(), key=lambda cell: cell.function.position
        ),
        "calendar": calendar,
        "version": version,
        "holidays": [h for h in version.holidays.all() if h.date >= today][:12] if version else [],
        "drafts": [v for v in versions if v.confirmed_at is None],
        "instruments": overviews.instrument_rows(
            overviews.instruments_matching(
                overviews.Filters(office=office.code, on=today), user=person_of(request), at=at
            )[:PAGE],
            at,
        ),
    }
    return render(request, "offices/office_detail.html", context)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def post_appoint(request: HttpRequest, code: str) -> HttpResponse:
    """Appoint a person to a post, by an administrator of its office."""
    post = get_object_or_404(Post.objects.select_related("office"), code=code)
    at = clock.now()
    refuse_if(
        Kind.NOT_ALLOWED,
        permissions.reasons_against_appointing(user=person_of(request), office=post.office, at=at),
    )
    form = AppointmentForm(request.POST if request.method == "POST" else None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.assign_post(post=post, by=person_of(request), **form.terms(at))
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
            else:
                messages.success(request, _("The appointment is recorded."))
                return redirect(post.office)
    context = {"form": form, "post": post, "reasons": refused}
    return render(request, "offices/post_appoint.html", context, status=status)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def post_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End an appointment now, after a question."""
    holding = get_object_or_404(PostHolding.objects.select_related("post__office", "user"), pk=pk)
    refuse_if(
        Kind.NOT_ALLOWED,
        permissions.reasons_against_appointing(
            user=person_of(request), office=holding.post.office, at=clock.now()
        ),
    )
    form = SuccessorForm(request.POST if request.method == "POST" else None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.end_holding(
                    holding=holding, by=person_of(request), successor=form.cleaned_data["successor"]
                )
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
            else:
                messages.success(request, _("The appointment has ended."))
                return redirect(holding.post.office)
    context = {"holding": holding, "form": form, "reasons": refused}
    return render(request, "offices/post_end.html", context, status=status)


@access(signed_in)
@require_safe
def calendar_list(request: HttpRequest) -> HttpResponse:
    """The working calendars, with what is in force and what is drafted."""
    today = queries.day_of(clock.now())
    calendars = list(WorkingCalendar.objects.prefetch_related("duty_stations"))
    versions = overviews.calendar_versions(calendars)
    rows = [
        {
            "calendar": calendar,
            "stations": calendar.duty_stations.all(),
            "version": overviews.in_force_on(versions[calendar.pk], today),
            "drafts": [v for v in versions[calendar.pk] if v.confirmed_at is None],
        }
        for calendar in calendars
    ]
    return render(request, "offices/calendar_list.html", {"rows": rows})


@access(signed_in)
@require_safe
def calendar_detail(request: HttpRequest, key: str) -> HttpResponse:
    """A calendar: its versions with their holidays; drafts can be confirmed by an administrator."""
    calendar = get_object_or_404(WorkingCalendar, key=key)
    versions = overviews.calendar_versions([calendar])[calendar.pk]
    explained = explanations.of_calendar(person_of(request), calendar, clock.now())
    context = {
        "calendar": calendar,
        "versions": versions,
        "in_force": overviews.in_force_on(versions, queries.day_of(clock.now())),
        "offices": Office.objects.filter(duty_station__calendar=calendar).order_by("code"),
        "may_confirm": any(act.action == "add_version" and act.is_possible for act in explained),
        "explained": explained,
        "form": ConfirmationForm(),
    }
    return render(request, "offices/calendar_detail.html", context)


@access(by_service)
@require_POST
def calendar_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a drafted version in force."""
    version = get_object_or_404(CalendarVersion.objects.select_related("calendar"), pk=pk)
    services.confirm_calendar_version(
        version=version, authority=request.POST.get("authority", ""), by=person_of(request)
    )
    messages.success(request, _("The calendar is in force; open clocks are computed anew."))
    return redirect("offices:calendar-detail", key=version.calendar.key)
