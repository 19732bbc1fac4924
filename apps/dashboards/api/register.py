"""The register for programs, to auditors."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access
from apps.accounts.choices import TokenScope
from apps.dashboards import events, proof
from apps.dashboards.filters import EventFilter
from apps.dashboards.models import Verification
from apps.dashboards.permissions import auditor


class RegisterEvent(serializers.Serializer):
    """An event of the register."""

    seq = serializers.IntegerField()
    id = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()
    occurred_at = serializers.DateTimeField()
    verb = serializers.CharField()
    words = serializers.CharField()
    actor = serializers.CharField()
    capacity = serializers.CharField()
    object_kind = serializers.CharField()
    object_id = serializers.CharField()
    case_id = serializers.UUIDField(allow_null=True)
    case = serializers.CharField()
    origin = serializers.CharField()


class RegisterEvents(serializers.Serializer):
    """Fifty events, the newest first; at most 1,000 are counted."""

    count = serializers.IntegerField()
    count_is_bounded = serializers.BooleanField()
    next = serializers.CharField(allow_null=True)
    results = RegisterEvent(many=True)


class RegisterCommitment(serializers.Serializer):
    """A salted hash in an event."""

    name = serializers.CharField()
    hash = serializers.CharField()
    salt_is_kept = serializers.BooleanField(source="is_kept")


class RegisterEventProof(serializers.Serializer):
    """An event with its canonical text and its place in the chain."""

    seq = serializers.IntegerField(source="row.seq")
    id = serializers.UUIDField(source="row.id")
    recorded_at = serializers.CharField(source="recorded_text")
    words = serializers.CharField(source="row.words")
    actor = serializers.CharField(source="row.actor")
    payload = serializers.CharField()
    prev_hash = serializers.CharField()
    hash = serializers.CharField()
    is_proven = serializers.BooleanField(help_text=_("The content gives the hash, computed again just now."))
    commitments = RegisterCommitment(many=True)


class RegisterVerification(serializers.Serializer):
    """The last verification that was made in the portal."""

    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    is_intact = serializers.BooleanField()
    after_seq = serializers.IntegerField()
    seq = serializers.IntegerField()
    head = serializers.CharField()
    rows = serializers.IntegerField()
    checkpoints = serializers.IntegerField()
    first_bad_seq = serializers.IntegerField(source="fault_seq", allow_null=True)
    fault = serializers.CharField(source="fault_code")
    sentence = serializers.SerializerMethodField()
    bound = serializers.SerializerMethodField()

    def get_sentence(self, run: Verification) -> str:
        """What is wrong, in words."""
        return proof.words_of(run.fault_code, run.fault_words) if run.fault_code else ""

    def get_bound(self, run: Verification) -> str:
        """How far the proof goes."""
        return proof.bound_in_words(seq=run.seq, checkpoint_seq=run.checkpoint_seq)


@access(auditor)
class Events(APIView):
    """The events of the register."""

    token_scope = TokenScope.ADMIN

    @extend_schema(
        parameters=[
            *(OpenApiParameter(part.name, str) for part in fields(EventFilter)),
            OpenApiParameter("after", str, description="The place that the page before gave as `next`."),
        ],
        operation_id="register_events_list",
        responses=RegisterEvents,
    )
    def get(self, request: Request) -> Response:
        """Return the newest fifty events that fit the filter."""
        found = events.event_page(
            EventFilter.from_query(request.query_params.dict()), after=request.query_params.get("after", "")
        )
        answer = {
            "count": found.count,
            "count_is_bounded": found.is_bounded,
            "next": found.next or None,
            "results": found.rows,
        }
        return Response(RegisterEvents(answer).data)


@access(auditor)
class OneEvent(APIView):
    """One event with what proves it."""

    token_scope = TokenScope.ADMIN

    @extend_schema(responses=RegisterEventProof)
    def get(self, request: Request, event_id: UUID) -> Response:
        """Return the event, its canonical text, its hashes and its commitments."""
        return Response(RegisterEventProof(events.event_view(event_id)).data)


@access(auditor)
class LastVerification(APIView):
    """What the portal last found about its register."""

    token_scope = TokenScope.ADMIN

    @extend_schema(responses={200: RegisterVerification, 204: None})
    def get(self, request: Request) -> Response:
        """Return the last verification; nothing (204) where none was made."""
        run = Verification.objects.order_by("-started_at").first()
        return Response(RegisterVerification(run).data) if run else Response(status=204)
