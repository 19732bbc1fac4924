from django.db import models
from django.urls import reverse

from apps.offices.choices import ASSESSMENT_ONLY, CENTRAL_PARAGRAPHS, Holder
from apps.offices.naming import in_language


class Function(models.Model):
    """A function of the framework that can be held: 7a-7f, 15a-15i, 16a-16h, 17a-17f and 18 of A/61/765."""

    code = models.CharField(max_length=4, primary_key=True)
    paragraph = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(unique=True)
    texts = models.JSONField(default=dict)
    holder = models.CharField(max_length=10, choices=Holder.choices)
    outside_oict_allowed = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(texts={}), name="offices_function_has_text"),
            models.CheckConstraint(
                condition=models.Q(outside_oict_allowed=False) | ~models.Q(paragraph__in=CENTRAL_PARAGRAPHS),
                name="offices_function_central_stays_in_oict",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("offices:function-detail", args=[self.code])

    @property
    def text(self) -> str:
        return in_language(self.texts)

    @property
    def is_assessment_only(self) -> bool:
        return self.code in ASSESSMENT_ONLY
