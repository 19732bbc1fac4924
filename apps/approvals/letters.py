"""The letter that an office receives: fixed text in the office's language, the decider's words as written.

A letter is composed from the decision alone, once, and stored with it; a page or a mail shows what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.accounts.choices import locale_of
from apps.approvals.choices import APPROVALS, ConditionKind, Outcome
from apps.approvals.seats import titles_of
from apps.audit.reasons import Kind, refuse_if
from apps.offices.naming import in_language


def language_of_letter(office: Any) -> str:
    """The language in which the office wants its letters; English while their fixed text is not translated, so that
    no letter is half in one language and half in another.
    """
    with translation.override(locale_of(office.letter_language)):
        is_translated = _("Decision on {reference}") != "Decision on {reference}"
    language: str = office.letter_language if is_translated else "en"
    return language


def compose_letter(case: Any, decision: Any, conditions: Sequence[Any]) -> dict[str, Any]:
    """The letter as a list of blocks: `{kind: heading|paragraph|words|item, text, lang}`; `lang` where
    words stay as written.
    """
    language = language_of_letter(case.office)
    with translation.override(locale_of(language)):
        office = in_language(case.office.names, language)
        blocks: list[dict[str, str]] = [
            {"kind": "heading", "text": _("Decision on {reference}").format(reference=case.reference)},
            {
                "kind": "paragraph",
                "text": _day(decision.decided_at.astimezone(decision.decided_by.zone).date()),
            },
            {"kind": "paragraph", "text": _("To the head of {office}").format(office=office)},
            {
                "kind": "paragraph",
                "text": _(
                    "Under paragraph 18 of A/61/765 the Office of ICT has reviewed version {number} of this "
                    "business case "
                    "(fingerprint {hash}), and decided:"
                ).format(number=decision.version_number, hash=decision.version_hash[:16]),
            },
            {"kind": "words", "text": case.title, "lang": case.language},
            {"kind": "heading", "text": str(Outcome(decision.outcome).label)},
            {"kind": "paragraph", "text": _in_place_of(case, decision)},
        ]
        if decision.outcome in APPROVALS:
            amount = number_format(decision.amount_max, 2, use_l10n=True, force_grouping=True)
            until = _day(decision.valid_until)
            blocks += [
                {
                    "kind": "paragraph",
                    "text": _("Up to {currency} {amount}, until {date}.").format(
                        currency=decision.currency, amount=amount, date=until
                    ),
                },
                {"kind": "paragraph", "text": _("Scope:")},
                {"kind": "words", "text": decision.scope, "lang": decision.language},
            ]
        blocks += [
            {"kind": "paragraph", "text": _("Reasons:")},
            {"kind": "words", "text": decision.reasons, "lang": decision.language},
        ]
        if decision.what_would_change:
            blocks += [
                {"kind": "paragraph", "text": _("What would change this decision:")},
                {"kind": "words", "text": decision.what_would_change, "lang": decision.language},
            ]
        if conditions:
            blocks.append({"kind": "paragraph", "text": _("Conditions:")})
        for row in conditions:
            text = _("{when}, due {date}").format(when=ConditionKind(row.kind).label, date=_day(row.due_on))
            blocks.append({"kind": "item", "text": text})
            blocks.append({"kind": "words", "text": row.words, "lang": row.language})
        basis = (
            _("Decided under instrument {number}.").format(number=decision.instrument_number)
            if decision.instrument_number
            else _("Decided under the authority of the Chief Information Technology Officer.")
        )
        blocks += [
            {"kind": "paragraph", "text": basis},
            {"kind": "signature", "text": _signed(decision)},
            {"kind": "paragraph", "text": in_language(decision.post_title or {}, language)},
        ]
    return {"language": language, "blocks": [block for block in blocks if block["text"]]}


def _in_place_of(case: Any, decision: Any) -> str:
    """Which decision it takes the place of, where the head of office asked for reconsideration; else nothing."""
    if decision.round == 1:
        return ""
    before = (
        case.decisions.filter(took_effect_at__isnull=False, round__lt=decision.round)
        .order_by("-round")
        .first()
    )
    if before is None:
        return ""
    day = _day(before.decided_at.astimezone(before.decided_by.zone).date())
    return _("After reconsideration. This takes the place of the decision of {date} ({outcome}).").format(
        date=day, outcome=Outcome(before.outcome).label
    )


def _day(on: date) -> str:
    """A day as every page writes it, with the month in full."""
    return date_format(on, pgettext("a date in a letter", "j F Y"), use_l10n=False)


def _signed(decision: Any) -> str:
    """Who decided, and for which absent person where they stood in."""
    if decision.on_behalf_of is None:
        return decision.decided_by.full_name
    names = {"name": decision.decided_by.full_name, "absent": decision.on_behalf_of.full_name}
    return _("{name}, on behalf of {absent}").format(**names)


def preview_letter(
    *,
    case: Any,
    values: Mapping[str, Any],
    recommendation: Any,
    language: str,
    check: Any,
    by: Any,
    at: datetime,
    absent: Any = None,
) -> dict[str, Any]:
    """The letter as it would go out, from a decision that is not made yet. Nothing is written.

    Refuses (`invalid`) what a decision must say and does not, as the act itself would.
    """
    from apps.approvals import policies
    from apps.approvals.models import Condition, Decision

    refuse_if(Kind.INVALID, policies.reasons_against_decision_content(case, values, recommendation, at=at))
    approving = values["outcome"] in APPROVALS
    instrument = check.instrument if check is not None else None
    decision = Decision(
        case=case,
        round=case.round,
        decided_by=by,
        decided_at=at,
        on_behalf_of=absent,
        post_title=titles_of(check.post_id) if check is not None else {},
        outcome=values["outcome"],
        instrument_number=instrument.number if instrument else "",
        reasons=values["reasons"],
        what_would_change=values["what_would_change"],
        language=language,
        scope=values["scope"],
        amount_max=values["amount_max"] if approving else None,
        valid_until=values["valid_until"] if approving else None,
        version_number=case.version_number,
        version_hash=case.version_hash,
    )
    rows = [
        Condition(decision=decision, position=position, language=language, **row)
        for position, row in enumerate(values["conditions"], start=1)
    ]
    return compose_letter(case, decision, rows)
