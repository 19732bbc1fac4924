"""The assessment of a desk: its rubric beside the case, saved while it is written, submitted after one more look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import look
from apps.accounts.access import access, by_service, person_of
from apps.accounts.errors import STATUS_OF_KIND
from apps.approvals import policies, queries, services
from apps.approvals.choices import Answer
from apps.approvals.models import Assessment
from apps.approvals.offers import Offer
from apps.approvals.queries import CaseView
from apps.approvals.services.engine import CONFIRM_STEP
from apps.approvals.services.verbs import VERBS
from apps.approvals.views import offered, reading
from apps.approvals.views.acts import key_of, seen_of
from apps.approvals.views.case import version_parts, view_of
from apps.approvals.workflow import Criterion, Desk
from apps.audit.reasons import Kind, Reason, Refused, refuse, remedy_of, sentence
from apps.offices.naming import in_language

NAME = re.compile(r"^scores\.(?P<criterion>[a-z0-9_]{1,60})\.(?P<part>score|answer|evidence|comment)$")


@dataclass
class Given:
    """What is on the form: by criterion what was chosen and written, the words over all, and its revision."""

    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    overall: str = ""
    revision: int = 0


def read_given(post: QueryDict) -> Given:
    """What was sent, as the engine takes it."""
    found: dict[str, dict[str, Any]] = {}
    for key in post:
        if match := NAME.match(key):
            found.setdefault(match["criterion"], {})[match["part"]] = post[key]
    revision = post.get("base_revision", "")
    return Given(found, post.get("overall", ""), int(revision[:9]) if revision.isdecimal() else 0)


def given_of(mine: Assessment | None) -> Given:
    """What is saved."""
    if mine is None:
        return Given()
    scores = {
        row.criterion: {
            "score": row.score or "",
            "answer": row.answer,
            "evidence": row.evidence,
            "comment": row.comment,
        }
        for row in mine.scores.all()
    }
    return Given(scores, mine.overall, mine.revision)


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest, handle: str, desk: str) -> HttpResponse:
    """Write the assessment of a desk; save it, or go on to submit it."""
    if request.method == "POST":
        return _post(request, handle, desk)
    view = view_of(request, handle)
    offer = _offer_of(view, desk)
    if offer is None or not offer.is_possible:
        # a declaration that is due, a turn that has passed: the page of the case and of the act say so
        return HttpResponseRedirect(
            reverse("approvals:case-detail", args=[handle])
            if view.needs_declaration
            else reverse("approvals:act", args=[handle, "submit_assessment"])
        )
    return _draw(request, view, desk, _written(view, offer))


@access(by_service)
@require_POST
def save(request: HttpRequest, handle: str, desk: str) -> HttpResponse:
    """Save what was written so far, for the script of the page: answers the new revision and the progress."""
    given = read_given(request.POST)
    try:
        saved = _save(request, handle, desk, given)
    except Refused as refused:
        lines = [
            {"code": one.code, "sentence": sentence(one), "remedy": remedy_of(one), "field": one.field}
            for one in refused.reasons
        ]
        return JsonResponse({"reasons": lines}, status=STATUS_OF_KIND[str(refused.kind)])
    return JsonResponse({"revision": saved.revision, "saved": _saved_words(request)})


def _saved_words(request: HttpRequest) -> str:
    at = queries.viewer_of_request(request).at
    return _("Saved at %(time)s") % {"time": f"{at.astimezone(look.zone_of()):%H:%M}"}


def _save(request: HttpRequest, handle: str, desk: str, given: Given) -> services.Saved:
    return services.save_assessment(
        case_id=queries.case_id_of(handle),
        desk=desk,
        scores=given.scores,
        overall=given.overall,
        base_revision=given.revision,
        by=person_of(request),
        language=request.POST.get("language", ""),
    )


def _post(request: HttpRequest, handle: str, desk: str) -> HttpResponse:
    given, step = read_given(request.POST), request.POST.get("step", "save")
    if step == "sure":
        return _submit(request, handle, desk)
    try:
        saved = _save(request, handle, desk, given)
    except Refused as refused:
        if refused.kind == Kind.NOT_FOUND:
            raise
        view = view_of(request, handle)
        return _draw(
            request,
            view,
            desk,
            given,
            reasons=refused.reasons,
            status=STATUS_OF_KIND[str(refused.kind)],
        )
    if step == "check":
        return _check(request, handle, desk)
    messages.success(request, _("Saved. Revision %(n)d.") % {"n": saved.revision})
    return HttpResponseRedirect(reverse("approvals:assess", args=[handle, desk]))


# Submitting -----------------------------------------------------------------------------------------------------


def _check(request: HttpRequest, handle: str, desk: str) -> HttpResponse:
    """What is missing, else the whole once more before it is submitted."""
    view = view_of(request, handle)
    offer = _offer_of(view, desk)
    mine = _mine(view, offer) if offer is not None else None
    road_desk = desk_of(view, desk)
    reasons = policies.reasons_against_assessment(road_desk, mine)
    if reasons or mine is None:
        return _draw(request, view, desk, given_of(mine), reasons=reasons, status=409)
    return render(
        request,
        "approvals/assess_confirm.html",
        {
            "view": view,
            "case": view.case,
            "strip": reading.strip_of(view),
            "desk": desk,
            "label": in_language(road_desk.labels),
            "verb": VERBS["submit_assessment"],
            "assessment": reading.assessment_of(mine, road_desk),
            "key": offered.new_key(),
        },
    )


def _submit(request: HttpRequest, handle: str, desk: str) -> HttpResponse:
    try:
        result = services.move_case(
            case_id=queries.case_id_of(handle),
            action="submit_assessment",
            by=person_of(request),
            seen=seen_of(request),
            idempotency_key=key_of(request),
        )
    except Refused as refused:
        if refused.kind == Kind.NOT_FOUND:
            raise
        view = view_of(request, handle)
        offer = _offer_of(view, desk)
        mine = _mine(view, offer) if offer is not None else None
        status = STATUS_OF_KIND[str(refused.kind)]
        return _draw(request, view, desk, given_of(mine), reasons=refused.reasons, status=status)
    messages.success(request, _("Your assessment is in. You now see what the others submitted."))
    return HttpResponseRedirect(reverse("approvals:case-detail", args=[result.reference or handle]))


# Drawing --------------------------------------------------------------------------------------------------------


def desk_of(view: CaseView, key: str) -> Desk:
    """The desk with its criteria; not found where the road has none of this name."""
    found = next((one for one in view.case.route.road.assessment_desks() if one.key == key), None)
    if found is None:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    return found


def _offer_of(view: CaseView, desk: str) -> Offer | None:
    return next(
        (one for one in view.explanation.offers if one.verb.key == "submit_assessment" and one.desk == desk),
        None,
    )


def _written(view: CaseView, offer: Offer | None) -> Given:
    """What is on the form: what was saved, else, where an assessment is revised, what stands so far."""
    mine = _mine(view, offer)
    if mine is None and offer is not None and offer.turn is not None and offer.turn.step == CONFIRM_STEP:
        rows = Assessment.objects.that_count(view.case.pk, view.case.review_round)
        last = rows.filter(desk=offer.desk, reviewer=view.viewer.user_id).last()
        return replace(given_of(last), revision=0)
    return given_of(mine)


def _mine(view: CaseView, offer: Offer | None) -> Assessment | None:
    if offer is None or offer.turn is None:
        return None
    return (
        Assessment.objects.filter(turn=offer.turn, reviewer=view.viewer.user_id)
        .select_related("reviewer")
        .prefetch_related("scores")
        .first()
    )


def _draw(
    request: HttpRequest,
    view: CaseView,
    desk: str,
    given: Given,
    *,
    reasons: Iterable[Reason] = (),
    status: int = 200,
) -> HttpResponse:
    road_desk = desk_of(view, desk)
    reasons = list(reasons)
    lines = [{**line, "id": f"field-{line['field']}"} for line in look.reason_lines(reasons)]
    by_field: dict[str, list[str]] = {}
    for line in lines:
        by_field.setdefault(str(line["field"]), []).append(
            " ".join(str(part) for part in (line["sentence"], line["remedy"]) if part)
        )
    criteria = [_criterion(one, given, by_field) for one in road_desk.criteria]
    offer = _offer_of(view, desk)
    theirs = None
    if any(reason.code == "assessment.stale" for reason in reasons):
        theirs = given_of(_mine(view, offer))
        for row in criteria:
            row["theirs"] = _differing(row, theirs.scores.get(row["key"], {}))
        given.revision = theirs.revision
    named = {
        f"scores.{row['key']}.{part}"
        for row in criteria
        for part in ("score", "answer", "evidence", "comment")
    }
    return render(
        request,
        "approvals/assess.html",
        {
            "view": view,
            "case": view.case,
            "strip": reading.strip_of(view),
            "desk": desk,
            "label": in_language(road_desk.labels),
            "criteria": criteria,
            "overall": given.overall,
            "overall_errors": by_field.get("overall", []),
            "revision": given.revision,
            "done": sum(1 for row in criteria if row["done"]),
            "of": len(criteria),
            "errors": [
                {"field": line["id"], "text": line["sentence"]} for line in lines if line["field"] in named
            ],
            "loose": [reason for reason in reasons if reason.field not in named],
            "stale": theirs is not None,
            "can": offer is not None and offer.is_possible,
            "revises": offer is not None and offer.turn is not None and offer.turn.step == CONFIRM_STEP,
            "drafts": reading.questions_of(view),
            **version_parts(view, view.case.version_number),
        },
        status=status,
    )


def _criterion(criterion: Criterion, given: Given, errors: Mapping[str, list[str]]) -> dict[str, Any]:
    """One question of the rubric: its anchors as cards, or its answers, and what is written so far."""
    values = given.scores.get(criterion.key, {})
    name = f"scores.{criterion.key}"
    score, answer = str(values.get("score") or ""), str(values.get("answer") or "")
    is_score = criterion.kind == "score"
    evidence, comment = str(values.get("evidence") or ""), str(values.get("comment") or "")
    choices = (
        [(key, in_language(criterion.anchors[key])) for key in ("1", "2", "3", "4", "5")]
        if is_score
        else [(str(one.value), one.label) for one in Answer]
    )
    return {
        "key": criterion.key,
        "name": name,
        "code": criterion.code,
        "label": in_language(criterion.labels),
        "is_score": is_score,
        "choice": f"{name}.{'score' if is_score else 'answer'}",
        "choices": choices,
        "chosen": score if is_score else answer,
        "evidence": evidence,
        "comment": comment,
        "choice_errors": errors.get(f"{name}.{'score' if is_score else 'answer'}", []),
        "evidence_errors": errors.get(f"{name}.evidence", []),
        "comment_errors": errors.get(f"{name}.comment", []),
        "done": _is_done(is_score, score, answer, evidence, comment),
        "theirs": None,
    }


def _is_done(is_score: bool, score: str, answer: str, evidence: str, comment: str) -> bool:
    """The same as the engine asks of a criterion before it takes the assessment; for the progress only."""
    if not is_score:
        return bool(answer) and (answer == Answer.YES or bool(evidence.strip()))
    return bool(score) and bool(evidence.strip()) and (score not in ("1", "5") or bool(comment.strip()))


def _differing(row: Mapping[str, Any], saved: Mapping[str, Any]) -> dict[str, str] | None:
    """What is saved where it differs from what was typed, to stand beside it."""
    part = "score" if row["is_score"] else "answer"
    found = {
        "choice": str(saved.get(part) or ""),
        "evidence": str(saved.get("evidence") or ""),
        "comment": str(saved.get("comment") or ""),
    }
    mine = {"choice": row["chosen"], "evidence": row["evidence"], "comment": row["comment"]}
    if found == mine:
        return None
    choice = dict(row["choices"]).get(found["choice"], "")
    return {**found, "choice": f"{found['choice']} {choice}".strip() if row["is_score"] else str(choice)}
