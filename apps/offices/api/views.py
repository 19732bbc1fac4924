"""The API of offices: the same services, the same refusals as the pages."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access, signed_in
from apps.audit import clock
from apps.offices import duties, overviews, queries
from apps.offices.api.serializers import (
    OfficeDetailSerializer,
    OfficeSerializer,
)
from apps.offices.models import Office


@access(signed_in)
class OfficeViewSet(viewsets.ViewSet):
    """The offices of the Organization as they stand today."""

    lookup_field = "code"
    lookup_value_regex = "[^/]+"

    @extend_schema(responses=OfficeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The tree, each office below the one that it belongs to."""
        return Response(OfficeSerializer(overviews.office_tree(clock.now()), many=True).data)

    @extend_schema(responses=OfficeDetailSerializer)
    def retrieve(self, request: Request, code: str) -> Response:
        """One office: posts and holders, functions and on what ground, its clock."""
        office = Office.objects.select_related("duty_station").filter(code=code).first()
        if office is None:
            raise Http404
        at = clock.now()
        today = queries.day_of(at)
        chain, under = queries.ancestors(office.pk, today), queries.descendants(office.pk, today)
        codes = dict(Office.objects.filter(pk__in=[*chain, *under]).values_list("pk", "code"))
        shown = {
            "code": office.code,
            "name": office.name,
            "kind": office.kind,
            "above": [codes[pk] for pk in chain],
            "below": sorted(codes[pk] for pk in under),
            "time_zone": office.duty_station.time_zone,
            "working_days": sorted(queries.calendar_for(office, today).working_days),
            "letter_language": office.letter_language,
            "posts": [
                {
                    "code": post.code,
                    "role": post.role,
                    "title": post.title,
                    "holder": holding.user.full_name if holding else "",
                }
                for post, holding in overviews.posts_and_holders(office, at)
            ],
            "functions": sorted(
                duties.cells(at, office=office).values(), key=lambda held: held.function.position
            ),
        }
        return Response(OfficeDetailSerializer(shown).data)
