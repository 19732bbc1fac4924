"""Pages of initiatives: parse, call one service, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import access, by_service, person_of, public, signed_in, standing_of
from apps.accounts.middleware import to_sign_in
from apps.approvals.models import Case
from apps.approvals.standing import Viewer, viewer_from
from apps.audit import clock
from apps.audit.reasons import Reason, Refused
from apps.initiatives import forms, kept, permissions, presenter, queries, services
from apps.initiatives import screening as questions_of_screening
from apps.initiatives.choices import InitiativeKind
from apps.initiatives.models import Draft
from apps.initiatives.reading import Reading, reading_of
from apps.initiatives.schema.fields import Section
from apps.initiatives.schema.short_1 import SHORT_1
from apps.offices.choices import Role
from apps.offices.models import Office


def viewer_of(request: HttpRequest) -> Viewer:
    return viewer_from(request.user, standing_of(request))  # type: ignore[arg-type]


@access(signed_in)
@require_safe
def initiative_list(request: HttpRequest) -> HttpResponse:
    """What there is: everything that the reader may see, as cards; searched by words of the title."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    found, following = queries.cards(viewer_of(request), words=words, after=request.GET.get("after", ""))
    context = {
        "cards": found,
        "words": words,
        "following": following,
        "kinds": dict(InitiativeKind.choices),
        "may_start": bool(offices_to_write_for(request)),
    }
    return render(request, "initiatives/initiative_list.html", context)


def offices_to_write_for(request: HttpRequest) -> list[UUID]:
    standing = standing_of(request)
    return standing.office_ids(Role.SUBMITTER, with_below=False) if standing.post_ids(Role.SUBMITTER) else []


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: HttpRequest) -> HttpResponse:
    """Is it subject? Then, on the same page, the start of the business case."""
    section = Section("screening", "", "", questions_of_screening.QUESTIONS)
    sent = request.POST if request.method == "POST" else request.GET
    answers = {question.key: sent.get(question.key, "") for question in section.fields}
    reasons: tuple[Reason, ...] = ()
    screened = None
    if any(answers.values()) or request.method == "POST":
        try:
            screened = questions_of_screening.screen(answers)
        except Refused as refused:
            reasons = refused.reasons
            answers = {key: value for key, value in answers.items() if not _is_wrong(key, reasons)}
    offices = list(Office.objects.filter(pk__in=offices_to_write_for(request)))
    if request.method == "POST" and screened is not None:
        try:
            return _start(request, answers, offices)
        except Refused as refused:
            reasons = refused.reasons
    boxes = forms.questions(section, answers, reasons=reasons)
    context = {
        "section": section,
        "questions": boxes,
        "reasons": reasons,
        "screened": screened,
        "offices": offices,
        "answers": answers,
        "title_sent": sent.get("title", ""),
        "not_subject_sent": sent.get("not_subject", ""),
        "office_sent": sent.get("office", ""),
        "language_sent": sent.get("language", get_language()),
        "text_languages": settings.LANGUAGES,
    }
    status = 400 if reasons and request.method == "POST" else 200
    return render(request, "initiatives/screening.html", context, status=status)


def _is_wrong(key: str, reasons: tuple[Reason, ...]) -> bool:
    return any(reason.field == key and reason.code != "screening_incomplete" for reason in reasons)


def _start(request: HttpRequest, answers: dict[str, str], offices: list[Office]) -> HttpResponse:
    office = next((office for office in offices if str(office.pk) == request.POST.get("office")), None)
    if office is None and len(offices) == 1:
        office = offices[0]
    if office is None:
        raise Refused("not_allowed", [Reason("no_office_to_write_for", {}, "office")])
    initiative = services.start_draft(
        office=office,
        answers=answers,
        title=request.POST.get("title", ""),
        language=request.POST.get("language", ""),
        by=request.user,  # type: ignore[arg-type]
        not_subject=request.POST.get("not_subject", "").strip(),
    )
    if request.POST.get("not_subject", "").strip():
        return redirect(Case.objects.get(subject_id=initiative.pk))
    return redirect("initiatives:draft", initiative.pk)


@access(signed_in)
@require_safe
def initiative_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The initiative: its card for everyone who may see that, its draft, versions and case for those who see
    more."""
    viewer = viewer_of(request)
    initiative = queries.initiative_of(pk, viewer, "card")
    if initiative is None:
        raise Http404
    case = Case.objects.filter(subject_id=pk).visible_to(viewer, "summary").order_by("-opened_at").first()
    full = queries.initiative_of(pk, viewer, "full") is not None
    context = {
        "initiative": initiative,
        "case": case,
        "case_url": reverse("approvals:case-detail", args=[initiative.case_id]),
        "versions": queries.versions_of(initiative) if full else [],
        "is_full": full,
        "kind": dict(InitiativeKind.choices).get(initiative.kind, initiative.kind),
    }
    return render(request, "initiatives/initiative_detail.html", context)


@access(signed_in)
@require_safe
def draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The business case at a glance: how far each section is, the depth of review, the appraisal, what is
    next."""
    found = _draft_or_404(request, pk)
    reading = reading_of(found)
    context = {**_around(request, reading), "may_remove": not queries.versions_of(found.initiative)}
    return render(request, "initiatives/draft.html", context)


def _draft_or_404(request: HttpRequest, pk: UUID) -> Draft:
    found = queries.draft_of(pk, viewer_of(request))
    if found is None:
        raise Http404
    return found


def _around(request: HttpRequest, reading: Reading) -> dict[str, Any]:
    """What every page of a draft shows."""
    initiative = reading.initiative
    may_write = permissions.may_write(standing_of(request), initiative.office_id)
    return {
        "initiative": initiative,
        "case_url": reverse("approvals:case-detail", args=[initiative.case_id]),
        "draft": reading.draft,
        "reading": reading,
        "completeness": reading.completeness,
        "complete": sum(1 for line in reading.completeness if line.is_complete),
        "sheet": presenter.sheet(reading.figures),
        "tier_sentences": presenter.tier_sentences(
            [{"code": answer.code, "params": answer.params} for answer in reading.tier.set_by]
        ),
        "may_write": may_write and bool(reading.draft.open_sections),
        "open_sections": reading.draft.open_sections,
        "others": queries.others_writing(reading.draft, than=request.user, at=clock.now()),
    }


@access(signed_in)
@require_safe
def draft_appraisal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The appraisal and the depth of review as they stand: a part of a page."""
    reading = reading_of(_draft_or_404(request, pk))
    return render(request, "initiatives/_worth.html", _around(request, reading))


@access(public)  # the page itself sends to sign-in, because it keeps what was typed on the way there
@require_http_methods(["GET", "HEAD", "POST"])
def draft_section(request: HttpRequest, pk: UUID, section: str) -> HttpResponse:
    """One section as a form. What was typed is kept, right or wrong; nothing is lost by an ended session."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            kept.keep(request)
        return to_sign_in(request)
    found = _draft_or_404(request, pk)
    if section not in SHORT_1.section_keys:
        raise Http404
    part = SHORT_1.section(section)
    if request.method != "POST":
        return _draw_section(request, found, part, offered=kept.offered(request))
    answers = forms.read(part, request.POST)
    try:
        saved = services.save_draft(
            initiative_id=pk, changes=answers, base_revision=_revision(request.POST, found), by=request.user
        )
    except Refused as refused:
        return _draw_section(
            request, found, part, answers=answers, reasons=refused.reasons, status=refused.status
        )
    kept.settled(request)
    if saved.conflicts:
        return _draw_section(request, _draft_or_404(request, pk), part, conflicts=saved.conflicts, status=409)
    if request.POST.get("add") or request.POST.get("remove"):
        where = reverse("initiatives:draft-section", args=[pk, section])
        add = request.POST.get("add", "")
        return redirect(f"{where}?add={add}#field-{add}" if add in SHORT_1.by_key else where)
    if request.POST.get("go") == "stay" or saved.problems:
        messages.success(request, _("Saved."))
        return redirect("initiatives:draft-section", pk, section)
    following = SHORT_1.section_keys.index(section) + 1
    if request.POST.get("go") == "next" and following < len(SHORT_1.section_keys):
        return redirect("initiatives:draft-section", pk, SHORT_1.section_keys[following])
    return redirect("initiatives:draft", pk)


def _revision(sent: QueryDict, found: Draft) -> int:
    text = sent.get("base_revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else found.revision


def _draw_section(
    request: HttpRequest,
    found: Draft,
    part: Section,
    *,
    answers: dict[str, Any] | None = None,
    offered: Any = None,
    reasons: tuple[Reason, ...] = (),
    conflicts: tuple[Any, ...] = (),
    status: int = 200,
) -> HttpResponse:
    reading = reading_of(found)
    base_revision = _revision(request.POST, found) if reasons else found.revision
    if offered is not None:
        answers, base_revision = forms.read(part, offered), _revision(offered, found)
    problems = list(reasons) or [
        reason
        for line in reading.completeness
        for reason in line.reasons
        if line.section.key == part.key and (reason.code not in QUIET or "check" in request.GET)
    ]
    drawn = forms.questions(
        part,
        {**found.content, **(answers or {})},
        standards=reading.standards,
        reasons=problems,
        conflicts=conflicts,
        first_year=reading.on.year + 1,
        add=request.GET.get("add", ""),
    )
    position = SHORT_1.section_keys.index(part.key)
    context = {
        **_around(request, reading),
        "section": part,
        "questions": drawn,
        "problems": problems,
        "refused": bool(reasons),
        "conflicts": conflicts,
        "base_revision": base_revision,
        "offered": offered is not None,
        "is_open": part.key in found.open_sections,
        "position": position + 1,
        "count": len(SHORT_1.sections),
        "previous": SHORT_1.sections[position - 1] if position else None,
        "following": SHORT_1.sections[position + 1] if position + 1 < len(SHORT_1.sections) else None,
        "shows_worth": part.key in ("costs", "benefits", "funding"),
    }
    return render(request, "initiatives/draft_section.html", context, status=status)


# What is only missing is not shouted about while somebody still writes; ``?check`` shows it, too.
QUIET = frozenset(
    {
        "answer_missing",
        "rows_missing",
        "cell_missing",
        "data_owner_missing",
        "standard_unanswered",
        "options_too_few",
        "options_without_reuse",
        "options_not_chosen",
        "years_too_few",
        "costs_all_zero",
        "running_cost_unfunded",
    }
)


@access(by_service)
@require_POST
def begin_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin again with the text of an initiative that was withdrawn or not approved."""
    initiative = services.begin_again(initiative_id=pk, by=person_of(request))
    messages.success(
        request, _("A new draft is begun with the same text. Nothing of the closed case changes.")
    )
    return redirect("initiatives:draft", initiative.pk)


@access(by_service)
@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a draft that never left the office."""
    _draft_or_404(request, pk)
    services.discard_draft(initiative_id=pk, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The draft is removed. The auditors can still see that there was one."))
    return redirect("initiatives:initiative-list")


@access(signed_in)
@require_safe
def version_detail(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A frozen version as it was handed on; it prints."""
    initiative = queries.initiative_of(pk, viewer_of(request), "full")
    if initiative is None:
        raise Http404
    version = presenter.version_of(pk, number)
    context = {
        "initiative": initiative,
        "version": version,
        "summary": presenter.summary(pk, number),
        "sections": presenter.sections(pk, number),
        "sheet": presenter.appraisal_of(pk, number),
        "versions": queries.versions_of(initiative),
    }
    return render(request, "initiatives/version_detail.html", context)


@access(signed_in)
@require_safe
def version_difference(request: HttpRequest, pk: UUID, before: int, after: int) -> HttpResponse:
    """What changed between two versions, field by field."""
    initiative = queries.initiative_of(pk, viewer_of(request), "full")
    if initiative is None:
        raise Http404
    context = {
        "initiative": initiative,
        "before": before,
        "after": after,
        "changes": presenter.difference(pk, before, after),
        "language": initiative.language,
    }
    return render(request, "initiatives/version_difference.html", context)
