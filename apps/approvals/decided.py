"""What offices ask of the review: how function 18 was performed, which is by the decisions on cases (A/61/765, 18)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max, Q

from apps.approvals.choices import APPROVALS, Capacity
from apps.approvals.models import Decision, Turn
from apps.approvals.services.engine import COOLING_OFF
from apps.offices.evidence.decisions import Decided


def decided(at: datetime) -> Decided:
    """Decisions that have taken effect by an instant (two statements).

    All of them count for who holds the function for the Organization; by office only approvals, of which every
    signed-in person sees a card. Confidential cases count for nobody.
    """
    rows = (
        Decision.objects.filter(took_effect_at__lte=at, withdrawn_at=None, case__confidential=False)
        .values_list("case__office")
        .annotate(
            n=Count("pk"),
            last=Max("took_effect_at"),
            n_approved=Count("pk", filter=Q(outcome__in=APPROVALS)),
            last_approved=Max("took_effect_at", filter=Q(outcome__in=APPROVALS)),
        )
        .order_by()
    )
    found = list(rows)
    return Decided(
        count=sum(row[1] for row in found),
        last_at=max((row[2] for row in found), default=None),
        is_late=Turn.objects.overdue(on=at)
        .filter(capacity=Capacity.DECIDER, case__confidential=False)
        .exclude(stage=COOLING_OFF)
        .exists(),
        by_office={row[0]: (row[3], row[4]) for row in found if row[3]},
    )
