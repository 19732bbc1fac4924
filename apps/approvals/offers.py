"""What may be done now, by whom, and why not: the same questions as the act itself asks, before it (authority.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.approvals.choices import DECIDABLE, Capacity, Outcome
from apps.approvals.models import Case, ConflictDeclaration, Participation, Recommendation, Turn
from apps.approvals.seats import Seated, people_for, place_of
from apps.approvals.services import certificates, reconsideration
from apps.approvals.services.acts import reasons_against_withdrawing_case
from apps.approvals.services.authority import (
    amount_of,
    authority_for,
    reasons_of_readiness,
    recommendation_of,
)
from apps.approvals.services.clarifications import reasons_against_reopening
from apps.approvals.services.emergency import reasons_against_a_plan, reasons_against_asking
from apps.approvals.services.engine import ANSWER_STEP, Walk
from apps.approvals.services.moves import (
    DECIDERS_OWN,
    Candidate,
    candidates,
    reasons_against_person,
    reasons_against_whole_case,
)
from apps.approvals.services.verbs import VERBS, Verb
from apps.approvals.standby import standby_of
from apps.approvals.standing import Viewer
from apps.audit.reasons import Reason
from apps.offices.choices import Role
from apps.offices.permissions import AuthorityCheck, who_can_exercise

if TYPE_CHECKING:
    from apps.accounts.models import User

#: The verbs that a page shows to everybody who sees the case, possible or not, while their turn is open.
SHOWN_TO_ALL = (
    "attest",
    "endorse",
    "give_opinion",
    "acknowledge",
    "find_complete",
    "request_clarification",
    "answer_clarification",
    "submit_assessment",
    "confirm_assessment",
    "recommend",
    "decide",
    "withdraw_decision",
)


@dataclass(frozen=True)
class Offer:
    """One act on a case for one person: possible when `reasons` is empty; else each reason, and who can."""

    verb: Verb
    turn: Turn | None
    desk: str
    reasons: tuple[Reason, ...] = ()
    who_can: tuple[str, ...] = ()
    on_behalf_of: str = ""

    @property
    def is_possible(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Explanation:
    """Everything that a case page says about acts: the offers, who sits where, and the authority to decide."""

    offers: tuple[Offer, ...]
    seated: tuple[Seated, ...]
    authority: AuthorityCheck | None
    recommendation: Recommendation | None = None
    """The recommendation, where it was read to answer; None says nothing."""

    def offer(self, verb: str) -> Offer | None:
        found = [offer for offer in self.offers if offer.verb.key == verb]
        return next((offer for offer in found if offer.is_possible), found[0] if found else None)

    @property
    def possible(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if offer.is_possible)

    def names_at(self, turn: Turn) -> tuple[str, ...]:
        if turn.taken_by_id is not None and turn.taken_by is not None:
            taken = turn.taken_by.full_name
            stand_in = (
                one.said
                for one in self.seated
                if one.stands_for == turn.taken_by_id and one.seat in turn.seats
            )
            return tuple(dict.fromkeys((taken, *stand_in)))
        seats = turn.seats
        if (
            turn.round > 1 and turn.capacity == Capacity.DECIDER
        ):  # reconsidered: the CITO's, where there is one
            seats = [seat for seat in seats if seat.startswith(f"{Role.CITO}@")]
        return tuple(dict.fromkeys(person.said for person in self.seated if person.seat in seats))


def explain(
    case: Case,
    *,
    user: User,
    viewer: Viewer,
    turns: Sequence[Turn],
    declared: Sequence[ConflictDeclaration] | None = None,
) -> Explanation:
    """Every act on this case as it stands, with every reason against for this person, from the enforcing code.

    `turns` are the case's turns (with `office` and `taken_by`). Costs at most eight statements, whatever the case.
    """
    walk = Walk(case=case, at=viewer.at, road=case.route.road, turns=list(turns))
    open_now = walk.open_turns()
    if not open_now:
        return Explanation(_after_the_end(walk, viewer), (), None)
    seated = tuple(people_for({seat for turn in open_now for seat in turn.seats}, viewer.at, case_id=case.pk))
    people = [one.user_id for one in viewer.parts() if one.user_id is not None]
    parts = list(Participation.objects.filter(case=case, user__in=people))
    if declared is None:
        declared = list(ConflictDeclaration.objects.filter(case=case, user__in=people))
    authority: AuthorityCheck | None = None
    deciders: tuple[str, ...] = ()
    recommendation: Recommendation | None = None
    offers: list[Offer] = []
    for key, verb in VERBS.items():
        if verb.on_closed:
            continue
        if verb.whole_case:
            against = reasons_against_whole_case(walk, viewer, verb, who_can=())
            if key in OF_WHOLE_CASE and not against:
                against = OF_WHOLE_CASE[key](walk)
            if not against:
                offers.append(Offer(verb, None, ""))
            continue
        for one in candidates(walk, key):
            against = reasons_against_person(
                walk, verb, one.turn, one.desk, by=user, viewer=viewer, parts=parts, declared=list(declared)
            )
            mine = bool(viewer.seats & set(one.turn.seats))
            if against and not mine and key not in SHOWN_TO_ALL:
                continue
            if against and key in ("declare_no_conflict", "hand_back", "recuse"):
                continue
            if one.turn.paused_at is not None:
                against = [Reason("case.paused")]
            who = tuple(
                dict.fromkeys(p.said for p in seated if p.seat in one.turn.seats and p.user.pk != user.pk)
            )
            if key in DECIDERS_OWN and one.desk.function:
                if authority is None:  # asked once, whatever the deciding desk offers
                    authority = _authority_at(one, case, user=user, viewer=viewer, against=against)
                    standby = standby_of(case.pk, viewer.at)
                    first = (standby.name,) if standby is not None and standby.user_id != user.pk else ()
                    deciders = (*first, *(str(can) for can in authority.who_can))
                against = [*against, *authority.reasons] if mine else against
                who = deciders
                if not against and key == "decide":
                    recommendation, scored = recommendation_of(case)
                    against = reasons_of_readiness(walk, recommendation, scored)
            absent = viewer.behalf_at(one.turn.seats, one.turn.taken_by_id)
            if key == "give_opinion" and absent is not None and not against:
                check = authority_for(
                    by=user, capacity=one.turn.capacity, case=case, at=viewer.at, behalf=absent
                )
                against = check.reasons
            behalf = absent.name if absent is not None and mine else ""
            offers.append(Offer(verb, one.turn, one.turn.desk, tuple(against), who, behalf))
    return Explanation(tuple(offers), seated, authority, recommendation)


def _after_the_end(walk: Walk, viewer: Viewer) -> tuple[Offer, ...]:
    """What can be done with a case that ended, for who may; nobody else is told."""
    found = []
    for key, (outcomes, reasons) in AFTER_THE_END.items():
        verb = VERBS[key]
        theirs = walk.case.outcome in outcomes and not reasons_against_whole_case(
            walk, viewer, verb, who_can=()
        )
        if theirs and not reasons(walk):
            found.append(Offer(verb, None, ""))
    return tuple(found)


#: What is asked of the case before its office acts on it as a whole.
OF_WHOLE_CASE = {
    "ask_emergency": reasons_against_asking,
    "ask_certificate": certificates.reasons_against_asking,
    "withdraw_case": reasons_against_withdrawing_case,
    "withdraw_reconsideration": reconsideration.reasons_against_withdrawing,
}
#: What an office can still do with a case that ended so, and what is asked first.
AFTER_THE_END = {
    "reopen_case": ((Outcome.WITHDRAWN,), reasons_against_reopening),
    "give_wind_down": ((Outcome.NOT_APPROVED,), reasons_against_a_plan),
    "ask_reconsideration": (DECIDABLE, reconsideration.reasons_against_asking),
}


def _authority_at(
    one: Candidate, case: Case, *, user: User, viewer: Viewer, against: Sequence[Reason]
) -> AuthorityCheck:
    """The authority of who sits at the deciding desk; to anybody else, whatever they hold, only who can."""
    if viewer.seats & set(one.turn.seats):
        return authority_for(
            by=user,
            capacity=one.turn.capacity,
            case=case,
            at=viewer.at,
            behalf=viewer.behalf_at(one.turn.seats, one.turn.taken_by_id),
            function=one.desk.function,
        )
    able = who_can_exercise(
        function=one.desk.function, amount_usd=amount_of(case), at=viewer.at, **place_of(case)
    )
    return AuthorityCheck(reasons=list(against), who_can=able)


def is_answer(turn: Turn) -> bool:
    """Whether the turn is the office's to answer a clarification."""
    return turn.step == ANSWER_STEP
