"""Routes and parameters: the road and its numbers as data, versioned and dated."""

import functools
import uuid

import pgtrigger
from django.db import models

from apps.approvals.choices import RouteStatus
from apps.approvals.workflow import RouteDefinition, parse_route


@functools.lru_cache(maxsize=64)
def road_of(route_id: uuid.UUID) -> RouteDefinition:
    """The parsed road of a published route: it cannot change, and is kept in the process. Cases stand on no other."""
    return parse_route(Route.objects.exclude(status=RouteStatus.DRAFT).get(pk=route_id).definition)


class Route(models.Model):
    """One version of a road. A published one never changes, so a case stays on the road on which it began."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    subject = models.SlugField(max_length=40)
    status = models.CharField(max_length=12, choices=RouteStatus, default=RouteStatus.DRAFT)
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="route_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(status=RouteStatus.PUBLISHED), name="route_one_published"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="route_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="route_published_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["published", "retired"])
                & (
                    pgtrigger.Q(old__definition__df=pgtrigger.F("new__definition"))
                    | pgtrigger.Q(old__key__df=pgtrigger.F("new__key"))
                    | pgtrigger.Q(old__version__df=pgtrigger.F("new__version"))
                    | pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"

    @property
    def road(self) -> RouteDefinition:
        """The parsed road; kept in the process for published routes, which cannot change."""
        if self.status == RouteStatus.DRAFT:
            return parse_route(self.definition)
        return road_of(self.pk)


class Parameter(models.Model):
    """A number of the process with the date from which it holds (thresholds, windows); never a constant in code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=80)
    value = models.JSONField()
    valid_from = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "valid_from"], name="parameter_once_a_day")]
        triggers = [pgtrigger.Protect(name="parameter_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.key} from {self.valid_from}"
