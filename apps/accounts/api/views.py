"""The API about oneself."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, person_of, signed_in, standing_of
from apps.accounts.api.authentication import is_by_token
from apps.accounts.choices import Language


class ReasonSerializer(serializers.Serializer[Any]):
    """One reason of a refusal: the code for programs, the sentence for people."""

    code = serializers.CharField()
    params = serializers.DictField()
    sentence = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    who_can = serializers.ListField(child=serializers.CharField())


class RefusalSerializer(serializers.Serializer[Any]):
    """A refusal: one or more reasons. Nothing has changed."""

    reasons = ReasonSerializer(many=True)


class RoleSerializer(serializers.Serializer[Any]):
    """A post: its role, and the office at which it stands."""

    role = serializers.CharField()
    office = serializers.CharField()
    post = serializers.CharField()


class MeSerializer(serializers.Serializer[Any]):
    """Who is signed in."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    time_zone = serializers.CharField()
    is_service = serializers.BooleanField()
    by_token = serializers.BooleanField()
    roles = RoleSerializer(many=True)


@access(signed_in)
class Me(APIView):
    """Who the request acts as, and in which roles."""

    @extend_schema(responses={200: MeSerializer, 401: RefusalSerializer})
    def get(self, request: Request) -> Response:
        """Return the person, how they read, and their roles at this moment."""
        user = person_of(request)
        standing = standing_of(request._request)
        posts = standing.posts if standing is not None else ()
        return Response(
            {
                "id": user.pk,
                "email": user.email,
                "full_name": user.full_name,
                "language": user.language,
                "time_zone": user.time_zone,
                "is_service": user.is_service,
                "by_token": is_by_token(request),
                "roles": [
                    {"role": str(held.role), "office": held.office_code, "post": held.post_code}
                    for held in posts
                ],
            }
        )
