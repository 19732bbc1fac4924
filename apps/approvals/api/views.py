"""The review by API: each view parses, calls one service or query, and answers."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.accounts.api.pagination import Pages
from apps.accounts.factors import factor_of
from apps.accounts.services import confirm_code, confirm_password
from apps.approvals import queries
from apps.approvals.api import serializers as shapes
from apps.approvals.choices import Level
from apps.approvals.models import Assessment, Case
from apps.approvals.permissions import may_read_decision
from apps.approvals.services import Confirmation, Seen, move_case, save_assessment
from apps.approvals.services.verbs import VERBS
from apps.approvals.subjects import subject_for
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse

KEY_LIMIT = 80
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="Unique for each act of the caller; the same key answers the first result again.",
)
HANDLE = OpenApiParameter("handle", OpenApiTypes.STR, OpenApiParameter.PATH, description="Reference or id.")
REFUSALS = {
    400: shapes.RefusalSerializer,
    403: shapes.RefusalSerializer,
    404: shapes.RefusalSerializer,
    409: shapes.RefusalSerializer,
    503: shapes.RefusalSerializer,
}


def key_of(request: Request) -> str:
    """The key by which a repeated request is answered as the first; refuses (`invalid`) a request without one."""
    key = request.headers.get("Idempotency-Key", "")
    if not key or len(key) > KEY_LIMIT or not key.isprintable():
        refuse(
            Kind.INVALID,
            Reason("field.required", {"label": "Idempotency-Key"}, field="Idempotency-Key"),
        )
    return key


class Recent(Pages):
    """Keyset pages of 50, the latest submitted first."""

    ordering = ("-opened_at", "id")


@access(signed_in)
class Queue(APIView):
    """The caller's work."""

    @extend_schema(
        operation_id="queue",
        parameters=[
            OpenApiParameter("tab", enum=list(queries.TABS)),
            OpenApiParameter("only", enum=["overdue", "soon"]),
            OpenApiParameter("search", OpenApiTypes.STR),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
        responses={200: shapes.QueueSerializer},
    )
    def get(self, request: Request) -> Response:
        given = request.query_params
        tab = given.get("tab", "mine")
        if tab not in queries.TABS:
            refuse(Kind.INVALID, Reason("field.choice", {"label": "tab", "value": tab[:60]}, field="tab"))
        found = queries.queue(
            queries.viewer_of_request(request._request),
            tab=tab,
            only=given.get("only", ""),
            search=given.get("search", "").replace("\x00", ""),
            cursor=given.get("cursor", ""),
        )
        return Response(shapes.QueueSerializer(found).data)


@access(signed_in)
class CaseList(APIView):
    """Every case that the caller may see, in summary at least."""

    @extend_schema(
        operation_id="cases",
        parameters=[
            OpenApiParameter("stage", OpenApiTypes.STR),
            OpenApiParameter("office", OpenApiTypes.STR),
            OpenApiParameter("outcome", OpenApiTypes.STR),
            OpenApiParameter("cursor", OpenApiTypes.STR),
        ],
        responses={200: shapes.CaseRowSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        viewer = queries.viewer_of_request(request._request)
        rows = Case.objects.visible_to(viewer).values(*shapes.CASE_COLUMNS)
        for name, column in (("stage", "stage"), ("office", "office__code"), ("outcome", "outcome")):
            if value := request.query_params.get(name, "").replace("\x00", ""):
                rows = rows.filter(**{column: value})
        pages = Recent()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(list(shapes.case_rows(page)))


@access(signed_in)
class CaseDetail(APIView):
    """One case, as the caller may see it."""

    @extend_schema(
        operation_id="case", parameters=[HANDLE], responses={200: shapes.CaseDetailSerializer, **REFUSALS}
    )
    def get(self, request: Request, handle: str) -> Response:
        view = queries.case_view(queries.viewer_of_request(request._request), person_of(request), handle)
        return Response(shapes.CaseDetailSerializer(view).data)


@access(by_service)
class Moves(APIView):
    """The acts on a case: what was done, and the door for the next."""

    @extend_schema(
        operation_id="case_moves",
        parameters=[HANDLE],
        responses={200: shapes.TimelineSerializer(many=True), **REFUSALS},
    )
    def get(self, request: Request, handle: str) -> Response:
        view = queries.case_view(queries.viewer_of_request(request._request), person_of(request), handle)
        return Response(shapes.TimelineSerializer(view.timeline, many=True).data)

    @extend_schema(
        operation_id="case_move",
        parameters=[HANDLE, IDEMPOTENCY],
        request=shapes.MoveRequestSerializer,
        responses={200: shapes.MoveAnswerSerializer, 201: shapes.MoveAnswerSerializer, **REFUSALS},
    )
    def post(self, request: Request, handle: str) -> Response:
        asked = shapes.MoveRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given: dict[str, Any] = asked.validated_data
        key = key_of(request)
        case = queries.case_for(queries.viewer_of_request(request._request), handle)
        result = move_case(
            case_id=case.pk,
            action=given["action"],
            by=person_of(request),
            seen=Seen(given["seen"]["version_number"], given["seen"]["version_hash"]),
            idempotency_key=key,
            payload=given["payload"],
            desk=given["desk"],
            confirmation=_confirmation(request, given, given["seen"]["version_hash"]),
            auth_method="token" if request.auth is not None else "session",
        )
        code = status.HTTP_200_OK if result.repeated else status.HTTP_201_CREATED
        return Response(shapes.MoveAnswerSerializer(result.as_answer()).data, status=code)


def _confirmation(request: Request, given: dict[str, Any], version_hash: str) -> Confirmation | None:
    """Confirm by code or password in a signed-in session; a token never confirms anything (seam 9)."""
    if request.auth is not None:
        return Confirmation("token", clock.now(), version_hash, person_of(request).pk)
    if "confirmation" not in given:
        return None
    given = given["confirmation"]
    if given["code"]:
        return confirm_code(person_of(request), given["code"], version_hash)
    return confirm_password(
        person_of(request), given["password"], version_hash, factor=factor_of(request._request)
    )


@access(signed_in)
class VersionDetail(APIView):
    """A frozen version of a case, from its snapshot alone."""

    @extend_schema(
        operation_id="case_version",
        parameters=[HANDLE],
        responses={200: OpenApiTypes.OBJECT, **REFUSALS},
    )
    def get(self, request: Request, handle: str, number: int) -> Response:
        case = queries.case_for(queries.viewer_of_request(request._request), handle, at_least=Level.FULL)
        if not 1 <= number <= case.version_number:
            refuse(Kind.NOT_FOUND, Reason("case.not_found"))
        sections = subject_for(case.subject_kind).presenter.sections(case.subject_id, number)
        return Response({"number": number, "sections": [asdict(section) for section in sections]})


@access(by_service)
class AssessmentDetail(APIView):
    """The caller's own assessment at a desk: read it, and save it while it is written."""

    @extend_schema(
        operation_id="assessment",
        parameters=[HANDLE],
        responses={200: shapes.AssessmentSerializer, **REFUSALS},
    )
    def get(self, request: Request, handle: str, desk: str) -> Response:
        case = queries.case_for(queries.viewer_of_request(request._request), handle)
        mine = Assessment.objects.filter(
            case=case, round=case.review_round, desk=desk, reviewer=person_of(request)
        ).first()
        if mine is None:
            refuse(Kind.NOT_FOUND, Reason("assessment.empty"))
        return Response(shapes.AssessmentSerializer(mine).data)

    @extend_schema(
        operation_id="assessment_save",
        parameters=[HANDLE],
        request=shapes.AssessmentSaveSerializer,
        responses={200: shapes.SavedSerializer, **REFUSALS},
    )
    def patch(self, request: Request, handle: str, desk: str) -> Response:
        asked = shapes.AssessmentSaveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        case = queries.case_for(queries.viewer_of_request(request._request), handle)
        saved = save_assessment(
            case_id=case.pk,
            desk=desk,
            scores=given["scores"],
            overall=given["overall"],
            base_revision=given["base_revision"],
            language=given["language"],
            by=person_of(request),
        )
        return Response(shapes.SavedSerializer(asdict(saved)).data)


@access(signed_in)
class Letter(APIView):
    """The letter of the decision, once it is in effect (before, for the decider and the auditor, and for the
    Committee while it has the turn)."""

    @extend_schema(
        operation_id="case_letter", parameters=[HANDLE], responses={200: OpenApiTypes.OBJECT, **REFUSALS}
    )
    def get(self, request: Request, handle: str) -> Response:
        viewer = queries.viewer_of_request(request._request)
        case = queries.case_for(viewer, handle, at_least=Level.FULL)
        standing = case.decisions.filter(withdrawn_at__isnull=True).order_by("-round")
        decision = next((one for one in standing if may_read_decision(viewer, one, case)), None)
        if decision is None:
            refuse(Kind.NOT_FOUND, Reason("case.not_found"))
        return Response({**decision.letter, "event": str(decision.event_id)})


@access(signed_in)
class Verbs(APIView):
    """The vocabulary of acts with their fields, so that a program can build its own forms."""

    @extend_schema(operation_id="verbs", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return Response(
            {
                "verbs": [
                    {
                        "action": verb.key,
                        "label": str(verb.label),
                        "confirmed": verb.confirmed,
                        "cannot_be_undone": verb.cannot_be_undone,
                        "fields": [_field(one) for one in verb.fields],
                    }
                    for verb in VERBS.values()
                ]
            }
        )


def _field(field: Any) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "kind": field.kind,
        "required": field.required,
        "choices": [key for key, _label in field.choices],
        "of": [_field(one) for one in field.of],
    }
