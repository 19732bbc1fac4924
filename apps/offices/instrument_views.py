"""The pages of instruments: parse, call one service, answer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, Refused, refuse_if, remedy_of, sentence
from apps.offices import explanations, life, overviews, queries, services, two_hands
from apps.offices.effects import Effect, effect_of_taking
from apps.offices.forms import InstrumentFilterForm, InstrumentForm, ReasonForm
from apps.offices.models import Instrument, InstrumentStandby, Office
from apps.offices.offers import ACTS, offers_of, refuse_unless_possible

PAGE = 50


@access(signed_in)
@require_safe
def instrument_list(request: HttpRequest) -> HttpResponse:
    """The register of instruments, searched by office, function, holder, date and state."""
    at, person = clock.now(), person_of(request)
    form = InstrumentFilterForm(request.GET or None)
    filters = form.filters() if form.is_bound else overviews.Filters()
    matching = overviews.instruments_matching(filters, user=person, at=at)
    found = matching
    number = request.GET.get("after", "")
    after = Instrument.objects.visible_to(person, at).filter(number=number).first() if number else None
    if after is not None:
        found = found.filter(drafted_at__lte=after.drafted_at).exclude(
            drafted_at=after.drafted_at, number__gte=after.number
        )
    rows = overviews.instrument_rows(found[: PAGE + 1], at)
    count = matching.order_by().values("pk")[: overviews.COUNT_BOUND + 1].count()
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].instrument.number if len(rows) > PAGE else "",
        "count": min(count, overviews.COUNT_BOUND),
        "is_bounded": count > overviews.COUNT_BOUND,
        "searched": any(request.GET.get(name) for name in form.fields),
        "drafting": explanations.drafting(person, at),
    }
    return render(request, "offices/instrument_list.html", context)


@access(signed_in)
@require_safe
def instrument_detail(request: HttpRequest, number: str) -> HttpResponse:
    """An instrument as it was drafted and what became of it; it prints with everything."""
    at = clock.now()
    instrument = _instrument(request, number)
    covered = Office.objects.filter(
        pk__in=instrument.coverage.filter(during__contains=max(at, instrument.valid.lower)).values("office")
    )
    visible = Instrument.objects.visible_to(person_of(request), at)
    context = {
        "instrument": instrument,
        "row": overviews.instrument_row(instrument, at),
        "because": life.reasons_against_relying(instrument, at),
        "functions": instrument.functions.order_by("position"),
        "covered": covered.order_by("code"),
        "children": overviews.instrument_rows(
            visible.filter(parent=instrument).select_related("delegate_post__office", "parent"), at
        ),
        "successors": visible.filter(supersedes=instrument, withdrawn_at=None),
        "history": overviews.history_of(instrument),
        "standby": InstrumentStandby.objects.filter(instrument=instrument).first(),
        "offers": offers_of(instrument, person_of(request), at),
        "explained": explanations.of_instrument(person_of(request), instrument, at),
    }
    return render(request, "offices/instrument_detail.html", context)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_draft(request: HttpRequest) -> HttpResponse:
    """The form by which an instrument, a sub-delegation or a successor is drafted."""
    asked = request.POST if request.method == "POST" else request.GET
    parent = _named(request, asked.get("parent", ""))
    supersedes = _named(request, asked.get("supersedes", ""))
    if supersedes is not None and parent is None:
        parent = supersedes.parent
    at = clock.now()
    refuse_if(
        Kind.NOT_ALLOWED, two_hands.reasons_against_drafting(user=person_of(request), at=at, parent=parent)
    )
    initial = _terms_of(supersedes or parent)
    if supersedes is not None:
        initial["delegate_post"] = supersedes.delegate_post.code
    form = InstrumentForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                instrument = services.draft_instrument(
                    by=person_of(request),
                    parent=parent,
                    supersedes=supersedes,
                    **form.terms(queries.day_of(at)),
                )
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
            else:
                text = _("The draft %(number)s is in the register. It gives nothing until another issues it.")
                messages.success(request, text % {"number": instrument.number})
                return redirect(instrument)
    context = {
        "form": form,
        "parent": parent,
        "supersedes": supersedes,
        "effect": _effect(request, supersedes),
        "reasons": refused,
    }
    return render(request, "offices/instrument_draft.html", context, status=status)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """The page on which an act with an instrument is confirmed, with what follows from it."""
    if act not in ACTS:
        raise Http404
    wanted = ACTS[act]
    instrument = _instrument(request, number)
    refuse_unless_possible(wanted, instrument, person_of(request), clock.now())
    form = ReasonForm(request.POST if request.method == "POST" else None) if wanted.with_reason else None
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if form is None or form.is_valid():
            given = {"reason": form.cleaned_data["reason"]} if form is not None else {}
            try:
                wanted.service(instrument=instrument, by=person_of(request), **given)
            except Refused as refusal:
                status, refused = refusal.status, refusal.reasons
                if form is not None:
                    for reason in refused:
                        form.add_error(None, f"{sentence(reason)} {remedy_of(reason)}".strip())
            else:
                messages.success(request, str(wanted.done).format(number=number))
                return redirect(instrument)
    taken = instrument if wanted.takes else instrument.supersedes if act == "issue" else None
    context = {
        "act": wanted,
        "title": str(wanted.title).format(number=instrument.number),
        "form": form,
        "row": overviews.instrument_row(instrument, clock.now()),
        "functions": instrument.functions.order_by("position"),
        "taken": taken,
        "effect": _effect(request, taken),
        "reasons": () if form is not None else refused,
    }
    return render(request, "offices/instrument_act.html", context, status=status)


def _effect(request: HttpRequest, instrument: Instrument | None) -> Effect | None:
    if instrument is None:
        return None
    return effect_of_taking(instrument, asker=person_of(request), at=clock.now())


def _terms_of(instrument: Instrument | None) -> dict[str, Any]:
    """What a successor or a sub-delegation begins with: the terms of the other."""
    if instrument is None:
        return {}
    scope = list(instrument.scope_rows.select_related("office"))
    return {
        "legal_basis": instrument.legal_basis,
        "functions": list(instrument.function_rows.values_list("function_id", flat=True)),
        "scope": [row.office.code for row in scope],
        "with_below": any(row.with_below for row in scope),
        "amount_limit": instrument.amount_limit,
        "system_limit": instrument.system_limit,
        "data_limit": instrument.data_limit,
        "conditions": instrument.conditions,
        "reporting_duty": instrument.reporting_duty,
        "reporting_period": instrument.reporting_period,
        "concurrent": instrument.concurrent,
    }


def _named(request: HttpRequest, number: str) -> Instrument | None:
    return _instrument(request, number) if number else None


def _instrument(request: HttpRequest, number: str) -> Instrument:
    rows = Instrument.objects.visible_to(person_of(request), clock.now())
    return get_object_or_404(
        rows.select_related(
            "delegator_post__office",
            "delegator",
            "delegate_post__office",
            "drafted_by",
            "issued_by",
            "accepted_by",
            "parent__delegate_post",
            "supersedes__parent",
            "superseded_by",
        ),
        number=number,
    )
