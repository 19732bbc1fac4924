"""The acts: each verb of the review has one page, made from the table of verbs, and one door, `move_case`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.accounts import look
from apps.accounts.access import access, by_service, person_of
from apps.accounts.confirmation import passkey_challenge
from apps.accounts.errors import STATUS_OF_KIND
from apps.accounts.factors import factor_of
from apps.accounts.services import confirm_code, confirm_passkey, confirm_password
from apps.approvals import queries, services
from apps.approvals.choices import Level, Outcome
from apps.approvals.committee import sitting_of
from apps.approvals.forms import ActForm, read_payload
from apps.approvals.letters import preview_letter
from apps.approvals.models import Case
from apps.approvals.onward import endorser_of
from apps.approvals.queries import CaseView, TimelineRow
from apps.approvals.services import Confirmation, MoveResult, Seen
from apps.approvals.services.fields import clean_payload
from apps.approvals.services.moves import reasons_against_state
from apps.approvals.services.verbs import VERBS, Verb
from apps.approvals.views import offered, reading
from apps.approvals.views.case import decision_of, presenter_of, version_parts, view_of
from apps.audit.reasons import Kind, Reason, Refused

CONFIRMED_BY = ("password", "code")
CONFIRM_FIRST = frozenset(verb.key for verb in VERBS.values() if verb.cannot_be_undone or verb.confirmed)


@access(by_service)
@sensitive_post_parameters("password", "code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, handle: str, verb: str) -> HttpResponse:
    """Compose an act, confirm it where it cannot be undone, and send it to the engine."""
    spec = VERBS.get(verb)
    if spec is None:
        raise Http404
    if request.method != "POST":
        return _compose(request, handle, spec)
    payload = read_payload(spec, request.POST)
    if (changed := _rows_asked(request, handle, spec, payload)) is not None:
        return changed
    if request.POST.get("step") == "edit":
        return _draw(request, view_of(request, handle), spec, given=payload)
    if spec.key in CONFIRM_FIRST and request.POST.get("step") != "sure":
        return _check(request, handle, spec, payload)
    return _send(request, handle, spec, payload)


#: Acts for which the secretary writes down who took part.
AT_COMMITTEE = ("note_decision", "return_decision", "defer_decision")


# Reading what came ----------------------------------------------------------------------------------------------


def seen_of(request: HttpRequest) -> Seen:
    """The version that the page showed; a request without one has read none."""
    number = request.POST.get("seen_version", "")
    return Seen(int(number[:9]) if number.isdecimal() else 0, request.POST.get("seen_hash", "")[:64])


def key_of(request: HttpRequest) -> str:
    """The key of the form that was sent; a form without one is its own only once."""
    key = request.POST.get("idempotency_key", "")[:80]
    return key if key and key.isprintable() else offered.new_key()


def _rows_asked(
    request: HttpRequest, handle: str, spec: Verb, payload: dict[str, Any]
) -> HttpResponse | None:
    """Add or take away a row, which needs no JavaScript; nothing is sent to the engine."""
    add, remove = request.POST.get("add", ""), request.POST.get("remove", "")
    names = [one.name for one in spec.fields if one.kind == "rows"]
    view = view_of(request, handle) if add or remove else None
    if view is None:
        return None
    if add == "proposed" and view.recommendation is not None:
        payload["conditions"] = [*payload["conditions"], *view.recommendation.proposed_conditions]
        return _draw(request, view, spec, given=payload)
    if add in names:
        return _draw(request, view, spec, given=payload, more={add: 1})
    name, _dot, position = remove.partition(".")
    if name in names and position.isdecimal() and int(position) < len(payload[name]):
        del payload[name][int(position)]
    return _draw(request, view, spec, given=payload)


# Composing ------------------------------------------------------------------------------------------------------


def _compose(request: HttpRequest, handle: str, spec: Verb) -> HttpResponse:
    view = view_of(request, handle)
    offer = view.explanation.offer(spec.key)
    if offer is None or not offer.is_possible:
        return _refuse_page(request, view, spec)
    if spec.key == "submit_assessment":
        return HttpResponseRedirect(offered.act_address(view.case, spec.key, offer.desk))
    return _draw(request, view, spec)


def _refuse_page(request: HttpRequest, view: CaseView, spec: Verb) -> HttpResponse:
    """Why this person cannot do this now, and who can; the status is that of the engine's refusal."""
    offer = view.explanation.offer(spec.key)
    state = reasons_against_state(view.case, Seen(view.case.version_number, view.case.version_hash), spec)
    if offer is not None:
        lines = offered.lines_of(offer)
        status = 409 if any(line.get("code") == "case.paused" for line in lines) else 403
    else:
        no_turn = Reason("case.no_turn", {"stage": reading.stage_label(view.case)})
        lines, status = look.reason_lines(state or [no_turn]), 409
    return render(
        request,
        "approvals/act_refused.html",
        {
            "view": view,
            "case": view.case,
            "strip": reading.strip_of(view),
            "verb": spec,
            "reasons": lines,
            "turns": reading.turns_of(view),
        },
        status=status,
    )


def form_of(
    view: CaseView,
    spec: Verb,
    *,
    language: str,
    given: Mapping[str, Any] | None = None,
    more: Mapping[str, int] | None = None,
) -> ActForm:
    """The form of a verb on this case, with what only the case knows: fields to ask about, questions to answer."""
    choices: dict[str, Any] = {}
    fixed: list[dict[str, Any]] = []
    if spec.key in ("request_clarification", "ask_questions"):
        choices["items.field"] = _fields_by_section(view.case)
    if spec.key == "request_clarification" and given is None and view.questions:
        asked = [{"field": one.field, "question": one.question} for one in view.questions]
        given = {"items": asked, "language": view.questions[0].language}
    if spec.key == "answer_clarification":
        open_ones = [one for one in reading.clarifications_of(view) if one["answered_at"] is None]
        fixed = [{"item": item["position"], **item} for one in open_ones for item in one["items"]]
    if spec.key == "authorize_emergency" and given is None and view.emergency is not None:
        given = {
            "amount_max": f"{view.emergency.amount_asked:.2f}",
            "days": str(view.emergency.days_asked),
            "language": language,
        }
    if spec.key == "recommend" and given is None and (last := view.recommendation) is not None:
        given = {
            "outcome": last.outcome,
            "summary": last.summary,
            "dissent": last.dissent,
            "conditions": last.proposed_conditions,
            "language": last.language,
        }
    return ActForm(spec, given=given, choices=choices, fixed=fixed, language=language, more=more)


def _fields_by_section(case: Case) -> list[tuple[str, list[tuple[str, str]]]]:
    presenter = presenter_of(case)
    titles = {one.key: one.title for one in presenter.sections(case.subject_id, case.version_number)}
    found: dict[str, list[tuple[str, str]]] = {}
    for choice in presenter.field_choices():
        found.setdefault(str(titles.get(choice.section, choice.section)), []).append(
            (choice.key, choice.label)
        )
    return list(found.items())


def _draw(
    request: HttpRequest,
    view: CaseView,
    spec: Verb,
    *,
    given: Mapping[str, Any] | None = None,
    more: Mapping[str, int] | None = None,
    reasons: Iterable[Reason] = (),
    status: int = 200,
) -> HttpResponse:
    """The page on which an act is composed; after a refusal with every word as it was typed."""
    form = form_of(view, spec, language=person_of(request).language, given=given, more=more)
    form.take_reasons(reasons)
    template = "approvals/act_decide.html" if spec.key == "decide" else "approvals/act.html"
    return render(request, template, _context(request, view, spec, form, reasons), status=status)


def _context(
    request: HttpRequest, view: CaseView, spec: Verb, form: ActForm, reasons: Iterable[Reason]
) -> dict[str, Any]:
    case = view.case
    codes = {reason.code for reason in reasons}
    seen = seen_of(request) if request.method == "POST" else None
    stale = None
    reads = view.level == Level.FULL and seen is not None and 0 < seen.version_number < case.version_number
    if "case.version_changed" in codes and seen is not None and reads:
        changes = presenter_of(case).difference(case.subject_id, seen.version_number, case.version_number)
        stale = {
            "from": seen.version_number,
            "to": case.version_number,
            "changes": reading.changes_of(changes),
        }
    keep = request.method == "POST" and "case.key_used" not in codes
    context = {
        "view": view,
        "case": case,
        "strip": reading.strip_of(view),
        "verb": spec,
        "form": form,
        "stale": stale,
        "loose": form.loose,
        "key": key_of(request) if keep else offered.new_key(),
        "asks_twice": spec.key in CONFIRM_FIRST,
        "turns": reading.turns_of(view),
        "edit_url": offered.edit_of(view),
        **version_parts(view, case.version_number),
    }
    if spec.key == "hand_on":
        context["endorser"] = endorser_of(case, by=person_of(request), at=view.viewer.at)
    if view.decision is not None and spec.key in AT_COMMITTEE:
        turn = next(iter(view.open_turns))
        context["sitting"] = sitting_of(case, view.decision, turn, view.viewer.at)
    if view.reconsideration is not None:
        context["decided"] = decision_of(view)
    if spec.key == "confirm_assessment":
        context["desks"] = reading.desks_of(view)
    if spec.key in ("decide", "recommend"):
        context |= {
            "questions": _questions_of(view),
            "desks": reading.desks_of(view),
            "authority": offered.authority_of(view),
            "recommended": Outcome(view.recommendation.outcome).label if view.recommendation else "",
        }
    return context


def _questions_of(view: CaseView) -> TimelineRow | None:
    """What the decider of this round asked the lead reviewer."""
    since = view.reconsideration.asked_at if view.reconsideration is not None else None
    asked = (row for row in reversed(view.timeline) if row.verb == "send_back_to_lead")
    return next((row for row in asked if since is None or row.at > since), None)


# Confirming -----------------------------------------------------------------------------------------------------


def _check(request: HttpRequest, handle: str, spec: Verb, payload: dict[str, Any]) -> HttpResponse:
    """Before what cannot be undone: check what was typed, and show it once more."""
    view = view_of(request, handle)
    offer = view.explanation.offer(spec.key)
    if offer is None or not offer.is_possible:
        return _send(request, handle, spec, payload)  # the engine refuses, and the words stay
    try:
        state = reasons_against_state(view.case, seen_of(request), spec)
        if state:
            raise Refused(Kind.CONFLICT, state)
        letter = None
        values = clean_payload(spec.fields, payload)
        if spec.key == "decide":
            letter = _preview(request, view, values, payload)
    except Refused as refused:
        return _draw(
            request,
            view,
            spec,
            given=payload,
            reasons=refused.reasons,
            status=STATUS_OF_KIND[str(refused.kind)],
        )
    return _confirm_page(request, view, spec, payload, letter=letter)


def _preview(
    request: HttpRequest, view: CaseView, values: dict[str, Any], payload: Mapping[str, Any]
) -> dict[str, Any]:
    person = person_of(request)
    return preview_letter(
        case=view.case,
        values=values,
        recommendation=view.recommendation,
        language=str(payload.get("language") or person.language),
        check=view.explanation.authority,
        by=person,
        at=view.viewer.at,
        absent=offered.absent_of(view, "decide"),
    )


def _confirm_page(
    request: HttpRequest,
    view: CaseView,
    spec: Verb,
    payload: Mapping[str, Any],
    *,
    letter: Mapping[str, Any] | None,
    reasons: Iterable[Reason] = (),
    status: int = 200,
) -> HttpResponse:
    form = form_of(view, spec, language=person_of(request).language, given=payload)
    lines = look.reason_lines(reasons)
    form.take_reasons(reason for reason in reasons if reason.field not in CONFIRMED_BY)
    return render(
        request,
        "approvals/act_confirm.html",
        {
            "view": view,
            "case": view.case,
            "strip": reading.strip_of(view),
            "verb": spec,
            "form": form,
            "letter": letter,
            "loose": form.loose,
            "password_errors": [line for line in lines if line["field"] == "password"],
            "code_errors": [line for line in lines if line["field"] == "code"],
            "offers_code": factor_of(request) in ("totp", "recovery_codes"),
            "passkey": passkey_challenge(request, person_of(request), view.case.version_hash)
            if spec.confirmed
            else "",
            "key": key_of(request),
            "language_of_words": payload.get("language", person_of(request).language),
        },
        status=status,
    )


# Sending --------------------------------------------------------------------------------------------------------


def _send(request: HttpRequest, handle: str, spec: Verb, payload: dict[str, Any]) -> HttpResponse:
    person = person_of(request)
    try:
        confirmation = _confirmation(request) if spec.confirmed else None
        result = services.move_case(
            case_id=queries.case_id_of(handle),
            action=spec.key,
            by=person,
            seen=seen_of(request),
            idempotency_key=key_of(request),
            payload=payload,
            confirmation=confirmation,
        )
    except Refused as refused:
        if refused.kind == Kind.NOT_FOUND:
            raise
        return _refused(request, handle, spec, payload, refused)
    return _sent(request, handle, spec, result)


def _confirmation(request: HttpRequest) -> Confirmation | None:
    """That the person confirmed exactly this version: by passkey, by a code, or by password (seam 9)."""
    person, seen = person_of(request), seen_of(request).version_hash
    if credential := request.POST.get("credential", ""):
        return confirm_passkey(request, person, credential, seen)
    if code := request.POST.get("code", ""):
        return confirm_code(person, code, seen)
    password = request.POST.get("password", "")
    if not password:
        return None
    return confirm_password(person, password, seen, factor=factor_of(request))


def _refused(
    request: HttpRequest, handle: str, spec: Verb, payload: dict[str, Any], refused: Refused
) -> HttpResponse:
    view = view_of(request, handle)
    status = STATUS_OF_KIND[str(refused.kind)]
    if spec.confirmed and all(reason.field in CONFIRMED_BY for reason in refused.reasons):
        letter = (
            _preview(request, view, clean_payload(spec.fields, payload), payload)
            if spec.key == "decide"
            else None
        )
        return _confirm_page(
            request, view, spec, payload, letter=letter, reasons=refused.reasons, status=status
        )
    return _draw(request, view, spec, given=payload, reasons=refused.reasons, status=status)


def _sent(request: HttpRequest, handle: str, spec: Verb, result: MoveResult) -> HttpResponse:
    if spec.key == "recuse":
        messages.success(request, _("You have recused yourself. The turn has passed on."))
        return HttpResponseRedirect(reverse("approvals:my-work"))
    said = {
        "decide": _("Your decision is recorded. It takes effect at the end of the minutes shown below."),
        "endorse": _("Endorsed. The case has the number %(reference)s.") % {"reference": result.reference},
        "declare_no_conflict": _("Your declaration is recorded. The whole case is open to you now."),
    }.get(spec.key, _("Recorded: %(act)s.") % {"act": spec.label})
    messages.success(request, said)
    return HttpResponseRedirect(reverse("approvals:case-detail", args=[result.reference or handle]))
