"""The API of instruments: the same verbs, services and refusals as the pages."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access, by_service, person_of
from apps.audit import clock
from apps.offices import overviews, services
from apps.offices.api.serializers import (
    DraftSerializer,
    EffectSerializer,
    InstrumentActSerializer,
    InstrumentSerializer,
    ReasonSerializer,
)
from apps.offices.choices import InstrumentState
from apps.offices.effects import effect_of_taking
from apps.offices.forms import InstrumentFilterForm
from apps.offices.models import Instrument


class FiftyAtATime(LimitOffsetPagination):
    """Fifty rows at a time, a hundred at most."""

    default_limit = 50
    max_limit = 100


@access(by_service)
class InstrumentViewSet(viewsets.ViewSet):
    """The register of instruments, and their life: one drafts, another issues, the holder of the post accepts."""

    lookup_field = "number"
    lookup_value_regex = "[^/]+"

    @extend_schema(
        parameters=[
            OpenApiParameter("office", str, description="code of a covered office"),
            OpenApiParameter("function", str, description="code of a function"),
            OpenApiParameter("holder", str, description="part of a holder's name or of a post's code"),
            OpenApiParameter("on", str, description="in force on this date (YYYY-MM-DD)"),
            OpenApiParameter("state", str, enum=InstrumentState.values, description="where it stands now"),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses=InstrumentSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The instruments that match, the latest first; drafts only for those who have a part in them."""
        filters = InstrumentFilterForm(request.query_params).filters()
        at = clock.now()
        pages = FiftyAtATime()
        matching = overviews.instruments_matching(filters, user=person_of(request), at=at)
        page: Any = pages.paginate_queryset(matching, request)
        rows = overviews.instrument_rows(page, at)
        return pages.get_paginated_response(InstrumentSerializer(rows, many=True).data)

    @extend_schema(responses=InstrumentSerializer)
    def retrieve(self, request: Request, number: str) -> Response:
        """One instrument."""
        return Response(self._shown(self._find(request, number)))

    @extend_schema(request=DraftSerializer, responses={201: InstrumentSerializer})
    def create(self, request: Request) -> Response:
        """Draft an instrument; it gives nothing until another issues it. Refused with the reasons of the page."""
        return self._drafted(request, supersedes=None)

    @extend_schema(request=DraftSerializer, responses={201: InstrumentSerializer})
    @action(detail=True, methods=["post"])
    def supersede(self, request: Request, number: str) -> Response:
        """Draft the successor of this instrument; issuing the successor ends this one in the same act."""
        return self._drafted(request, supersedes=self._find(request, number))

    @extend_schema(request=None, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, number: str) -> Response:
        """Issue a draft that another person made."""
        return self._done(request, number, services.issue_instrument)

    @extend_schema(request=None, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, number: str) -> Response:
        """Withdraw a draft that shall not be issued."""
        return self._done(request, number, services.withdraw_draft)

    @extend_schema(request=None, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, number: str) -> Response:
        """Accept an instrument as the holder of the post that it names."""
        return self._done(request, number, services.accept_instrument)

    @extend_schema(request=ReasonSerializer, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, number: str) -> Response:
        """Hold an instrument back at once, with what was passed on from it."""
        return self._done(request, number, services.suspend_instrument, reason=self._reason(request))

    @extend_schema(request=None, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, number: str) -> Response:
        """Give a suspended instrument back."""
        return self._done(request, number, services.resume_instrument)

    @extend_schema(request=ReasonSerializer, responses=InstrumentSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, number: str) -> Response:
        """Take an instrument back at once and for good; what was passed on from it is suspended with it."""
        return self._done(request, number, services.revoke_instrument, reason=self._reason(request))

    @extend_schema(responses=EffectSerializer)
    @action(detail=True, methods=["get"])
    def effect(self, request: Request, number: str) -> Response:
        """What would follow if this instrument were suspended, revoked or superseded now."""
        found = effect_of_taking(self._find(request, number), asker=person_of(request), at=clock.now())
        return Response(EffectSerializer(found).data)

    @extend_schema(responses=InstrumentActSerializer(many=True))
    @action(detail=True, methods=["get"])
    def history(self, request: Request, number: str) -> Response:
        """Who did what with this instrument, when and why."""
        acts = overviews.history_of(self._find(request, number))
        return Response(InstrumentActSerializer(acts, many=True).data)

    def _drafted(self, request: Request, *, supersedes: Instrument | None) -> Response:
        given = DraftSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        terms = given.terms(person_of(request), clock.now())
        if supersedes is not None and terms["parent"] is None:
            terms["parent"] = supersedes.parent
        instrument = services.draft_instrument(by=person_of(request), supersedes=supersedes, **terms)
        return Response(self._shown(instrument), status=status.HTTP_201_CREATED)

    def _done(self, request: Request, number: str, service: Any, **given: Any) -> Response:
        instrument = service(instrument=self._find(request, number), by=person_of(request), **given)
        return Response(self._shown(instrument))

    @staticmethod
    def _reason(request: Request) -> str:
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data["reason"]

    @staticmethod
    def _find(request: Request, number: str) -> Instrument:
        found = (
            Instrument.objects.visible_to(person_of(request), clock.now())
            .select_related(
                "delegator_post",
                "delegate_post__office",
                "parent__delegate_post",
                "supersedes",
                "superseded_by",
            )
            .filter(number=number)
            .first()
        )
        if found is None:
            raise Http404
        return found

    @staticmethod
    def _shown(instrument: Instrument) -> Any:
        return InstrumentSerializer(overviews.instrument_row(instrument, clock.now())).data
