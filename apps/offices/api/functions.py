"""The API of functions and their evidence: the same rules, the same refusals and the same forms as the pages."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access, by_service, person_of, signed_in, standing_of
from apps.accounts.api.idempotency import HEADER
from apps.audit import clock
from apps.offices import duties, services
from apps.offices.api.evidence_shapes import (
    CellSerializer,
    EvidenceSerializer,
    FormSerializer,
    FunctionDetailSerializer,
    MatrixSerializer,
    RecordSerializer,
    function_or_404,
)
from apps.offices.api.instruments import FiftyAtATime
from apps.offices.api.serializers import FunctionSerializer
from apps.offices.evidence.forms import FORMS
from apps.offices.models import Evidence, Function, Office


def _with_codes(cells: list[duties.Cell]) -> list[duties.Cell]:
    codes = dict(Office.objects.filter(pk__in={c.office_id for c in cells}).values_list("pk", "code"))
    for cell in cells:
        cell.office_code = codes[cell.office_id]
    return sorted(cells, key=lambda cell: (cell.office_code, cell.function.position))


@access(signed_in)
class FunctionViewSet(viewsets.ReadOnlyModelViewSet[Function]):
    """The functions of the framework (A/61/765), who holds them, and how they stand."""

    queryset = Function.objects.all()
    serializer_class = FunctionSerializer
    pagination_class = None
    lookup_field = "code"

    @extend_schema(responses=FunctionDetailSerializer)
    @action(detail=True)
    def holders(self, request: Request, code: str) -> Response:
        """A function with each office for which it is held, who holds it, and how it stands."""
        function, at = function_or_404(code), clock.now()
        cells = _with_codes(list(duties.cells(at, functions=[function]).values()))
        held = duties.holders(cells, at)
        for cell in cells:
            cell.holders = held[cell.office_id, code]
        return Response(FunctionDetailSerializer({"function": function, "held": cells}).data)

    @extend_schema(responses=FormSerializer)
    @action(detail=True)
    def form(self, request: Request, code: str) -> Response:
        """The form by which evidence of this function is recorded; not found for 18, which has none."""
        form = FORMS.get(function_or_404(code).code)
        if form is None:
            raise Http404
        return Response(FormSerializer(form).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("office", str, description="code of an office: it and those below"),
            OpenApiParameter("paragraph", str, description="7, 15, 16, 17 or 18"),
            OpenApiParameter("standing", str, description="performing, overdue, no_evidence or nobody"),
        ],
        responses=MatrixSerializer,
    )
    @action(detail=False)
    def matrix(self, request: Request) -> Response:
        """Offices × functions, with the filters of the page."""
        found = duties.matrix(duties.MatrixFilter.of(request.query_params), clock.now())
        cells = []
        for row in found.rows:
            for cell in row.cells:
                if cell is not None:
                    cell.office_code = row.office.code
                    cells.append(cell)
        shown = {
            "functions": [function.code for function in found.functions],
            "offices": [row.office.code for row in found.rows],
            "cells": cells,
        }
        return Response(MatrixSerializer(shown).data)

    @extend_schema(responses=CellSerializer(many=True))
    @action(detail=False)
    def mine(self, request: Request) -> Response:
        """What one's own posts hold and have to show, what is due first."""
        cells = duties.mine(standing_of(request._request), clock.now())
        _with_codes(cells)
        return Response(CellSerializer(cells, many=True).data)


@access(by_service)
class EvidenceViewSet(viewsets.ViewSet):
    """Evidence that functions were performed. Rows are added and never changed; a correction is a row, too."""

    @extend_schema(
        parameters=[
            OpenApiParameter("function", str, description="code of a function"),
            OpenApiParameter("office", str, description="code of an office"),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses=EvidenceSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The rows that one may read, the latest first."""
        found = self._readable(request)
        if function := request.query_params.get("function"):
            found = found.filter(function=function[:4])
        if office := request.query_params.get("office"):
            found = found.filter(office__code=office[:40])
        pages = FiftyAtATime()
        page: Any = pages.paginate_queryset(found, request)
        return pages.get_paginated_response(EvidenceSerializer(page, many=True).data)

    @extend_schema(
        responses=EvidenceSerializer, parameters=[OpenApiParameter("id", uuid.UUID, OpenApiParameter.PATH)]
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """One row; not found where one may not read it."""
        try:
            row = get_object_or_404(self._readable(request), pk=uuid.UUID(pk))
        except ValueError as error:
            raise Http404 from error
        return Response(EvidenceSerializer(row).data)

    @extend_schema(
        request=RecordSerializer,
        responses={201: EvidenceSerializer},
        parameters=[
            OpenApiParameter(
                HEADER,
                str,
                OpenApiParameter.HEADER,
                description="the same key again answers with the first row",
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Record evidence; refused with the reasons of the page, each with its field."""
        given = RecordSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = services.record_evidence(
            by=person_of(request),
            idempotency_key=request.headers.get(HEADER, "").strip(),
            **given.terms(self._readable(request)),
        )
        return Response(EvidenceSerializer(row).data, status=status.HTTP_201_CREATED)

    @staticmethod
    def _readable(request: Request) -> Any:
        return (
            Evidence.objects.visible_to(standing_of(request._request))
            .select_related("office", "instrument", "post", "recorded_by", "corrected_by")
            .order_by("-performed_on", "-recorded_at", "pk")
        )
