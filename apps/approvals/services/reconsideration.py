"""Reconsideration (review.md 11): within its days the head of office asks once; who decided then says where it goes.

What an assigned officer decided goes to the CITO. What the CITO decided goes to reviewers who had no part in it, and
back to the CITO, and the Management Committee is told. The decision stands until another takes effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.choices import BEGUN_AGAIN, DECIDABLE, Capacity, ReconsideredBy
from apps.approvals.models import Case, Decision, Participation, Reconsideration
from apps.approvals.seats import people_for
from apps.approvals.services.act import Act, Trace, with_words
from apps.approvals.services.engine import Walk, enter_stage
from apps.approvals.standby import is_aside
from apps.approvals.standing import COMMITTEE
from apps.audit.reasons import Kind, Reason, refuse_if
from apps.notices import services as notices
from apps.offices.choices import Role
from apps.offices.models import Post
from apps.offices.working_time import due_moment


def standing_decision(case: Case) -> Decision | None:
    """The decision that is in effect; the last one, where one took the place of another."""
    return case.decisions.filter(took_effect_at__isnull=False).order_by("-round").first()


def last_moment(walk: Walk, decision: Decision) -> datetime:
    """Until when the head of office can ask: in working days of the office, from the letter."""
    days = int(walk.numbers["reconsideration.days"])
    received = decision.took_effect_at or decision.effective_at
    return due_moment(received_at=received, days=days, calendar=walk.calendar(walk.case.office))


def reasons_against_asking(walk: Walk) -> list[Reason]:
    """Once, in its days, of a decision in effect; not of a case that its office has begun again."""
    return _reasons_against(walk, standing_decision(walk.case))


def _reasons_against(walk: Walk, decision: Decision | None) -> list[Reason]:
    case = walk.case
    if Reconsideration.objects.filter(case=case).exists():
        return [Reason("reconsideration.asked_before")]
    if decision is None or case.outcome not in DECIDABLE:
        return [Reason("reconsideration.no_decision")]
    until = last_moment(walk, decision)
    if walk.at > until:
        return [Reason("reconsideration.too_late", {"until": until.isoformat(timespec="minutes")})]
    if case.outcome in BEGUN_AGAIN:
        after = case.successors.filter(discarded_at=None).first()
        if after is not None:
            return [Reason("case.begun_again", {"case": after.handle})]
    return []


def _goes_to(decision: Decision, at: datetime) -> str:
    """The CITO looks again at what an officer decided; never at their own, or where they stepped aside, alone."""
    own = decision.capacity == Role.CITO or is_aside(decision.case_id, at)
    return ReconsideredBy.REVIEWERS if own else ReconsideredBy.CITO


def ask_reconsideration(act: Act) -> Trace:
    walk, case = act.walk, act.case
    decision = standing_decision(case)
    refuse_if(Kind.CONFLICT, _reasons_against(walk, decision))
    if decision is None:
        raise LookupError("what has no decision in effect was refused before")
    goes_to = _goes_to(decision, act.at)
    case.closed_at = None  # its outcome stands
    case.round += 1
    if goes_to == ReconsideredBy.REVIEWERS:
        case.review_round = case.round
        _keep_earlier_reviewers_out(act)
    Reconsideration.objects.create(
        case=case,
        decision=decision,
        round=case.round,
        goes_to=goes_to,
        words=act.values["words"],
        language=act.language,
        asked_by=act.by,
        asked_at=act.at,
    )
    road = walk.road
    to = road.review_stage if goes_to == ReconsideredBy.REVIEWERS else road.deciding_stage
    enter_stage(walk, to.key, verb=act.verb)
    _tell(case, [decision.decided_by], "reconsideration.asked", at=act.at)
    trace = with_words(act)
    trace.facts |= {"decision": str(decision.pk), "goes_to": goes_to}
    trace.params |= {"goes_to": goes_to}
    return trace


def _keep_earlier_reviewers_out(act: Act) -> None:
    parts = Participation.objects.filter(case=act.case, capacity__in=[Capacity.REVIEWER, Capacity.LEAD])
    Participation.objects.bulk_create(
        Participation(case=act.case, user_id=person, capacity=Capacity.EARLIER, since=act.at)
        for person in parts.values_list("user", flat=True).distinct()
    )


def reasons_against_withdrawing(walk: Walk) -> list[Reason]:
    """Only what is being reconsidered."""
    return [] if walk.case.is_reconsidered else [Reason("reconsideration.not_asked")]


def withdraw_reconsideration(act: Act) -> Trace:
    refuse_if(Kind.CONFLICT, reasons_against_withdrawing(act.walk))
    end_without_decision(act.case, act.at)
    trace = with_words(act)
    trace.close_outcome = act.case.outcome
    return trace


def end_without_decision(case: Case, at: datetime) -> None:
    """The first decision stands: the office took its request back, or left what it was asked without an answer."""
    Reconsideration.objects.filter(case=case).update(withdrawn_at=at)


def tell_of_effect(case: Case, decision: Decision, at: datetime) -> None:
    """A decision took the place of another; the Committee hears of those that a CITO took twice (review.md 11)."""
    asked = Reconsideration.objects.filter(case=case, round=decision.round).first()
    if asked is None or asked.goes_to != ReconsideredBy.REVIEWERS:
        return
    posts = Post.objects.filter(role__in=COMMITTEE).values_list("role", "office")
    seats = [f"{role}@{office}" for role, office in posts]
    people = [one.user for one in people_for(seats, at, case_id=case.pk)]
    _tell(case, people, "reconsideration.decided", at=at)


def _tell(case: Case, people: Iterable[User], code: str, *, at: datetime) -> None:
    notices.post(
        recipients=list(people),
        code=code,
        params={"reference": case.reference or "", "title": case.title},
        dedupe_key=f"{case.pk}:{code}:{case.round}",
        case_id=case.pk,
        link=f"/cases/{case.handle}/",
        at=at,
    )
