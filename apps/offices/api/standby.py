"""Who decides in the CITO's place, by API: those who are designated, in order, and the door for designating."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, by_service, person_of
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse
from apps.offices import services
from apps.offices.choices import InstrumentState
from apps.offices.models import Instrument, Post


class DesignatedSerializer(serializers.Serializer[Any]):
    """One who is designated: the place in the order, the post, the instrument and its end."""

    position = serializers.IntegerField(source="standby.position")
    post = serializers.CharField(source="delegate_post.code")
    number = serializers.CharField()
    valid_until = serializers.DateTimeField(source="valid.upper")


class DesignationSerializer(serializers.Serializer[Any]):
    """The posts in their order, on which ground, and to the end of which day."""

    posts = serializers.ListField(child=serializers.CharField(max_length=80), max_length=10)
    legal_basis = serializers.CharField(max_length=300)
    valid_until = serializers.DateField()

    def terms(self) -> dict[str, Any]:
        """The arguments of the service; refuses a post that is not there."""
        given = self.validated_data
        found = {
            post.code: post for post in Post.objects.filter(code__in=given["posts"]).select_related("office")
        }
        for code in given["posts"]:
            if code not in found:
                refuse(Kind.INVALID, Reason("offices.no_such_post", {"post": code}, field="posts"))
        return {
            "posts": [found[code] for code in given["posts"]],
            "legal_basis": given["legal_basis"],
            "valid_until": datetime.combine(given["valid_until"] + timedelta(days=1), time(), UTC),
        }


@access(by_service)
class Designations(APIView):
    """Those who are designated now, in order; and the door by which such instruments are drafted."""

    @extend_schema(operation_id="designations", responses=DesignatedSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = (
            Instrument.objects.filter(standby__isnull=False)
            .in_state(InstrumentState.IN_FORCE, clock.now())
            .select_related("standby", "delegate_post")
        )
        ordered = rows.order_by("standby__position", "issued_at", "number")
        return Response(DesignatedSerializer(ordered, many=True).data)

    @extend_schema(
        operation_id="designate",
        request=DesignationSerializer,
        responses={201: DesignatedSerializer(many=True)},
    )
    def post(self, request: Request) -> Response:
        asked = DesignationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        drafts = services.designate_standbys(by=person_of(request), **asked.terms())
        return Response(DesignatedSerializer(drafts, many=True).data, status=status.HTTP_201_CREATED)
