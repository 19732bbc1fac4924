from django.db import models
from django.urls import reverse

from apps.offices.choices import OfficeKind
from apps.offices.models.named import Named


class Office(Named):
    """An office of the Organization. Its place in the tree is a dated row of its own (`OfficePlacement`)."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=30, choices=OfficeKind.choices)
    duty_station = models.ForeignKey("offices.DutyStation", on_delete=models.PROTECT, related_name="offices")
    serviced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    letter_language = models.CharField(max_length=10, default="en")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta(Named.Meta):
        ordering = ["code"]
        permissions = [
            ("draft_initiative", "Can draft initiatives of the office"),
            ("attest_ict", "Can attest for the office's ICT"),
            ("attest_finance", "Can attest for the office's finance"),
            ("endorse", "Can endorse for the office"),
            ("see_cases", "Can see the cases of the office and the offices below"),
            ("give_opinion", "Can give an opinion on the cases of the office and the offices below"),
            ("configure", "Can configure the office's calendar and posts"),
        ]
        constraints = [
            *Named.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(closed_on=None) | models.Q(closed_on__gt=models.F("opened_on")),
                name="offices_office_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("offices:office-detail", args=[self.code])
