"""Which rows: filters that read as English, over columns alone (seam 12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from apps.offices.choices import InstrumentState, Role

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.offices.queries import Standing

DRAFTERS_WITHIN_OICT = (Role.CITO, Role.SECTION_CHIEF)
READERS_OF_DRAFTS = (Role.ADMINISTRATOR, Role.AUDITOR)


class EvidenceQuerySet(QuerySet):
    def visible_to(self, standing: Standing) -> EvidenceQuerySet:
        """The evidence whose words this person may read; the table of who reads what is in `permissions`."""
        from apps.offices.permissions import evidence_filter

        return self.filter(evidence_filter(standing))

    def current(self) -> EvidenceQuerySet:
        """What no later row corrects."""
        return self.filter(corrected_by__isnull=True)

    def of(self, function: str, office: object) -> EvidenceQuerySet:
        return self.filter(function=function, office=office)


class EvidenceDutyQuerySet(QuerySet):
    def overdue(self, *, on: datetime) -> EvidenceDutyQuerySet:
        """With evidence, the next of which is late at `on` (late is now > due, seam 5)."""
        return self.filter(last__isnull=False, due_at__lt=on)

    def performing(self, *, on: datetime) -> EvidenceDutyQuerySet:
        """With evidence, and the next not late."""
        return self.filter(last__isnull=False).filter(Q(due_at=None) | Q(due_at__gte=on))

    def without_evidence(self) -> EvidenceDutyQuerySet:
        return self.filter(last__isnull=True)


class InstrumentQuerySet(QuerySet):
    def visible_to(self, user: User, at: datetime) -> InstrumentQuerySet:
        """What was issued is seen by everyone signed in. A draft, also one that was withdrawn, is seen by who drafted
        it, by the holders of the two posts that it names, by who may draft, and by the auditors."""
        from apps.offices.models import PostHolding

        held = PostHolding.objects.filter(user=user.pk, during__contains=at)
        day = Value(at.date())
        inside = Func(F("post__office"), day, function="offices_within_oict", output_field=BooleanField())
        drafters = (
            held.filter(post__role__in=DRAFTERS_WITHIN_OICT).annotate(inside=inside).filter(inside=True)
        )
        party = held.filter(Q(post=OuterRef("delegator_post")) | Q(post=OuterRef("delegate_post")))
        return self.filter(
            Q(issued_at__isnull=False)
            | Q(drafted_by=user.pk)
            | Exists(held.filter(post__role__in=READERS_OF_DRAFTS))
            | Exists(drafters)
            | Exists(party)
        )

    def in_state(self, state: str, at: datetime) -> InstrumentQuerySet:
        """Those that stand so at an instant; the same rule as `life.state_of`, asked of the database."""
        gone = Q(revoked_at__isnull=False) | Q(parent__revoked_at__isnull=False)
        held_back = Q(suspended_at__isnull=False) | Q(parent__suspended_at__isnull=False)
        ended = Q(valid__endswith__lte=at)
        issued = Q(issued_at__isnull=False, revoked_at=None)
        wanted = {
            InstrumentState.DRAFT: Q(issued_at=None, withdrawn_at=None),
            InstrumentState.WITHDRAWN: Q(withdrawn_at__isnull=False),
            InstrumentState.REVOKED: Q(revoked_at__isnull=False, superseded_by=None),
            InstrumentState.SUPERSEDED: Q(superseded_by__isnull=False),
            InstrumentState.ENDED: issued & ended,
            InstrumentState.SUSPENDED: issued & ~ended & (held_back | gone),
            InstrumentState.AWAITING: issued & ~ended & ~held_back & ~gone & Q(accepted_at=None),
            InstrumentState.NOT_BEGUN: issued
            & ~held_back
            & ~gone
            & Q(accepted_at__isnull=False, valid__startswith__gt=at),
            InstrumentState.IN_FORCE: issued
            & ~held_back
            & ~gone
            & Q(accepted_at__isnull=False, valid__contains=at),
        }.get(state)  # type: ignore[call-overload]
        return self.filter(wanted) if wanted is not None else self


class CoverageQuerySet(QuerySet):
    def in_force(self, at: datetime) -> CoverageQuerySet:
        """The rows that give authority at an instant."""
        return self.filter(during__contains=at, accepted=True, suspended=False, revoked=False)


class AbsenceQuerySet(QuerySet):
    def in_force(self, at: datetime) -> AbsenceQuerySet:
        """The absences of the instant: begun, not over, not called off, of who still holds the post."""
        from apps.offices.models import PostHolding

        held = PostHolding.objects.filter(post=OuterRef("post"), user=OuterRef("holder"), during__contains=at)
        return self.filter(Exists(held), called_off=False, during__contains=at, holder__is_active=True)

    def stood_in(self, at: datetime) -> AbsenceQuerySet:
        """Those of the instant that somebody with an active account stands in for."""
        return self.in_force(at).filter(stand_in__is_active=True)
