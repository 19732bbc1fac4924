"""What the tick does for cases: reminders, one step of escalation, and decisions that take effect
(review.md 9, seam 8).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.approvals.choices import Capacity, Side
from apps.approvals.models import Case, Decision, Turn
from apps.approvals.seats import people_for, place_of
from apps.approvals.services.effect import bring_into_effect
from apps.approvals.services.engine import (
    COOLING_OFF,
    REMINDER_KINDS,
    Walk,
    close_turn,
    enter_stage,
    notice_params,
    pass_on,
    rule_move,
    tell,
    warn_of_vacancy,
)
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.notices import services as notices
from apps.notices.models import Timer
from apps.offices.choices import Role
from apps.offices.models import Post, PostHolding
from apps.offices.permissions import reasons_against_exercising
from apps.offices.queries import ancestors, day_of, is_within_oict

LATEST_FIRST = tuple(kind for _percent, kind in sorted(REMINDER_KINDS.items(), reverse=True))


def remind(timers: list[Timer]) -> None:
    """Send the latest reminder that is due of each turn, once; the earlier ones fall silent (three days of
    silence: one).

    What is closed, paused, or has another due moment by now is passed over. One message a person, rule and due version.
    """
    now = clock.now()
    turns = {
        turn.pk: turn
        for turn in Turn.objects.filter(pk__in=[timer.object_id for timer in timers]).select_related(
            "case", "taken_by"
        )
    }
    due = Timer.objects.filter(
        object_id__in=list(turns), kind__in=LATEST_FIRST, due_at__lte=now, cancelled_at__isnull=True
    ).values_list("object_id", "due_version", "kind")
    latest: dict[tuple[uuid.UUID, int], str] = {}
    for object_id, version, kind in due:
        known = latest.get((object_id, version))
        if known is None or LATEST_FIRST.index(kind) < LATEST_FIRST.index(known):
            latest[object_id, version] = kind
    for timer in timers:
        turn = turns.get(timer.object_id)
        if turn is None or not _still_runs(turn, timer):
            continue
        if latest.get((timer.object_id, timer.due_version)) != timer.kind:
            continue
        key = f"{turn.pk}:{timer.kind}:{timer.due_version}"
        tell(turn, turn.case, code=timer.kind, key=key, at=now)


def _still_runs(turn: Turn, timer: Timer) -> bool:
    return turn.closed_at is None and turn.paused_at is None and turn.due_version == timer.due_version


def lock_cases_of_turns(turn_ids: list[uuid.UUID]) -> None:
    """Lock the cases of these turns before their timers, in the order of every other act (seam 1)."""
    cases = Turn.objects.filter(pk__in=turn_ids).values("case_id")
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values_list("pk"))


def escalate(timer: Timer) -> None:
    """Bring an overdue turn to the next level: the section chief for OICT, the head for an office, the
    head above for a head.
    """
    turn = (
        Turn.objects.select_related("case__route", "case__office", "office")
        .filter(pk=timer.object_id)
        .first()
    )
    if turn is None or not _still_runs(turn, timer) or turn.escalated_at is not None:
        return
    now = clock.now()
    turn.escalated_at = now
    turn.save(update_fields=["escalated_at"])
    walk = Walk(case=turn.case, at=now, road=turn.case.route.road, turns=[turn])
    rule_move(walk, verb="escalated", turn=turn, from_stage=turn.case.stage, params={"desk": turn.desk})
    above = [f"{Role.SECTION_CHIEF}@oict"] if turn.side == Side.OICT else _above_office(turn, now)
    own = {seated.user.pk for seated in people_for(turn.seats, now, case_id=turn.case_id)}
    notices.post(
        recipients=[
            seated.user
            for seated in people_for(above, now, case_id=turn.case_id)
            if seated.user.pk not in own
        ],
        code="turn.escalated",
        params=notice_params(turn.case, turn),
        dedupe_key=f"{turn.pk}:escalated:{timer.due_version}",
        case_id=turn.case_id,
        link=f"/cases/{turn.case.handle}/",
        at=now,
    )


def _above_office(turn: Turn, now: Any) -> list[str]:
    if turn.capacity != Capacity.ENDORSER:
        return [f"{Role.HEAD_OF_OFFICE}@{turn.office_id}"]
    return [f"{Role.HEAD_OF_OFFICE}@{office}" for office in ancestors(turn.office_id, day_of(now))]


def let_go(*, user: User, at: datetime) -> None:
    """Free the turns that this person took and no longer sits at, so that nothing waits for who has left.

    Between a decision and its effect the turn stays with who decided: nobody else withdraws it.
    """
    taken = Turn.objects.open().filter(taken_by=user).exclude(stage=COOLING_OFF)
    cases = Case.objects.select_for_update(of=("self",)).filter(pk__in=taken.values("case")).order_by("pk")
    if not list(cases.values_list("pk")):
        return
    seats = viewer_of(user, at).seats
    _free([t for t in taken.select_related("case__route") if not seats & set(t.seats)], at)


def let_go_of_decisions(*, post_ids: Iterable[uuid.UUID], at: datetime) -> None:
    """Free the decisions that holders of these posts took and have no authority for any more; who still has it, by
    another instrument or by the report itself, keeps them."""
    held = PostHolding.objects.filter(post__in=list(post_ids), during__contains=at).values("user")
    taken = Turn.objects.open().filter(taken_by__in=held, capacity=Capacity.DECIDER)
    taken = taken.exclude(stage=COOLING_OFF)
    cases = Case.objects.select_for_update(of=("self",)).filter(pk__in=taken.values("case")).order_by("pk")
    if not list(cases.values_list("pk")):
        return
    lost = []
    for turn in taken.select_related("case__route", "taken_by"):
        desk = turn.case.route.road.stage(turn.stage).desk(turn.desk)
        check = reasons_against_exercising(
            user=turn.taken_by,
            function=desk.function or "18",
            amount_usd=turn.case.value_usd,
            at=at,
            explain=False,
            **place_of(turn.case),
        )
        if not check.allowed:
            lost.append(turn)
    _free(lost, at)


def _free(turns: Iterable[Turn], at: datetime) -> None:
    for turn in turns:
        turn.taken_by, turn.taken_at = None, None
        turn.save(update_fields=["taken_by", "taken_at"])
        case = turn.case
        walk = Walk(case=case, at=at, road=case.route.road, turns=[turn])
        rule_move(walk, verb="let_go", turn=turn, from_stage=case.stage, params={"desk": turn.desk})
        tell(turn, case, code="turn.opened", key=f"{turn.pk}:let_go:{at.isoformat()}", at=at)


def look_after(*, post: Post, at: datetime) -> None:
    """After a post changed hands, or its holder left or came back: an endorsement passes to the office above where
    nobody may give it here, and of a turn at which nobody is there now who can mend it is told once.
    """
    seats = [f"{post.role}@{post.office_id}"]
    if is_within_oict(post.office_id, day_of(at)):
        seats.append(f"{post.role}@oict")
    waiting = Turn.objects.open().filter(seats__overlap=seats).exclude(stage=COOLING_OFF)
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=waiting.values("case")).order_by("pk")
    if not list(rows.values_list("pk")):
        return
    for turn in waiting.select_related("case__route", "case__office", "office", "taken_by").order_by("pk"):
        case = turn.case
        walk = Walk(case=case, at=at, road=case.route.road, turns=[turn])
        if turn.capacity == Capacity.ENDORSER and turn.taken_by_id is None:
            office = walk.office_for(walk.road.stage(turn.stage).desk(turn.desk))
            if office.pk != turn.office_id:
                pass_on(walk, turn, office)
                continue
        key = f"{turn.pk}:opened:{turn.due_version}"  # who was told before is not told again
        if not tell(turn, case, code="turn.opened", key=key, at=at):
            warn_of_vacancy(turn, case, at=at)


def lock_cases_of_decisions(decision_ids: list[uuid.UUID]) -> None:
    """Lock the cases of these decisions before their timers."""
    cases = Decision.objects.filter(pk__in=decision_ids).values("case_id")
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values_list("pk"))


def take_effect(timer: Timer) -> None:
    """Let a decision take effect once its window is over: the case closes, its letter goes out, the office
    sees it (seam 8). A decision that is subject to the Committee goes there instead, and its letter is held.

    Runs with the case locked; doing it twice changes nothing.
    """
    decision = (
        Decision.objects.select_related("case__route", "case__office").filter(pk=timer.object_id).first()
    )
    now = clock.now()
    if decision is None or decision.withdrawn_at or decision.took_effect_at or now < decision.effective_at:
        return
    case = decision.case
    walk = Walk(case=case, at=now, road=case.route.road, turns=list(case.turns.select_related("office")))
    if case.stage != COOLING_OFF:
        return  # it is with the Committee
    turn = next((one for one in walk.open_turns() if one.stage == COOLING_OFF), None)
    if turn is not None:
        close_turn(walk, turn, verb="take_effect")
    enter_stage(walk, walk.road.stage(COOLING_OFF).next, outcome=decision.outcome, verb="take_effect")
    case.save()
    in_effect = case.closed_at is not None
    if in_effect:
        bring_into_effect(case, decision, now)
    rule_move(
        walk,
        verb="take_effect" if in_effect else "to_committee",
        turn=turn,
        from_stage=COOLING_OFF,
        params={"decision": str(decision.pk)},
    )
