"""The pages of the functions: the catalogue, the matrix, a function, a function of an office, and its evidence.

They stand beside `views`, which holds the pages of offices, instruments and calendars.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, by_service, person_of, signed_in, standing_of
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse_if
from apps.offices import duties, explanations, matrix_rows, overviews, permissions, services
from apps.offices.evidence import shown
from apps.offices.evidence.boxes import EvidenceForm
from apps.offices.evidence.forms import FORMS, FROM_CASES
from apps.offices.export import matrix_csv
from apps.offices.models import Evidence, Function, Office

PAGE = 50


@access(signed_in)
@require_safe
def function_list(request: HttpRequest) -> HttpResponse:
    """The catalogue of functions of the framework, each with how its holders stand."""
    functions = list(Function.objects.all())
    numbers = duties.counts(duties.cells(clock.now(), functions=functions).values())
    rows = [(function, matrix_rows.count_links(function, numbers[function.code])) for function in functions]
    return render(request, "offices/function_list.html", {"rows": rows})


@access(signed_in)
@require_safe
def function_mine(request: HttpRequest) -> HttpResponse:
    """What the person who is signed in has to show, and by when."""
    at = clock.now()
    cells = duties.mine(standing_of(request), at)
    offices = Office.objects.in_bulk({cell.office_id for cell in cells})
    context = {"rows": [(cell, offices[cell.office_id], matrix_rows.due(cell, at)) for cell in cells]}
    return render(request, "offices/function_mine.html", context)


@access(signed_in)
@require_safe
def function_matrix(request: HttpRequest) -> HttpResponse:
    """Offices × functions: who holds what, and how it stands. This page is how 15i is performed."""
    at = clock.now()
    wanted = duties.MatrixFilter.of(request.GET)
    found = duties.matrix(wanted, at)
    context = {
        "as_of": at,
        "wanted": wanted,
        "functions": found.functions,
        "rows": matrix_rows.rows(found),
        "totals": matrix_rows.totals(found, wanted),
        "selects": matrix_rows.selects(wanted),
        "tabs": matrix_rows.tabs(wanted),
        "searched": wanted != duties.MatrixFilter(),
    }
    return render(request, "offices/function_matrix.html", context)


@access(signed_in)
@require_safe
def function_matrix_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV, with the same filters."""
    at = clock.now()
    found = duties.matrix(duties.MatrixFilter.of(request.GET), at)
    response = HttpResponse(matrix_csv(found, at), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="functions-{at:%Y-%m-%d}.csv"'
    return response


@access(signed_in)
@require_safe
def function_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A function: its text, who holds it, on what ground, the last evidence and the standing of each holder."""
    function = get_object_or_404(Function, pk=code)
    at = clock.now()
    cells = list(duties.cells(at, functions=[function]).values())
    if function.code in FROM_CASES:
        cells = [cell for cell in cells if cell.by_report]
    offices = Office.objects.in_bulk({cell.office_id for cell in cells})
    held = duties.holders(cells, at)
    form = FORMS.get(code)
    rows = [
        {
            "office": offices[cell.office_id],
            "cell": cell,
            "held": held[cell.office_id, code],
            "due": matrix_rows.due(cell, at),
        }
        for cell in sorted(cells, key=lambda cell: offices[cell.office_id].code)
    ]
    context = {
        "function": function,
        "form": form,
        "rows": rows,
        "from_cases": function.code in FROM_CASES,
        "numbers": matrix_rows.count_links(function, duties.counts(cells)[code]),
        "instruments": overviews.instrument_rows(
            overviews.instruments_matching(overviews.Filters(function=code), user=person_of(request), at=at)[
                :PAGE
            ],
            at,
        ),
        "explained": explanations.of_function(person_of(request), function, None, at),
    }
    return render(request, "offices/function_detail.html", context)


@access(signed_in)
@require_safe
def function_office(request: HttpRequest, code: str, office: str) -> HttpResponse:
    """A function at an office: who holds it, when evidence is due, and all that was recorded.

    Everybody sees that something was recorded, when and by whom; what it says, only who may read it.
    """
    function, place = _function_at(code, office)
    at = clock.now()
    cell = duties.cells(at, functions=[function], office=place).get((place.pk, code))
    all_of_it = Evidence.objects.of(code, place)
    after = _whole(request.GET.get("after", ""))
    rows = list(
        all_of_it.select_related("recorded_by", "post", "instrument", "corrected_by").order_by(
            "-performed_on", "-recorded_at", "pk"
        )[after : after + PAGE + 1]
    )
    readable = all_of_it.visible_to(standing_of(request)).filter(pk__in=[row.pk for row in rows])
    reads = set(readable.values_list("pk", flat=True))
    authority = permissions.authority_to_record(
        user=person_of(request), function=code, office_id=place.pk, at=at
    )
    context = {
        "function": function,
        "office": place,
        "cell": cell,
        "held": duties.holders([cell], at)[place.pk, code] if cell else [],
        "due": matrix_rows.due(cell, at) if cell else "",
        "rows": [(row, shown.title_of(row.form), row.pk in reads) for row in rows[:PAGE]],
        "next": after + PAGE if len(rows) > PAGE else 0,
        "has_form": code in FORMS,
        "may_record": authority.allowed,
        "reasons": authority.reasons,
    }
    return render(request, "offices/function_office.html", context)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_record(request: HttpRequest, code: str, office: str) -> HttpResponse:
    """The form by which the holder records evidence, or corrects an older row by a new one."""
    function, place = _function_at(code, office)
    form_of = FORMS.get(code)
    if form_of is None:
        raise Http404
    by, at = person_of(request), clock.now()
    authority = permissions.authority_to_record(user=by, function=code, office_id=place.pk, at=at)
    refuse_if(Kind.NOT_ALLOWED, authority.reasons)
    corrects = _corrected(request, function, place)
    initial: dict[str, Any] = {"idempotency_key": uuid.uuid4().hex}
    if corrects is not None:
        initial |= {**corrects.values, "performed_on": corrects.performed_on}
    form = EvidenceForm(
        form_of,
        request.POST if request.method == "POST" else None,
        corrects=corrects is not None,
        initial=initial,
    )
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        try:
            services.record_evidence(by=by, function=code, office=place, corrects=corrects, **form.given())
        except Refused as refusal:
            status, refused = refusal.status, refusal.reasons
            form.show(refused)
        else:
            return _thank(request, function, place)
    context = {
        "form": form,
        "function": function,
        "office": place,
        "title": form_of.title,
        "corrects": corrects,
        "ground": authority.instrument,
        "reasons": [reason for reason in refused if reason.who_can],
    }
    return render(request, "offices/evidence_record.html", context, status=status)


@access(signed_in)
@require_safe
def evidence_detail(request: HttpRequest, code: str, pk: uuid.UUID) -> HttpResponse:
    """What one row of evidence says, to whom may read it; to others it is not there."""
    row = get_object_or_404(
        Evidence.objects.visible_to(standing_of(request)).select_related(
            "function", "office", "post__office", "recorded_by", "instrument", "corrects", "corrected_by"
        ),
        pk=pk,
        function=code,
    )
    authority = permissions.authority_to_record(
        user=person_of(request), function=code, office_id=row.office_id, at=clock.now(), explain=False
    )
    newer = getattr(row, "corrected_by", None)
    context = {
        "row": row,
        "title": shown.title_of(row.form),
        "day_label": shown.day_label(row.form),
        "answers": shown.answers(row.form, row.values, row.language),
        "newer": newer,
        "may_correct": authority.allowed and newer is None,
    }
    return render(request, "offices/evidence_detail.html", context)


def _thank(request: HttpRequest, function: Function, office: Office) -> HttpResponse:
    messages.success(request, _("The evidence is recorded; the time to the next one runs."))
    return redirect("offices:function-office", code=function.code, office=office.code)


def _whole(text: str) -> int:
    """A place in a list as it stood in an address; the beginning where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _function_at(code: str, office: str) -> tuple[Function, Office]:
    return get_object_or_404(Function, pk=code), get_object_or_404(
        Office.objects.select_related("duty_station"), code=office
    )


def _corrected(request: HttpRequest, function: Function, office: Office) -> Evidence | None:
    given = request.POST.get("corrects") or request.GET.get("corrects") or ""
    if not given:
        return None
    try:
        pk = uuid.UUID(given)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(
        Evidence.objects.visible_to(standing_of(request)), pk=pk, function=function, office=office
    )
