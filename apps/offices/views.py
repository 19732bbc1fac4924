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
from apps.audit.reasons import Kind, Reason, Refused, refuse_if, remedy_of, sentence
from apps.offices import explanations, overviews, permissions, queries, services
from apps.offices.forms import (
    AppointmentForm,
    ConfirmationForm,
    InstrumentFilterForm,
    InstrumentForm,
    RevocationForm,
    SuccessorForm,
)
from apps.offices.models import (
    Absence,
    CalendarVersion,
    Function,
    Instrument,
    InstrumentStandby,
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
        "functions": overviews.functions_at(office, at),
        "calendar": calendar,
        "version": version,
        "holidays": [h for h in version.holidays.all() if h.date >= today][:12] if version else [],
        "drafts": [v for v in versions if v.confirmed_at is None],
        "instruments": overviews.instrument_rows(
            overviews.instruments_matching(overviews.Filters(office=office.code, on=today))[:PAGE], at
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
    form = AppointmentForm(request.POST or None)
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
def function_list(request: HttpRequest) -> HttpResponse:
    """The catalogue of functions of the framework."""
    return render(request, "offices/function_list.html", {"functions": Function.objects.all()})


@access(signed_in)
@require_safe
def function_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A function: who holds it by the report itself, and under which instruments."""
    function = get_object_or_404(Function, pk=code)
    at = clock.now()
    context = {
        "function": function,
        "explained": explanations.of_function(person_of(request), function, None, at),
        "offices": Office.objects.filter(
            paragraph_holdings__paragraph=function.paragraph,
            paragraph_holdings__during__contains=queries.day_of(at),
        ).order_by("code"),
        "instruments": overviews.instrument_rows(
            overviews.instruments_matching(overviews.Filters(function=code))[:PAGE], at
        ),
    }
    return render(request, "offices/function_detail.html", context)


@access(signed_in)
@require_safe
def instrument_list(request: HttpRequest) -> HttpResponse:
    """The register of instruments, searched by office, function, holder and date."""
    form = InstrumentFilterForm(request.GET or None)
    filters = form.filters() if form.is_bound else overviews.Filters()
    found = overviews.instruments_matching(filters)
    number = request.GET.get("after", "")
    after = Instrument.objects.filter(number=number).first() if number else None
    if after is not None:
        found = found.filter(issued_at__lte=after.issued_at).exclude(
            issued_at=after.issued_at, number__gte=after.number
        )
    rows = overviews.instrument_rows(found[: PAGE + 1], clock.now())
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].instrument.number if len(rows) > PAGE else "",
        "searched": any(request.GET.get(name) for name in form.fields),
        "issuing": explanations.issuing(person_of(request), clock.now()),
    }
    return render(request, "offices/instrument_list.html", context)


@access(signed_in)
@require_safe
def instrument_detail(request: HttpRequest, number: str) -> HttpResponse:
    """An instrument as it was issued; it prints on one sheet."""
    instrument = _instrument(number)
    at = clock.now()
    covered = Office.objects.filter(
        pk__in=instrument.coverage.filter(during__contains=max(at, instrument.valid.lower)).values("office")
    )
    explained = explanations.of_instrument(person_of(request), instrument, at)
    context = {
        "instrument": instrument,
        "row": overviews.instrument_row(instrument, at),
        "functions": instrument.functions.order_by("position"),
        "covered": covered.order_by("code"),
        "children": instrument.children.order_by("number"),
        "explained": explained,
        "standby": InstrumentStandby.objects.filter(instrument=instrument).first(),
        "buttons": [act for act in explained if act.action in ("pass_on", "revoke")],
    }
    return render(request, "offices/instrument_detail.html", context)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_issue(request: HttpRequest) -> HttpResponse:
    """The form by which the CITO (or, passing on, the holder of a post) issues an instrument."""
    number = request.GET.get("parent") or request.POST.get("parent") or ""
    parent = _instrument(number) if number else None
    at = clock.now()
    refuse_if(
        Kind.NOT_ALLOWED, permissions.reasons_against_issuing(user=person_of(request), at=at, parent=parent)
    )
    form = InstrumentForm(request.POST or None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                instrument = services.issue_instrument(
                    by=person_of(request), parent=parent, **form.terms(queries.day_of(at))
                )
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
            else:
                messages.success(
                    request, _("Instrument %(number)s is in the register.") % {"number": instrument.number}
                )
                return redirect(instrument)
    context = {"form": form, "parent": parent, "reasons": refused}
    return render(request, "offices/instrument_issue.html", context, status=status)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_revoke(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation of a revocation, with its reason."""
    instrument = _instrument(number)
    refuse_if(
        Kind.NOT_ALLOWED,
        permissions.reasons_against_revoking(user=person_of(request), instrument=instrument, at=clock.now()),
    )
    form = RevocationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.revoke_instrument(
                    instrument=instrument, reason=form.cleaned_data["reason"], by=person_of(request)
                )
            except Refused as refusal:
                status = refusal.status
                for reason in refusal.reasons:
                    form.add_error(None, f"{sentence(reason)} {remedy_of(reason)}".strip())
            else:
                messages.success(request, _("Instrument %(number)s is revoked.") % {"number": number})
                return redirect(instrument)
    context = {"form": form, "row": overviews.instrument_row(instrument, clock.now())}
    return render(request, "offices/instrument_revoke.html", context, status=status)


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


def _instrument(number: str) -> Instrument:
    return get_object_or_404(
        Instrument.objects.select_related(
            "delegator_post__office", "delegator", "delegate_post__office", "parent", "revoked_by"
        ),
        number=number,
    )
