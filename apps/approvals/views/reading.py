"""What pages draw of a case: its strip, its versions, its desks, its acts. Dictionaries for templates, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import mean
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import look
from apps.approvals.choices import Answer, Capacity, Outcome
from apps.approvals.eligibility import may_give
from apps.approvals.labels import days_to_go, desk_label, stage_label, step_label
from apps.approvals.models import Assessment, Case, Turn
from apps.approvals.queries import CaseView, TimelineRow
from apps.approvals.subjects import Change, Row, Section
from apps.approvals.views.rows import STATE_OF_OUTCOME
from apps.approvals.workflow import Criterion, Desk
from apps.offices.naming import in_language

TONES = {
    "endorse": ("good", "sign"),
    "attest": ("good", "check"),
    "find_complete": ("good", "check"),
    "send_back": ("warn", "undo"),
    "send_back_to_lead": ("warn", "question"),
    "request_clarification": ("hold", "question"),
    "answer_clarification": ("", "mail"),
    "recuse": ("warn", "split"),
    "submit_assessment": ("", "scales"),
    "confirm_assessment": ("good", "check"),
    "ask_questions": ("", "question"),
    "set_aside_questions": ("", "minus"),
    "ask_extension": ("hold", "clock"),
    "grant_extension": ("", "clock"),
    "refuse_extension": ("warn", "clock"),
    "ask_emergency": ("warn", "bolt"),
    "authorize_emergency": ("good", "bolt"),
    "refuse_emergency": ("warn", "bolt"),
    "confirm_emergency": ("", "bolt"),
    "end_emergency": ("warn", "bolt"),
    "emergency_suspended": ("bad", "bolt"),
    "emergency_over": ("warn", "bolt"),
    "give_wind_down": ("", "document"),
    "warned": ("warn", "alert"),
    "unanswered": ("bad", "minus"),
    "reconsideration_over": ("bad", "minus"),
    "reopen_case": ("", "undo"),
    "recommend": ("", "flag"),
    "decide": ("good", "stamp"),
    "take_effect": ("good", "stamp"),
    "withdraw_decision": ("warn", "undo"),
    "withdraw_case": ("warn", "minus"),
    "to_committee": ("hold", "office"),
    "note_decision": ("good", "check"),
    "return_decision": ("warn", "undo"),
    "defer_decision": ("hold", "clock"),
    "open_written": ("", "mail"),
    "refer_to_chair": ("", "person"),
    "escalated": ("bad", "alert"),
    "lapsed": ("warn", "clock"),
    "give_opinion": ("", "document"),
    "hand_on": ("", "send"),
    "open": ("", "edit"),
}


# The strip ------------------------------------------------------------------------------------------------------


def strip_of(view: CaseView) -> dict[str, Any]:
    """The sticky strip: what it is, which version, where it stands, whose turn, until when."""
    case = view.case
    position, total = view.stage_position
    ended = case.closed_at is not None
    stages = [
        {
            "label": in_language(stage.labels),
            "is": "now" if stage.key == case.stage else "done" if ended or at < position else "next",
        }
        for at, stage in enumerate(view.stages, start=1)
    ]
    turns = turns_of(view)
    waits = _decision_waits(view)
    return {
        "reference": case.reference or "",
        "title": case.title,
        "language": case.language,
        "office": in_language(case.office.names),
        "version_number": case.version_number,
        "version_count": case.version_number,
        "short_hash": case.short_hash,
        "hash": case.version_hash,
        "stage_number": 0 if ended else position,
        "stage_count": total,
        "stage_label": stage_label(case),
        "stages": stages,
        "state": STATE_OF_OUTCOME.get(case.outcome, "done") if ended else "cooling_off" if waits else "",
        "state_label": str(Outcome(case.outcome).label) if ended else waits,
        "turn": turns[0] if turns and not ended else None,
        "more": max(0, len(turns) - 1),
    }


def _decision_waits(view: CaseView) -> str:
    if view.decision is None or view.decision.took_effect_at is not None:
        return ""
    if view.case.stage == "committee":
        return _("before the Management Committee")
    return _("takes effect at %(at)s unless withdrawn") % {"at": look.moment_text(view.decision.effective_at)}


def turns_of(view: CaseView) -> list[dict[str, Any]]:
    """Every open turn as its chip: mine first, then what is due first."""
    found = []
    for turn in view.open_turns:
        mine = _is_mine(view, turn)
        paused = turn.paused_at is not None
        names = view.explanation.names_at(turn)
        found.append(
            {
                "id": str(turn.pk),
                "desk": desk_label(view.case, turn),
                "step": step_label(view.case, turn),
                "who": desk_label(view.case, turn),
                "office": turn.office.code,
                "names": names,
                "until": turn.due_at,
                "left": days_to_go(turn, at=view.viewer.at, calendar=view.calendars.get(turn.office_id)),
                "late": not paused and turn.due_at is not None and turn.due_at < view.viewer.at,
                "paused": paused,
                "mine": mine,
                "reason": _("clock stopped: the office has been asked") if paused else "",
                "place": in_language(turn.office.duty_station.names),
                "taken_by": turn.taken_by.full_name if turn.taken_by is not None else "",
                "give_url": reverse("approvals:reassign", args=[view.case.handle, turn.desk])
                if may_give(view.viewer, turn)
                else "",
                "stands_for": _stands_for(view, turn) if mine else "",
            }
        )
    return sorted(found, key=lambda one: (not one["mine"], one["paused"], str(one["until"] or "9")))


def _stands_for(view: CaseView, turn: Turn) -> str:
    """For whom the turn is this person's, where they stand in."""
    absent = view.viewer.behalf_at(turn.seats, turn.taken_by_id)
    return absent.name if absent is not None else ""


def _is_mine(view: CaseView, turn: Turn) -> bool:
    if turn.taken_by_id is not None:
        return view.viewer.has_taken(turn)
    if view.explanation.authority is not None and turn.capacity == Capacity.DECIDER:
        return view.explanation.authority.allowed
    return bool(view.viewer.seats & set(turn.seats)) and not _is_kept_apart(view, turn)


def _is_kept_apart(view: CaseView, turn: Turn) -> bool:
    """Whether what the viewer did in the case before keeps them from all that can be done at this turn."""
    here = [one for one in view.explanation.offers if one.turn is not None and one.turn.pk == turn.pk]
    acts = [one for one in here if one.verb.key != "recuse"]
    return bool(acts) and all(one.reasons and one.reasons[0].code.startswith("separation.") for one in acts)


# A version ------------------------------------------------------------------------------------------------------


def draw_value(row: Row) -> SafeString | str:
    """A value as people read it, by its kind; what a person wrote is in its own language and direction."""
    if row.kind == "table":
        return _table(row)
    if row.value in (None, ""):
        return look.nothing(_("not answered"))
    if row.kind == "narrative":
        return look.narrative(str(row.value), row.language)
    if row.kind == "money":
        return format_html('<bdi class="num" dir="ltr">{}</bdi>', row.value)
    if row.language:
        return look.words(str(row.value), row.language)
    return format_html("<bdi>{}</bdi>", row.value)


def _table(row: Row) -> SafeString:
    if not row.value:
        return look.nothing(_("no rows"))
    heads = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in row.columns))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        (
            (format_html_join("", "<td><bdi>{}</bdi></td>", ((cell,) for cell in cells)),)
            for cells in row.value
        ),
    )
    return format_html(
        '<div class="sheet sheet--scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="data data--compact"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        row.label, heads, body,
    )  # fmt: skip


def facts_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows of a version as a list of facts."""
    return [
        {
            "label": row.label,
            "value": draw_value(row),
            "wide": row.kind in ("narrative", "table"),
            "key": row.key,
        }
        for row in rows
    ]


def sections_of(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """The whole version by section."""
    return [{"key": one.key, "title": one.title, "facts": facts_of(one.rows)} for one in sections]


def changes_of(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """What changed, section by section; texts as one text with what went and what came."""
    found: dict[str, dict[str, Any]] = {}
    for change in changes:
        section = found.setdefault(change.section, {"title": change.section, "rows": []})
        section["rows"].append(
            {
                "label": change.label,
                "before": change.before,
                "after": change.after,
                "pieces": _pieces(change) if change.pieces and change.before and change.after else "",
                "percent": _percent(change),
            }
        )
    return list(found.values())


def _pieces(change: Change) -> SafeString:
    marks = {"insert": "<ins>{}</ins>", "delete": "<del>{}</del>"}
    return format_html_join(
        "", "{}", ((format_html(marks.get(kind, "{}"), text),) for kind, text in change.pieces)
    )


def _percent(change: Change) -> str:
    if change.percent is None:
        return ""
    figures = number_format(abs(change.percent), 1, use_l10n=True)
    return f"{'+' if change.percent > 0 else '−'}{figures}\u00a0%"


def appraisal_of(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The appraisal as a table: a row for each figure, a column for each rate; and the flows by year."""
    if not found:
        return None
    currency, columns = found["currency"], found["columns"]

    def years(value: Any) -> SafeString | str:
        return look.number(value, 1, _("years")) if value else _("never")

    rows = [
        (_("Net present value"), [look.money(one["npv"], currency) for one in columns]),
        (_("Return on investment"), [_share(one["roi"]) for one in columns]),
        (_("Benefits for each unit of cost"), [_ratio(one.get("bcr")) for one in columns]),
        (_("Paid back after (discounted)"), [years(one.get("discounted_payback")) for one in columns]),
    ]
    irr = found.get("irr") or {}
    roots = irr.get("roots") or []
    flows = [
        (year, look.money(cost, currency), look.money(benefit, currency))
        for year, cost, benefit in zip(found["years"], found["costs"], found["benefits"], strict=False)
    ]
    return {
        "rates": [_("at %(rate)s %%") % {"rate": number_format(one["rate"], 1)} for one in columns],
        "rows": [{"label": label, "cells": cells} for label, cells in rows],
        "irr": look.number(roots[0], 1, "%")
        if len(roots) == 1
        else _("several; judge by the net present value")
        if roots
        else _("none"),
        "payback": years(found.get("payback")),
        "flows": flows,
        "negative": [str(one["npv"]).startswith("-") for one in columns],
    }


def _share(value: Any) -> SafeString:
    return look.number(value, 1, "%") if value not in (None, "") else look.nothing()


def _ratio(value: Any) -> SafeString:
    return look.number(value, 2) if value not in (None, "") else look.nothing()


# The desks ------------------------------------------------------------------------------------------------------


def desks_of(view: CaseView) -> dict[str, Any]:
    """The assessment desks as this viewer may know them: "n of m in", then spread and the scores themselves."""
    ours = [
        one
        for one in view.assessments
        if one.submitted_at is not None and one.round == view.case.review_round
    ]
    submitted = {one.desk: one for one in ours}
    road = view.case.route.road
    desks = {desk.key: desk for desk in road.assessment_desks()}
    rows = []
    for progress in view.progress:
        found = submitted.get(progress.desk)
        rows.append(
            {
                "key": progress.desk,
                "label": progress.label,
                "is_in": progress.is_in,
                "confirms": progress.confirms,
                "confirmed": _confirmed(view, found),
                "earlier": [
                    assessment_of(one, desks[progress.desk])
                    for one in ours
                    if one.desk == progress.desk and one is not found
                ],
                "reviewer": progress.reviewer,
                "assessment": assessment_of(
                    found, desks[progress.desk], who=view.acted("submit_assessment", found.reviewer)
                )
                if found
                else None,
            }
        )
    scores = sorted(
        (score.score, criterion)
        for one in submitted.values()
        for score in one.scores.all()
        if score.score is not None
        for criterion in [_criterion_label(desks[one.desk], score.criterion)]
    )
    return {
        "rows": rows,
        "in": sum(1 for row in rows if row["is_in"]),
        "of": len(rows),
        "begun": any(turn.stage == "assessments" for turn in view.turns),
        "spread": _spread(scores) if len(submitted) > 1 else None,
    }


def _confirmed(view: CaseView, assessment: Assessment | None) -> Any:
    """The act that confirmed this assessment; one of an assessment that was revised since says nothing of it."""
    move = view.confirmed.get(assessment.desk) if assessment is not None else None
    if assessment is None or move is None:
        return None
    return move if move.params["assessment"] == str(assessment.pk) else None


def _spread(scores: Sequence[tuple[int, str]]) -> dict[str, Any] | None:
    if not scores:
        return None
    low, high = scores[0], scores[-1]
    return {
        "same": low[0] == high[0],
        "low": low[0],
        "low_label": low[1],
        "high": high[0],
        "high_label": high[1],
        "mean": number_format(round(mean(value for value, _label in scores), 1), 1),
        "wide": high[0] - low[0] >= 2,
    }


def _criterion_label(desk: Desk, key: str) -> str:
    return next((in_language(one.labels) for one in desk.criteria if one.key == key), key)


def assessment_of(assessment: Assessment, desk: Desk, *, who: str = "") -> dict[str, Any]:
    """One desk's assessment to read: each score with its anchor and evidence, each answer with its words."""
    given = {row.criterion: row for row in assessment.scores.all()}
    rows = [_scored(criterion, given.get(criterion.key), assessment.language) for criterion in desk.criteria]
    return {
        "reviewer": who or assessment.reviewer.full_name,
        "at": assessment.submitted_at,
        "version": assessment.version_number,
        "overall": assessment.overall,
        "language": assessment.language,
        "scores": [row for row in rows if row["is_score"]],
        "answers": [row for row in rows if not row["is_score"]],
    }


def _scored(criterion: Criterion, row: Any, language: str) -> dict[str, Any]:
    score = row.score if row is not None else None
    anchor = criterion.anchors.get(str(score)) if score is not None else None
    return {
        "key": criterion.key,
        "code": criterion.code,
        "label": in_language(criterion.labels),
        "is_score": criterion.kind == "score",
        "score": score,
        "anchor": in_language(anchor) if anchor else "",
        "answer": Answer(row.answer).label if row is not None and row.answer else "",
        "evidence": row.evidence if row is not None else "",
        "comment": row.comment if row is not None else "",
        "language": language,
    }


# What happened --------------------------------------------------------------------------------------------------


def events_of(rows: Iterable[TimelineRow]) -> list[dict[str, Any]]:
    """The timeline, the latest first; the words of an act in their own language."""
    found = []
    for row in rows:
        tone, icon = TONES.get(row.verb, ("", "circle"))
        parts = []
        if row.version_number:
            parts.append(_("version %(n)d") % {"n": row.version_number})
        if row.verb in ("request_clarification", "ask_questions") and row.params:
            number = int(row.params.get("questions", 0))
            parts.append(ngettext("%(n)d question", "%(n)d questions", number) % {"n": number})
        more = " · ".join(parts)
        words = look.narrative(row.words, row.words_language, element="span") if row.words else ""
        found.append(
            {
                "at": row.at,
                "who": row.who,
                "what": row.sentence[:1].upper() + row.sentence[1:],
                "tone": tone,
                "icon": icon,
                "more": format_html("{}{}{}", more, mark_safe("<br>") if more and words else "", words)
                if more or words
                else "",
            }
        )
    return found[::-1]


def clarifications_of(view: CaseView) -> list[dict[str, Any]]:
    """The requests for clarification, the open one first; each question with its answer."""
    labels = {choice.key: choice.label for choice in _choices(view.case)}
    return [
        {
            "number": one.number,
            "lapsed": one.lapsed_at is not None,
            "asked_at": one.asked_at,
            "answered_at": one.answered_at,
            "about": one.about_version,
            "items": [
                {
                    "position": item.position,
                    "label": labels.get(item.field, item.field),
                    "question": item.question,
                    "language": item.language,
                    "answer": item.answer,
                    "answer_language": item.answer_language,
                }
                for item in one.items.all()
            ],
        }
        for one in sorted(view.clarifications, key=lambda one: (one.answered_at is not None, -one.number))
    ]


def questions_of(view: CaseView) -> list[dict[str, Any]]:
    """What the desks would ask, each with its field and its desk."""
    if not view.questions:
        return []
    labels = {choice.key: choice.label for choice in _choices(view.case)}
    desks = {desk.key: in_language(desk.labels) for _stage, desk in view.case.route.road.desks()}
    return [
        {
            "label": labels.get(one.field, one.field),
            "desk": desks.get(one.desk, one.desk),
            "who": one.by.full_name,
            "at": one.at,
            "question": one.question,
            "language": one.language,
        }
        for one in view.questions
    ]


def _choices(case: Case) -> Any:
    from apps.approvals.subjects import subject_for

    return subject_for(case.subject_kind).presenter.field_choices()
