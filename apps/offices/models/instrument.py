import uuid

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.urls import reverse

from apps.offices.choices import Period, SubDelegation


class Instrument(models.Model):
    """An instrument of delegation: which functions, for which offices, up to which amount, to which post,
    from when to when.

    Nothing of an issued instrument changes but its revocation (a trigger holds that). Authority attaches to
    the delegate's post.
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
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="instruments_given"
    )
    delegate_post = models.ForeignKey(
        "offices.Post", on_delete=models.PROTECT, related_name="instruments_held"
    )
    functions = models.ManyToManyField(
        "offices.Function", through="offices.InstrumentFunction", related_name="instruments"
    )
    amount_limit = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    conditions = models.TextField(blank=True)
    reporting_duty = models.TextField(blank=True)
    reporting_period = models.CharField(max_length=12, choices=Period.choices, blank=True, default="")
    valid = DateTimeRangeField()
    concurrent = models.BooleanField(default=False)
    sub_delegation = models.CharField(
        max_length=10, choices=SubDelegation.choices, default=SubDelegation.NONE
    )
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revocation_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-issued_at", "number"]
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
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("offices:instrument-detail", args=[self.number])


class InstrumentCounter(models.Model):
    """The last number given to an instrument: one row, locked while an instrument is issued."""

    key = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.last}"
