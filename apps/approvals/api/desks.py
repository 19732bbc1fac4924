"""Who can, by API: each act on a case, who could take a desk's turn, and the turns at which nobody is there."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.accounts.models import User
from apps.approvals import desks, queries
from apps.approvals.api import serializers as shapes
from apps.approvals.api.views import HANDLE, IDEMPOTENCY, REFUSALS, key_of
from apps.approvals.services import reassign_turn
from apps.approvals.vacancies import AlertRow, alerts_of
from apps.audit.reasons import Kind, Reason, refuse


class CaseExplanationSerializer(serializers.Serializer[Any]):
    """What is asked about, and each act on it."""

    kind = serializers.CharField()
    id = serializers.CharField()
    acts = shapes.ActionSerializer(many=True)


@access(signed_in)
class CaseExplanation(APIView):
    """Each act on a case: can I, why not, who can."""

    @extend_schema(
        operation_id="case_explanation",
        parameters=[HANDLE],
        responses={200: CaseExplanationSerializer, **REFUSALS},
    )
    def get(self, request: Request, handle: str) -> Response:
        view = queries.case_view(queries.viewer_of_request(request._request), person_of(request), handle)
        shown = {"kind": "case", "id": view.case.handle, "acts": view.explanation.offers}
        return Response(CaseExplanationSerializer(shown).data)


class EligibleSerializer(serializers.Serializer[Any]):
    """One who sits at the desk."""

    id = serializers.UUIDField(source="user.pk")
    name = serializers.CharField(source="user.full_name")
    stands_for = serializers.CharField(source="seated.stands_for_name")
    load = serializers.IntegerField()
    reasons = shapes.ReasonSerializer(many=True)


class AssignmentSerializer(serializers.Serializer[Any]):
    """Who has the desk's turn, who could, and why the others cannot."""

    desk = serializers.CharField()
    taken_by = serializers.CharField()
    people = EligibleSerializer(many=True)


class AssignmentRequestSerializer(serializers.Serializer[Any]):
    """To whom the turn is given, and why."""

    to = serializers.UUIDField()
    words = serializers.CharField(max_length=20000)


@access(by_service)
class Assignment(APIView):
    """Who could take a desk's turn; the section chief gives it to one of them, for a reason."""

    @extend_schema(
        operation_id="case_assignment",
        parameters=[HANDLE],
        responses={200: AssignmentSerializer, **REFUSALS},
    )
    def get(self, request: Request, handle: str, desk: str) -> Response:
        found = desks.desk_of(queries.viewer_of_request(request._request), handle, desk)
        turn = found.turn
        shown = {
            "desk": desk,
            "taken_by": turn.taken_by.full_name if turn.taken_by is not None else "",
            "people": found.people,
        }
        return Response(AssignmentSerializer(shown).data)

    @extend_schema(
        operation_id="case_assign",
        parameters=[HANDLE, IDEMPOTENCY],
        request=AssignmentRequestSerializer,
        responses={200: shapes.MoveAnswerSerializer, 201: shapes.MoveAnswerSerializer, **REFUSALS},
    )
    def post(self, request: Request, handle: str, desk: str) -> Response:
        found = desks.desk_of(queries.viewer_of_request(request._request), handle, desk)
        asked = AssignmentRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = User.objects.filter(pk=asked.validated_data["to"]).first()
        if person is None:
            refuse(Kind.INVALID, Reason("reassign.nobody", field="to"))
        result = reassign_turn(
            case_id=found.case.pk,
            desk=desk,
            to=person,
            words=asked.validated_data["words"],
            by=person_of(request),
            idempotency_key=key_of(request),
            auth_method="token" if request.auth is not None else "session",
        )
        code = status.HTTP_200_OK if result.repeated else status.HTTP_201_CREATED
        return Response(shapes.MoveAnswerSerializer(result.as_answer()).data, status=code)


class AlertSerializer(serializers.Serializer[Any]):
    """A turn at which nobody is there, and what kind of absence it is."""

    kind = serializers.CharField()
    case = serializers.CharField(source="handle")
    title = serializers.CharField()
    desk = serializers.CharField(source="turn.desk")
    office = serializers.CharField(source="turn.office.code")
    post = serializers.CharField(source="post.code", default="")
    due_at = serializers.DateTimeField(source="turn.due_at", allow_null=True)


@access(signed_in)
class Alerts(APIView):
    """The turns at which nobody is there, that the caller is to mend."""

    @extend_schema(operation_id="alerts", responses={200: AlertSerializer(many=True)})
    def get(self, request: Request) -> Response:
        rows: list[AlertRow] = alerts_of(queries.viewer_of_request(request._request))
        return Response(AlertSerializer(rows, many=True).data)
