"""Why can I, why can't I, who can, by API: one shape for each thing; and the absences of posts."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, by_service, person_of, signed_in
from apps.accounts.api.views import ReasonSerializer
from apps.accounts.models import User
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, remedy_of, sentence
from apps.offices import explanations, services
from apps.offices.explanations import ActExplained
from apps.offices.models import Absence, Function, Instrument, Office, Post, WorkingCalendar


class WhyNotSerializer(ReasonSerializer):
    """One reason against an act, rendered from a `Reason`."""

    def to_representation(self, reason: Reason) -> dict[str, Any]:
        return {
            "code": reason.code,
            "params": {key: str(value) for key, value in reason.params.items()},
            "sentence": sentence(reason),
            "remedy": remedy_of(reason),
            "field": reason.field,
            "who_can": list(reason.who_can),
        }


class ExplainedActSerializer(serializers.Serializer[Any]):
    """One act: whether it is possible for the caller, and if not, every reason and who can."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_possible = serializers.BooleanField()
    reasons = WhyNotSerializer(many=True)
    who_can = serializers.ListField(child=serializers.CharField())

    def to_representation(self, act: ActExplained) -> dict[str, Any]:
        return {
            "action": act.action,
            "label": str(act.label),
            "is_possible": act.is_possible,
            "reasons": WhyNotSerializer(act.reasons, many=True).data,
            "who_can": list(act.who_can),
        }


class ExplanationSerializer(serializers.Serializer[Any]):
    """What is asked about, and each act on it."""

    kind = serializers.CharField()
    id = serializers.CharField()
    acts = ExplainedActSerializer(many=True)


def explained(kind: str, key: str, acts: Iterable[ActExplained]) -> Response:
    """The one answer to "why can I, why can't I, who can"."""
    return Response(ExplanationSerializer({"kind": kind, "id": key, "acts": list(acts)}).data)


def _found(rows: Any, **which: Any) -> Any:
    one = rows.filter(**which).first()
    if one is None:
        raise Http404
    return one


@access(signed_in)
class OfficeExplanation(APIView):
    """Each act on an office."""

    @extend_schema(operation_id="office_explanation", responses=ExplanationSerializer)
    def get(self, request: Request, code: str) -> Response:
        office = _found(Office.objects, code=code)
        return explained("office", code, explanations.of_office(person_of(request), office, clock.now()))


@access(signed_in)
class PostExplanation(APIView):
    """Each act on a post."""

    @extend_schema(operation_id="post_explanation", responses=ExplanationSerializer)
    def get(self, request: Request, code: str) -> Response:
        post = _found(Post.objects.select_related("office"), code=code)
        return explained("post", code, explanations.of_post(person_of(request), post, clock.now()))


@access(signed_in)
class InstrumentExplanation(APIView):
    """Each act on an instrument."""

    @extend_schema(operation_id="instrument_explanation", responses=ExplanationSerializer)
    def get(self, request: Request, number: str) -> Response:
        rows = Instrument.objects.select_related("delegator_post", "delegate_post__office", "parent")
        instrument = _found(rows, number=number)
        acts = explanations.of_instrument(person_of(request), instrument, clock.now())
        return explained("instrument", number, acts)


@access(signed_in)
class FunctionExplanation(APIView):
    """Exercising and delegating a function, for an office."""

    @extend_schema(
        operation_id="function_explanation",
        parameters=[OpenApiParameter("office", str, description="code of the office; one's own if none")],
        responses=ExplanationSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        function = _found(Function.objects, pk=code)
        asked = request.query_params.get("office", "")
        office = _found(Office.objects, code=asked) if asked else None
        acts = explanations.of_function(person_of(request), function, office, clock.now())
        return explained("function", code, acts)


@access(signed_in)
class CalendarExplanation(APIView):
    """Each act on a calendar."""

    @extend_schema(operation_id="calendar_explanation", responses=ExplanationSerializer)
    def get(self, request: Request, key: str) -> Response:
        calendar = _found(WorkingCalendar.objects, key=key)
        return explained("calendar", key, explanations.of_calendar(person_of(request), calendar, clock.now()))


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """An absence, with who is away and who stands in."""

    post = serializers.CharField(source="post.code")
    holder = serializers.CharField(source="holder.full_name")
    stand_in = serializers.CharField(source="stand_in.full_name", default="")
    from_at = serializers.DateTimeField(source="during.lower")
    until_at = serializers.DateTimeField(source="during.upper")

    class Meta:
        model = Absence
        fields = [
            "id",
            "post",
            "holder",
            "stand_in",
            "from_at",
            "until_at",
            "reason",
            "called_off",
            "ended_at",
        ]


class AbsenceRequestSerializer(serializers.Serializer[Any]):
    """The terms of an absence: `from_at` is now where it is left out."""

    from_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    until_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=2000)
    stand_in = serializers.EmailField(required=False, allow_blank=True, default="")

    def terms(self) -> dict[str, Any]:
        """The arguments of the service; refuses an address that nobody has."""
        given = self.validated_data
        person = None
        if given["stand_in"]:
            person = User.objects.filter(email=given["stand_in"].lower()).first()
            if person is None:
                refuse(
                    Kind.INVALID,
                    Reason("offices.no_such_person", {"email": given["stand_in"]}, field="stand_in"),
                )
        return {
            "from_": given["from_at"],
            "until": given["until_at"],
            "reason": given["reason"],
            "stand_in": person,
        }


@access(by_service)
class Absences(APIView):
    """The absences of a post, the latest first; its holder, or who supervises it, records one."""

    @extend_schema(operation_id="post_absences", responses=AbsenceSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        post = _found(Post.objects, code=code)
        rows = post.absences.select_related("post", "holder", "stand_in").order_by("-during")[:50]
        return Response(AbsenceSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="absence_record",
        request=AbsenceRequestSerializer,
        responses={201: AbsenceSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        post = _found(Post.objects.select_related("office"), code=code)
        asked = AbsenceRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        absence = services.record_absence(post=post, by=person_of(request), **asked.terms())
        return Response(AbsenceSerializer(absence).data, status=status.HTTP_201_CREATED)


@access(by_service)
class AbsenceEnd(APIView):
    """End an absence now, or call it off before it begins."""

    @extend_schema(operation_id="absence_end", request=None, responses=AbsenceSerializer)
    def post(self, request: Request, pk: Any) -> Response:
        absence = _found(Absence.objects, pk=pk)
        return Response(AbsenceSerializer(services.end_absence(absence=absence, by=person_of(request))).data)
