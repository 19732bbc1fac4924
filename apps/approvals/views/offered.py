"""What a page offers: the acts with why not and who can, and the authority box right above them."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import look
from apps.accounts.models import User
from apps.approvals.choices import BEGUN_AGAIN
from apps.approvals.models import Case
from apps.approvals.offers import Explanation, Offer
from apps.approvals.queries import CaseView
from apps.approvals.services.engine import CONFIRM_STEP
from apps.approvals.subjects import subject_for
from apps.approvals.views import reading
from apps.approvals.views.rows import edit_address
from apps.offices.choices import Role

PRIMARY = (
    "hand_on",
    "attest",
    "endorse",
    "give_opinion",
    "acknowledge",
    "find_complete",
    "answer_clarification",
    "grant_extension",
    "authorize_emergency",
    "confirm_emergency",
    "give_wind_down",
    "reopen_case",
    "confirm_assessment",
    "submit_assessment",
    "recommend",
    "decide",
)
WARNS = (
    "request_clarification",
    "set_aside_questions",
    "ask_extension",
    "ask_emergency",
    "refuse_emergency",
    "end_emergency",
    "refuse_extension",
    "send_back",
    "send_back_to_lead",
    "recuse",
    "withdraw_case",
    "withdraw_decision",
)


def act_address(case: Case, verb: str, desk: str = "") -> str:
    """Where an act is composed."""
    if verb == "submit_assessment":
        return reverse("approvals:assess", args=[case.handle, desk])
    return reverse("approvals:act", args=[case.handle, verb])


def new_key() -> str:
    """A key that makes sending the same form twice one act."""
    return str(uuid.uuid4())


def acts_of(view: CaseView, *, with_declaration: bool = False) -> list[dict[str, Any]]:
    """Every act on the case: what this person can do first, then what they cannot, with why and who can."""
    found = []
    for offer in _once_each(view.explanation):
        verb = offer.verb.key
        if verb == "declare_no_conflict" and not with_declaration:
            continue
        found.append(
            {
                "offer": {
                    "verb": f"{verb}-{offer.desk}",
                    "label": _act_label(offer),
                    "reasons": lines_of(offer),
                },
                "style": "primary" if verb in PRIMARY else "warn" if verb in WARNS else "",
                "url": act_address(view.case, verb, offer.desk) if offer.is_possible else "",
                "note": offer.verb.note if offer.is_possible else "",
                "on_behalf_of": offer.on_behalf_of,
                "possible": offer.is_possible,
                "who_can": offer.who_can,
            }
        )
    order = {key: place for place, key in enumerate((*PRIMARY, *WARNS))}
    return sorted(
        found, key=lambda one: (not one["possible"], order.get(one["offer"]["verb"].rsplit("-", 1)[0], 99))
    )


def turns_with_acts(view: CaseView) -> list[dict[str, Any]]:
    """Whose turn it is; beside mine the act that ends it, where there is one and no other."""
    turns = reading.turns_of(view)
    for turn in turns:
        if not turn["mine"]:
            continue
        forward = [
            offer
            for offer in view.explanation.possible
            if offer.turn is not None and str(offer.turn.pk) == turn["id"] and offer.verb.key in PRIMARY
        ]
        if len(forward) == 1:
            turn["act_url"] = act_address(view.case, forward[0].verb.key, forward[0].desk)
            turn["act_label"] = _act_label(forward[0])
    return turns


def absent_of(view: CaseView, verb: str) -> User | None:
    """The absent person on whose behalf this act would be done."""
    offer = view.explanation.offer(verb)
    if offer is None or offer.turn is None:
        return None
    absent = view.viewer.behalf_at(offer.turn.seats, offer.turn.taken_by_id)
    check = view.explanation.authority
    found = absent.user_id if absent is not None else None
    if found is None and check is not None and check.stands_for is not None:
        found = check.stands_for[0]
    return User.objects.get(pk=found) if found is not None else None


def _act_label(offer: Offer) -> str:
    if offer.verb.key == "submit_assessment" and offer.is_possible:
        revises = offer.turn is not None and offer.turn.step == CONFIRM_STEP
        return _("Revise the assessment") if revises else _("Write the assessment")
    return str(offer.verb.label)


def _once_each(explanation: Explanation) -> list[Offer]:
    """One offer a verb and desk; of a verb that is possible somewhere, only where it is."""
    possible = {offer.verb.key for offer in explanation.possible}
    return [offer for offer in explanation.offers if offer.is_possible or offer.verb.key not in possible]


def lines_of(offer: Offer) -> list[dict[str, Any]]:
    """Why not, and who can; the names once where they are the same for all."""
    lines = look.reason_lines(offer.reasons)
    for line in lines:
        line["who_can"] = line["who_can"] or offer.who_can
    if len({line["who_can"] for line in lines}) == 1:
        for line in lines[:-1]:
            line["who_can"] = ()
    return lines


def authority_of(view: CaseView) -> dict[str, Any] | None:
    """The authority box: whether this person may decide, the amount, the instrument, and who else can."""
    check = view.explanation.authority
    offer = view.explanation.offer("decide") or view.explanation.offer("authorize_emergency")
    if check is None or offer is None:
        return None
    case = view.case
    amount = look.amount_text(case.value_usd, "USD") if case.value_usd is not None else "–"
    mine = bool(view.viewer.seats & set(offer.turn.seats)) if offer.turn is not None else False
    may = mine and check.allowed
    sentence = ""
    instrument = None
    if may and check.inherent:
        sentence = _("%(amount)s: the Chief Information Technology Officer decides without a limit (18).") % {
            "amount": amount
        }
    elif may and check.instrument is not None:
        limit = check.instrument.amount_limit
        sentence = (
            _("%(amount)s is within %(limit)s, and the instrument covers %(office)s.")
            % {"amount": amount, "limit": look.amount_text(limit, "USD"), "office": case.office.code}
            if limit is not None
            else _("The instrument covers %(office)s, without a limit.") % {"office": case.office.code}
        )
        instrument = {
            "number": check.instrument.number,
            "limit": limit,
            "currency": "USD",
            "until": check.instrument.valid.upper,
            "url": "",
        }
    others = [reason for reason in offer.reasons if reason not in check.reasons]
    return {
        "may": may and not others,
        "lead": _("You may decide") if may and not others else _("You cannot decide"),
        "sentence": sentence,
        "instrument": instrument,
        "reasons": [
            {**line, "who_can": ()}
            for line in look.reason_lines(offer.reasons if mine else offer.reasons[:1])
        ],
        "who_can": []
        if may
        else [
            {"name": who.user.full_name, "post": who.post.title, "ceiling": who.ceiling}
            for who in check.who_can
        ]
        or list(offer.who_can),
    }


def edit_of(view: CaseView) -> str:
    """Where the office writes the draft, for those whose turn it is to write."""
    if view.explanation.offer("hand_on") is None and view.explanation.offer("answer_clarification") is None:
        return ""
    for verb in ("hand_on", "answer_clarification"):
        offer = view.explanation.offer(verb)
        if offer is not None and offer.is_possible:
            return edit_address(view.case.subject_kind, view.case.subject_id)
    return ""


def again_of(view: CaseView) -> str:
    """Where a submitter of the office begins again with the text of a closed case; nothing where it is not theirs, or
    was done.
    """
    case = view.case
    if (
        case.is_open
        or case.outcome not in BEGUN_AGAIN
        or f"{Role.SUBMITTER}@{case.office_id}" not in view.viewer.seats
    ):
        return ""
    if view.after is not None and view.after.closed_at is None:
        return ""
    name = subject_for(case.subject_kind).again_url_name
    return reverse(name, args=[case.subject_id]) if name else ""
