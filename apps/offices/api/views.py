"""The API of offices: the same services, the same refusals as the pages."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.accounts.api.authentication import refuse_token
from apps.audit import clock
from apps.offices import overviews, queries, services
from apps.offices.api.serializers import (
    InstrumentSerializer,
    IssueSerializer,
    OfficeDetailSerializer,
    OfficeSerializer,
    RevokeSerializer,
)
from apps.offices.forms import InstrumentFilterForm
from apps.offices.models import Instrument, Office


class FiftyAtATime(LimitOffsetPagination):
    """Fifty rows at a time, a hundred at most."""

    default_limit = 50
    max_limit = 100


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
            "functions": overviews.functions_at(office, at),
        }
        return Response(OfficeDetailSerializer(shown).data)


@access(by_service)
class InstrumentViewSet(viewsets.ViewSet):
    """The register of instruments; issuing and revoking are the CITO's."""

    lookup_field = "number"
    lookup_value_regex = "[^/]+"

    @extend_schema(
        parameters=[
            OpenApiParameter("office", str, description="code of a covered office"),
            OpenApiParameter("function", str, description="code of a function"),
            OpenApiParameter("holder", str, description="part of a holder's name or of a post's code"),
            OpenApiParameter("on", str, description="in force on this date (YYYY-MM-DD)"),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses=InstrumentSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The instruments that match, the latest first."""
        filters = InstrumentFilterForm(request.query_params).filters()
        pages = FiftyAtATime()
        page: Any = pages.paginate_queryset(overviews.instruments_matching(filters), request)
        rows = overviews.instrument_rows(page, clock.now())
        return pages.get_paginated_response(InstrumentSerializer(rows, many=True).data)

    @extend_schema(responses=InstrumentSerializer)
    def retrieve(self, request: Request, number: str) -> Response:
        """One instrument."""
        return Response(self._shown(self._find(number)))

    @extend_schema(request=IssueSerializer, responses={201: InstrumentSerializer})
    def create(self, request: Request) -> Response:
        """Issue an instrument; refused with the reasons of the page."""
        refuse_token(request)
        given = IssueSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        instrument = services.issue_instrument(by=person_of(request), **given.terms())
        return Response(self._shown(instrument), status=status.HTTP_201_CREATED)

    @extend_schema(request=RevokeSerializer, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, number: str) -> Response:
        """Take an instrument back at once, with what was passed on from it."""
        refuse_token(request)
        instrument = self._find(number)
        given = RevokeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        revoked = services.revoke_instrument(
            instrument=instrument, reason=given.validated_data["reason"], by=person_of(request)
        )
        return Response(self._shown(revoked))

    @staticmethod
    def _find(number: str) -> Instrument:
        found = (
            Instrument.objects.select_related("delegator_post", "delegate_post__office", "parent")
            .filter(number=number)
            .first()
        )
        if found is None:
            raise Http404
        return found

    @staticmethod
    def _shown(instrument: Instrument) -> Any:
        return InstrumentSerializer(overviews.instrument_row(instrument, clock.now())).data
