"""The API of the inbox."""

from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, person_of, signed_in, standing_of
from apps.accounts.api.pagination import Pages
from apps.accounts.api.views import RefusalSerializer
from apps.notices import queries, services
from apps.notices.ways import CHOICES, Group


class NoticeSerializer(serializers.Serializer[Any]):
    """A notice: code and parameters for programs, subject and body for people."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    params = serializers.DictField()
    subject = serializers.CharField()
    body = serializers.CharField()
    link = serializers.CharField(allow_blank=True)
    case_id = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticePages(Pages):
    """Newest first."""

    ordering = ("-visible_at", "-id")


@access(signed_in)
class Notices(GenericAPIView[Any]):
    """What one has been told."""

    pagination_class = NoticePages
    serializer_class = NoticeSerializer

    @extend_schema(responses={200: NoticeSerializer(many=True), 401: RefusalSerializer})
    def get(self, request: Request) -> Response:
        """Return one's own notices, newest first; `?show=unread` leaves out what is read."""
        user = person_of(request)
        rows = queries.inbox(user, standing=standing_of(request._request))
        if request.query_params.get("show") == "unread":
            rows = rows.filter(read_at=None)
        shown = []
        for notice in self.paginate_queryset(rows) or []:
            line = queries.line(notice, user)
            shown.append(
                {
                    "id": notice.pk,
                    "code": notice.code,
                    "params": notice.params,
                    "subject": line.subject,
                    "body": line.body,
                    "link": notice.link,
                    "case_id": notice.case_id,
                    "at": notice.visible_at,
                    "read_at": notice.read_at,
                }
            )
        return self.get_paginated_response(NoticeSerializer(shown, many=True).data)


@access(signed_in)
class ReadNotice(APIView):
    """Marking a notice as read."""

    @extend_schema(request=None, responses={204: None, 404: RefusalSerializer})
    def post(self, request: Request, notice_id: UUID) -> Response:
        """Mark one's own notice as read; again changes nothing."""
        with transaction.atomic():
            services.mark_read(notice_id=notice_id, by=person_of(request))
        return Response(status=204)


@access(signed_in)
class ReadNotices(APIView):
    """Marking all notices as read."""

    @extend_schema(
        operation_id="notices_read_all_create",
        request=None,
        responses={200: inline_serializer("MarkedNotices", {"marked": serializers.IntegerField()})},
    )
    def post(self, request: Request) -> Response:
        """Mark all that one can see as read, and return how many."""
        with transaction.atomic():
            return Response({"marked": services.mark_all_read(by=person_of(request))})


class PreferenceSerializer(serializers.Serializer[Any]):
    """How one's messages come; what the rules of the review need comes by mail at once whatever is chosen."""

    turns = serializers.ChoiceField([str(way) for way in CHOICES[Group.TURNS]])
    news = serializers.ChoiceField([str(way) for way in CHOICES[Group.NEWS]])


@access(signed_in)
class MessagePreferences(APIView):
    """How one's messages come."""

    @extend_schema(responses={200: PreferenceSerializer, 401: RefusalSerializer})
    def get(self, request: Request) -> Response:
        """Return what one chose, or what holds for who chose nothing."""
        return Response(queries.ways_of(person_of(request)))

    @extend_schema(
        request=PreferenceSerializer, responses={200: PreferenceSerializer, 400: RefusalSerializer}
    )
    def post(self, request: Request) -> Response:
        """Choose both."""
        sent = request.data if isinstance(request.data, dict) else {}
        given = {name: str(sent.get(name, "")) for name in ("turns", "news")}
        services.choose_messages(**given, by=person_of(request))
        return Response(queries.ways_of(person_of(request)))
