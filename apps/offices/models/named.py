"""What every named thing shares: a UUID made in Python, and names by language with a check that one is
there.
"""

import uuid

from django.db import models

from apps.offices.naming import in_language


class Named(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    names = models.JSONField(default=dict)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~models.Q(names={}), name="%(app_label)s_%(class)s_is_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.names)
