"""Which open decisions would lose their decider if instruments gave no authority, and who could decide instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery

from apps.approvals.choices import Capacity
from apps.approvals.models import Case, ConflictDeclaration, Turn
from apps.approvals.querysets import CLASSES, covering
from apps.approvals.seats import place_of
from apps.approvals.services.engine import COOLING_OFF
from apps.approvals.standing import viewer_of
from apps.offices.effects import SHOWN, Loss
from apps.offices.models import PostHolding
from apps.offices.permissions import WhoCan, who_can_exercise

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.offices.models import Instrument

SCANNED = 50


def open_decisions(instruments: Sequence[Instrument], asker: User, at: datetime) -> list[Loss]:
    """The open decisions that the asker may see and for which somebody holds authority by these instruments alone,
    the oldest first. What was decided and has not taken effect yet stands, and is not among them.
    """
    own = {instrument.pk: instrument for instrument in instruments}
    covered = covering(at=at, instrument__in=list(own)).values("instrument")
    turns = (
        Turn.objects.open()
        .filter(
            capacity=Capacity.DECIDER,
            case__in=Case.objects.visible_to(viewer_of(asker, at)).open().values("pk"),
        )
        .exclude(stage=COOLING_OFF)
        .alias(**CLASSES)
        .annotate(under=ArraySubquery(covered))
        .filter(under__len__gt=0)
        .select_related("case__office", "taken_by")
        .order_by("opened_at", "pk")[:SCANNED]
    )
    holders = {
        holding.post_id: holding.user
        for holding in PostHolding.objects.filter(
            post__in=[i.delegate_post_id for i in instruments], during__contains=at, user__is_active=True
        ).select_related("user")
    }
    found = list(turns)
    aside: dict[Any, set[Any]] = defaultdict(set)
    for case_id, user_id in ConflictDeclaration.objects.filter(
        case__in=[turn.case_id for turn in found], recused=True
    ).values_list("case", "user"):
        aside[case_id].add(user_id)
    known: dict[Any, list[WhoCan]] = {}
    losses: list[Loss] = []
    for turn in found:
        case = turn.case
        place = place_of(case)
        key = (*place.values(), case.value_usd)
        if key not in known:
            known[key] = who_can_exercise(
                function="18", amount_usd=case.value_usd, at=at, without=list(own), **place
            )
        able = [one for one in known[key] if one.user.pk not in aside[case.pk]]
        remain = {one.user.pk for one in able}
        losing = [holders.get(own[pk].delegate_post_id) for pk in turn.under]  # type: ignore[attr-defined]
        names = [p for p in losing if p is not None and p.pk not in remain and p.pk not in aside[case.pk]]
        if not names:
            continue
        losses.append(
            Loss(
                url=case.get_absolute_url(),
                reference=case.reference or "",
                title=case.title,
                language=case.language,
                office=case.office.code,
                amount_usd=case.value_usd,
                losing=tuple(dict.fromkeys(person.full_name for person in names)),
                instead=tuple(dict.fromkeys(str(one) for one in able)),
                is_taken=turn.taken_by_id in {person.pk for person in names},
            )
        )
        if len(losses) > SHOWN:
            break
    return losses
