import uuid

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.urls import reverse

from apps.offices.choices import DataClass, Period, SubDelegation, SystemClass
from apps.offices.querysets import InstrumentQuerySet


class Instrument(models.Model):
    """An instrument of delegation: which functions, for which offices, up to which amount, to which post,
    from when to when.

    Its terms never change, from the draft on (a trigger holds that): what was read is what is issued. What
    changes is its life: issued, accepted, suspended and resumed, revoked or superseded, each with who and
    when. Authority attaches to the delegate's post.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=30, unique=True)
    legal_basis = models.CharField(max_length=300)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    delegator_post = models.ForeignKey(
        "offices.Post", on_delete=models.PROTECT, related_name="instruments_given"
    )
    delegator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instruments_given",
    )
    delegate_post = models.ForeignKey(
        "offices.Post", on_delete=models.PROTECT, related_name="instruments_held"
    )
    functions = models.ManyToManyField(
        "offices.Function", through="offices.InstrumentFunction", related_name="instruments"
    )
    amount_limit = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    system_limit = models.CharField(max_length=30, choices=SystemClass.choices, blank=True)
    data_limit = models.CharField(max_length=30, choices=DataClass.choices, blank=True)
    conditions = models.TextField(blank=True)
    reporting_duty = models.TextField(blank=True)
    reporting_period = models.CharField(max_length=12, choices=Period.choices, blank=True, default="")
    valid = DateTimeRangeField()
    concurrent = models.BooleanField(default=False)
    sub_delegation = models.CharField(
        max_length=10, choices=SubDelegation.choices, default=SubDelegation.NONE
    )
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspension_reason = models.TextField(blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revocation_reason = models.TextField(blank=True)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at", "-number"]
        indexes = [models.Index(fields=["-drafted_at", "-number"], name="offices_instrument_latest")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(delegator_post=models.F("delegate_post")),
                name="offices_instrument_not_to_itself",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_limit=None) | models.Q(amount_limit__gt=0),
                name="offices_instrument_limit_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(currency="USD"), name="offices_instrument_limit_in_usd"
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="offices_instrument_lasts"),
            models.CheckConstraint(
                condition=models.Q(valid__lower_inf=False, valid__upper_inf=False),
                name="offices_instrument_is_dated",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(revoked_at=None, revoked_by=None, revocation_reason="")
                    | (
                        models.Q(revoked_at__isnull=False, revoked_by__isnull=False)
                        & ~models.Q(revocation_reason="")
                    )
                ),
                name="offices_instrument_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(suspended_at=None, suspended_by=None, suspension_reason="")
                    | (
                        models.Q(suspended_at__isnull=False, suspended_by__isnull=False)
                        & ~models.Q(suspension_reason="")
                    )
                ),
                name="offices_instrument_suspended_with_reason",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        issued_at=None, issued_by=None, accepted_at=None, suspended_at=None, revoked_at=None
                    )
                    | models.Q(
                        issued_at__isnull=False,
                        issued_by__isnull=False,
                        delegator__isnull=False,
                        withdrawn_at=None,
                    )
                ),
                name="offices_instrument_issued_first",
            ),
            # Two hands (A/61/765, 14): one drafts, another issues, and one of the two is the delegator. Instruments
            # from before this rule name nobody who drafted them; a trigger lets none come after.
            models.CheckConstraint(
                condition=(
                    models.Q(issued_at=None)
                    | models.Q(drafted_by=None)
                    | (
                        ~models.Q(drafted_by=models.F("issued_by"))
                        & (
                            models.Q(delegator=models.F("drafted_by"))
                            | models.Q(delegator=models.F("issued_by"))
                        )
                    )
                ),
                name="offices_instrument_two_hands",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(accepted_by=None)
                    | (
                        ~models.Q(accepted_by=models.F("delegator"))
                        & ~models.Q(accepted_by=models.F("issued_by"))
                    )
                ),
                name="offices_instrument_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(superseded_by=None) | models.Q(revoked_at__isnull=False),
                name="offices_instrument_superseded_is_over",
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=models.Q(issued_at__isnull=False, supersedes__isnull=False),
                name="offices_instrument_superseded_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("offices:instrument-detail", args=[self.number])


class InstrumentCounter(models.Model):
    """The last number given to an instrument: one row, locked while an instrument is drafted."""

    key = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.last}"
