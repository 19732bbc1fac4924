import uuid

from django.db import models


class ExchangeRate(models.Model):
    """The UN operational rate of a currency from a day on: units for one US dollar, until a later one is in
    force."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    currency = models.CharField(max_length=3)
    on = models.DateField()
    units_per_usd = models.DecimalField(max_digits=24, decimal_places=10)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["currency", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "on"], name="initiatives_rate_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(units_per_usd__gt=0), name="initiatives_rate_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="initiatives_rate_has_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.on}"
