"""What a person leaves behind who leaves a post: the turns that nobody else has, and who gets them (review.md 4)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.labels import desk_label
from apps.approvals.models import Case, Turn
from apps.approvals.seats import people_for
from apps.approvals.services.engine import COOLING_OFF, Walk, notice_params, rule_move
from apps.notices import services as notices
from apps.offices.models import PostHolding
from apps.offices.queries import day_of, is_within_oict, posts_of


def turns_left_behind(holding: PostHolding, at: datetime) -> list[str]:
    """The open turns that this person holds by this post alone, as desks and how many: taken by them, or at a desk
    where nobody else sits. Which cases they are is not for who keeps the posts.
    """
    desks = Counter(str(desk_label(turn.case, turn)) for turn in _turns(holding, at))
    return [f"{desk} ({many})" if many > 1 else desk for desk, many in desks.items()]


def _seats(holding: PostHolding, at: datetime) -> set[str]:
    post = holding.post
    seats = {f"{post.role}@{post.office_id}"}
    if is_within_oict(post.office_id, day_of(at)):
        seats.add(f"{post.role}@oict")
    return seats


def _turns(holding: PostHolding, at: datetime) -> list[Turn]:
    seats = _seats(holding, at)
    kept: set[str] = set()
    for post in posts_of(holding.user, at):
        if post.holding_id != holding.pk and post.is_own:
            kept |= {f"{post.role}@{post.office_id}", *([f"{post.role}@oict"] if post.within_oict else [])}
    rows = (
        Turn.objects.open()
        .filter(seats__overlap=list(seats), case__discarded_at__isnull=True)
        .exclude(stage=COOLING_OFF)
        .select_related("case__route", "taken_by")
        .order_by("due_at", "pk")
    )
    rows = rows.exclude(seats__overlap=list(kept)) if kept else rows
    found = []
    seated: dict[tuple[str, ...], set[object]] = {}
    for turn in rows:
        if turn.taken_by_id == holding.user_id:
            found.append(turn)
        elif turn.taken_by_id is None:
            key = tuple(turn.seats)
            if key not in seated:
                seated[key] = {
                    one.user.pk for one in people_for(key, at, case_id=turn.case_id) if one.stands_for is None
                }
            if not seated[key] - {holding.user_id}:
                found.append(turn)
    return found


def hand_over(*, holding: PostHolding, successor: User, at: datetime) -> None:
    """Give what the leaving person had taken to who follows in the post; what waits for the post follows by itself."""
    taken = Turn.objects.open().filter(taken_by=holding.user, seats__overlap=list(_seats(holding, at)))
    rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=taken.values("case")).order_by("pk")
    list(rows.values_list("pk"))
    for turn in taken.exclude(stage=COOLING_OFF).select_related("case__route", "office"):
        case = turn.case
        turn.taken_by, turn.taken_at = successor, at
        turn.save(update_fields=["taken_by", "taken_at"])
        walk = Walk(case=case, at=at, road=case.route.road, turns=[turn])
        rule_move(walk, verb="handed_over", turn=turn, from_stage=case.stage, params={"desk": turn.desk})
        notices.post(
            recipients=[successor],
            code="turn.opened",
            params=notice_params(case, turn),
            dedupe_key=f"{turn.pk}:handed_over:{at.isoformat()}",
            case_id=case.pk,
            link=f"/cases/{case.handle}/",
            at=at,
        )
