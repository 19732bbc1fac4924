"""Turns, their pauses, and moves: whose turn it is, and what was done."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from apps.approvals.choices import Capacity
from apps.approvals.models.case import Case
from apps.approvals.querysets import TurnQuerySet


class Turn(models.Model):
    """Who has the turn (seam 4): a desk at an acting office, since when, until when, and the act that ended it.

    `days_left` are the working days that remained when the clock last started (`clock_from`); `due_at` follows from
    the two in the acting office's calendar. A paused turn has `paused_at`, and no due moment that counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="turns")
    round = models.PositiveSmallIntegerField()
    visit = models.PositiveIntegerField()
    stage = models.SlugField(max_length=40)
    desk = models.SlugField(max_length=40)
    step = models.SlugField(max_length=40)
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="turns")
    capacity = models.CharField(max_length=12, choices=Capacity)
    seats = ArrayField(models.CharField(max_length=80))
    side = models.CharField(max_length=8)
    opened_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(null=True)
    days_left = models.PositiveSmallIntegerField(null=True)
    clock_from = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_version = models.PositiveIntegerField(default=1)
    calendar_key = models.CharField(max_length=80, blank=True)
    paused_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="turns_taken"
    )
    taken_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_verb = models.SlugField(max_length=40, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "desk"],
                condition=models.Q(closed_at__isnull=True),
                name="turn_one_open_per_desk",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by_verb="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(closed_by_verb="")),
                name="turn_closed_by_an_act",
            ),
        ]
        indexes = [
            GinIndex(fields=["seats"], name="turn_seats_open", condition=models.Q(closed_at__isnull=True)),
            models.Index(
                fields=["due_at", "id"], name="turn_due_open", condition=models.Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["taken_by"], name="turn_taken_open", condition=models.Q(closed_at__isnull=True)
            ),
        ]
        triggers = [pgtrigger.Protect(name="turn_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.stage}/{self.desk}/{self.step}"

    @property
    def roles(self) -> list[str]:
        return sorted({seat.split("@", 1)[0] for seat in self.seats})


class TurnPause(models.Model):
    """An interval in which a turn's clock stood still, and the act that stopped it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="pauses")
    paused_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)
    reason_code = models.SlugField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["turn"], condition=models.Q(resumed_at__isnull=True), name="pause_one_open_per_turn"
            )
        ]

    def __str__(self) -> str:
        return f"{self.turn_id} {self.paused_at:%Y-%m-%d %H:%M}"


class Move(models.Model):
    """One act in a case, as the timeline shows it and as a second request with the same key is answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="moves")
    verb = models.SlugField(max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="moves"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    capacity = models.CharField(max_length=12, blank=True)
    role = models.CharField(max_length=40, blank=True)
    post_title = models.JSONField(default=dict)
    instrument_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    round = models.PositiveSmallIntegerField()
    from_stage = models.SlugField(max_length=40)
    to_stage = models.SlugField(max_length=40)
    version_number = models.PositiveIntegerField()
    version_hash = models.CharField(max_length=64, blank=True)
    words = models.TextField(blank=True)
    words_language = models.CharField(max_length=8, blank=True)
    params = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    event_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "idempotency_key"], name="move_once_per_key")]
        indexes = [
            models.Index(fields=["case", "at"], name="move_case"),
            models.Index(fields=["by", "-at"], name="move_by"),
        ]
        triggers = [pgtrigger.Protect(name="move_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.verb} on {self.case_id}"
