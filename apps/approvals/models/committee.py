"""What the Management Committee did with a decision that is subject to it (A/61/765, 15e; review.md 3)."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.approvals.choices import CommitteeResult, CommitteeWay
from apps.approvals.models.case import Case
from apps.approvals.models.decision import Decision
from apps.approvals.models.turn import Turn


class CommitteeRecord(models.Model):
    """One sitting on one decision: when, who was there, how they voted, what came of it, the minutes; never changed.

    `members` are the ids of the members who count; `names` are theirs as they stood then, `against` those who voted
    otherwise. `quorum` is the number that was asked for. The chair alone needs none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="committee_records")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="committee_records")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=CommitteeWay)
    result = models.CharField(max_length=10, choices=CommitteeResult)
    met_on = models.DateField()
    next_on = models.DateField(null=True)
    members = ArrayField(models.UUIDField(), default=list)
    names = ArrayField(models.CharField(max_length=200), default=list)
    against = ArrayField(models.CharField(max_length=200), default=list)
    quorum = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(result__in=CommitteeResult.values) & models.Q(way__in=CommitteeWay.values),
                name="committee_words",
            ),
            models.CheckConstraint(
                condition=models.Q(result=CommitteeResult.DEFERRED)
                | models.Q(way=CommitteeWay.CHAIR)
                | models.Q(members__len__gte=models.F("quorum")),
                name="committee_quorum",
            ),
            models.CheckConstraint(
                condition=models.Q(next_on__isnull=True) | models.Q(next_on__gt=models.F("met_on")),
                name="committee_next_follows",
            ),
            models.UniqueConstraint(
                fields=["decision"],
                condition=~models.Q(result=CommitteeResult.DEFERRED),
                name="committee_concludes_once",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="committee_kept", operation=pgtrigger.Delete | pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.result} on {self.met_on}"
