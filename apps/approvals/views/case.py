"""A case and its papers: the case itself, a version, a difference, the letter, and why one can or cannot."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access, person_of, signed_in
from apps.approvals import queries
from apps.approvals.choices import Level, Outcome
from apps.approvals.models import Case, Decision
from apps.approvals.queries import CaseView
from apps.approvals.subjects import Presenter, subject_for
from apps.approvals.views import offered, reading
from apps.approvals.views.rows import STATE_OF_OUTCOME
from apps.audit.reasons import Kind, Reason, refuse
from apps.audit.register import event_of
from apps.offices.choices import Role


def presenter_of(case: Case) -> Presenter:
    """What draws the versions of this case's subject."""
    return subject_for(case.subject_kind).presenter


def view_of(request: HttpRequest, handle: str) -> CaseView:
    """The case as the person who is signed in sees it; refuses with "not found" below the summary."""
    return queries.case_view(queries.viewer_of_request(request), person_of(request), handle)


def full_view_of(request: HttpRequest, handle: str) -> CaseView:
    """The same for a page that only those open who see the whole case."""
    view = view_of(request, handle)
    if view.level != Level.FULL:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    return view


@access(signed_in)
@require_safe
def case_detail(request: HttpRequest, handle: str) -> HttpResponse:
    """Show the case: in full, up to the declaration, or as a card, as this person may see it."""
    viewer = queries.viewer_of_request(request)
    found = queries.case_for(viewer, handle, at_least=Level.CARD)
    if found.level == Level.CARD:  # type: ignore[attr-defined]
        return render(request, "approvals/case_card.html", card_of(found))
    view = queries.case_view(viewer, person_of(request), handle, case=found)
    context = {"view": view, "case": view.case, "strip": reading.strip_of(view)}
    if view.needs_declaration:
        return render(request, "approvals/case_declare.html", {**context, **declaration_of(view)})
    return render(request, "approvals/case_detail.html", {**context, **whole_case(view)})


def card_of(case: Case) -> dict[str, Any]:
    """What every signed-in person may see of an approved or registered initiative (authority.md 4)."""
    return {
        "case": case,
        "state": STATE_OF_OUTCOME.get(case.outcome, "done"),
        "state_label": Outcome(case.outcome).label if case.outcome else "",
    }


def declaration_of(view: CaseView) -> dict[str, Any]:
    """The blind summary, and the two answers."""
    case = view.case
    rows = presenter_of(case).blind_summary(case.subject_id, case.version_number)
    return {
        "facts": reading.facts_of(rows),
        "declare": view.explanation.offer("declare_no_conflict"),
        "recuse": view.explanation.offer("recuse"),
        "turns": reading.turns_of(view),
        "acts": offered.acts_of(view),
        "key": offered.new_key(),
    }


def whole_case(view: CaseView) -> dict[str, Any]:
    """Everything of the case page for who sees it in full."""
    return {
        **version_parts(view, view.case.version_number),
        "turns": offered.turns_with_acts(view),
        "desks": reading.desks_of(view),
        "clarifications": reading.clarifications_of(view),
        "drafts": reading.questions_of(view),
        "events": reading.events_of(view.timeline),
        "acts": offered.acts_of(view),
        "authority": offered.authority_of(view),
        "edit_url": offered.edit_of(view),
        "again_url": offered.again_of(view),
        "declare": view.explanation.offer("declare_no_conflict"),
        "recuse": view.explanation.offer("recuse"),
        "key": offered.new_key(),
        "recommended": Outcome(view.recommendation.outcome).label if view.recommendation else "",
        "decided": decision_of(view),
        "recommended_by": view.acted("recommend", view.recommendation.by) if view.recommendation else "",
        "opinions": [(one, view.acted("give_opinion", one.by)) for one in view.opinions],
        "version_numbers": range(view.case.version_number, 0, -1),
    }


def version_parts(view: CaseView, number: int) -> dict[str, Any]:
    """A frozen version to read: summary, sections, appraisal, and what changed since the one before.

    Empty where there is none yet, and for who has not declared that they have no conflict: whatever page asks.
    """
    case, presenter = view.case, presenter_of(view.case)
    if number < 1 or view.level != Level.FULL:
        return {"summary": [], "sections": [], "appraisal": None, "changes": []}
    subject = case.subject_id
    return {
        "summary": reading.facts_of(presenter.summary(subject, number)),
        "sections": reading.sections_of(presenter.sections(subject, number)),
        "appraisal": reading.appraisal_of(presenter.appraisal(subject, number)),
        "changes": reading.changes_of(presenter.difference(subject, number - 1, number))
        if number > 1
        else [],
        "changed_from": number - 1,
    }


def decision_of(view: CaseView) -> dict[str, Any] | None:
    """The decision as this person may read it, with its place in the register."""
    return None if view.decision is None else _decision(view, view.decision)


def _decision(view: CaseView, decision: Decision) -> dict[str, Any]:
    place = event_of(decision.event_id)
    return {
        "decision": decision,
        "who": view.acted("decide", decision.decided_by),
        "outcome": Outcome(decision.outcome).label,
        "state": STATE_OF_OUTCOME.get(decision.outcome, "done"),
        "hash": place.hash if place else "",
        "seq": place.seq if place and view.viewer.has(Role.AUDITOR) else None,
        "conditions": list(decision.conditions.all()),
        "round": decision.round,
        "earlier": [
            (one, str(Outcome(one.outcome).label))
            for one in view.earlier_decisions
            if one.round < decision.round
        ],
        "waits": decision.took_effect_at is None,
        "held": view.case.stage == "committee" and decision.took_effect_at is None,
        # what the Committee noted is in effect since then; anything else, since its window was over
        "since": decision.took_effect_at if view.committee else decision.effective_at,
    }


@access(signed_in)
@require_safe
def case_version(request: HttpRequest, handle: str, number: int) -> HttpResponse:
    """Show one frozen version as it was."""
    view = full_view_of(request, handle)
    if not 1 <= number <= view.case.version_number:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    return render(
        request,
        "approvals/case_version.html",
        {
            "view": view,
            "case": view.case,
            "strip": reading.strip_of(view),
            "number": number,
            "numbers": range(1, view.case.version_number + 1),
            **version_parts(view, number),
        },
    )


@access(signed_in)
@require_safe
def case_difference(request: HttpRequest, handle: str, before: int, after: int) -> HttpResponse:
    """Show what changed between two versions."""
    view = full_view_of(request, handle)
    case = view.case
    if not 1 <= before < after <= case.version_number:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    changes = presenter_of(case).difference(case.subject_id, before, after)
    return render(
        request,
        "approvals/case_difference.html",
        {
            "view": view,
            "case": case,
            "strip": reading.strip_of(view),
            "before": before,
            "after": after,
            "changes": reading.changes_of(changes),
        },
    )


@access(signed_in)
@require_safe
def case_letter(request: HttpRequest, handle: str) -> HttpResponse:
    """Show the letter of the decision, to be read or printed, to those who may read the decision; `?round=` asks for
    that of a decision whose place another took.
    """
    view = full_view_of(request, handle)
    readable = [view.decision, *view.earlier_decisions] if view.decision is not None else []
    asked = request.GET.get("round", "")
    decision = next((one for one in readable if asked in ("", str(one.round))), None)
    if decision is None:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    return render(
        request,
        "approvals/case_letter.html",
        {
            "view": view,
            "case": view.case,
            "letter": decision.letter,
            "decided": _decision(view, decision),
        },
    )


@access(signed_in)
@require_safe
def case_certificate(request: HttpRequest, handle: str) -> HttpResponse:
    """Show the certificate that a case is not subject to review, to be read or printed, while it holds."""
    view = full_view_of(request, handle)
    one = view.certificate
    if one is None or one.is_subject is not False or one.event_id is None:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    place = event_of(one.event_id)
    return render(
        request,
        "approvals/case_certificate.html",
        {
            "view": view,
            "case": view.case,
            "one": one,
            "hash": place.hash if place else "",
            "seq": place.seq if place and view.viewer.has(Role.AUDITOR) else None,
        },
    )


@access(signed_in)
@require_safe
def case_why(request: HttpRequest, handle: str) -> HttpResponse:
    """Answer, for each act on the case: can I, why not, who can."""
    view = view_of(request, handle)
    return render(
        request,
        "approvals/case_why.html",
        {
            "view": view,
            "case": view.case,
            "strip": reading.strip_of(view),
            "acts": offered.acts_of(view, with_declaration=True),
            "turns": reading.turns_of(view),
            "authority": offered.authority_of(view),
        },
    )
