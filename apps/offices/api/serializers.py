"""The shapes of the API of offices: codes and numbers in, the same and their words out."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from apps.audit.reasons import Kind, Reason, refuse
from apps.offices.choices import SubDelegation
from apps.offices.models import Function, Instrument, Office, Post
from apps.offices.overviews import InstrumentRow


class OfficeSerializer(serializers.Serializer[Any]):
    """An office in the tree (the rows of `overviews.office_tree`)."""

    code = serializers.CharField(source="office.code")
    name = serializers.CharField(source="office.name")
    kind = serializers.CharField(source="office.kind")
    depth = serializers.IntegerField()
    duty_station = serializers.CharField(source="office.duty_station.code")
    time_zone = serializers.CharField(source="office.duty_station.time_zone")
    letter_language = serializers.CharField(source="office.letter_language")
    head = serializers.CharField(source="head.full_name", default="")


class PostSerializer(serializers.Serializer[Any]):
    """A post and who holds it now."""

    code = serializers.CharField()
    role = serializers.CharField()
    title = serializers.CharField()
    holder = serializers.CharField()


class FunctionHeldSerializer(serializers.Serializer[Any]):
    """A function held for an office, and on what ground."""

    code = serializers.CharField(source="function.code")
    by_report = serializers.BooleanField()
    instruments = serializers.SerializerMethodField()

    def get_instruments(self, held: Any) -> list[str]:
        return [instrument.number for instrument in held.instruments]


class OfficeDetailSerializer(serializers.Serializer[Any]):
    """An office with its posts, functions and clock."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    above = serializers.ListField(child=serializers.CharField())
    below = serializers.ListField(child=serializers.CharField())
    time_zone = serializers.CharField()
    working_days = serializers.ListField(child=serializers.IntegerField())
    letter_language = serializers.CharField()
    posts = PostSerializer(many=True)
    functions = FunctionHeldSerializer(many=True)


class FunctionSerializer(serializers.ModelSerializer[Function]):
    """A function of the framework."""

    text = serializers.CharField(read_only=True)
    assessment_only = serializers.BooleanField(source="is_assessment_only", read_only=True)

    class Meta:
        model = Function
        fields = ["code", "paragraph", "text", "holder", "outside_oict_allowed", "assessment_only"]


class ScopeSerializer(serializers.Serializer[Any]):
    """An office, with or without the offices below it."""

    office = serializers.CharField()
    with_below = serializers.BooleanField(default=False)


class InstrumentSerializer(serializers.Serializer[Any]):
    """An instrument as the register shows it."""

    number = serializers.CharField(source="instrument.number")
    state = serializers.CharField()
    legal_basis = serializers.CharField(source="instrument.legal_basis")
    delegator_post = serializers.CharField(source="instrument.delegator_post.code")
    delegate_post = serializers.CharField(source="instrument.delegate_post.code")
    holder = serializers.CharField(source="holder.full_name", default="")
    functions = serializers.ListField(child=serializers.CharField())
    scope = serializers.SerializerMethodField()
    amount_limit = serializers.DecimalField(
        source="instrument.amount_limit", max_digits=18, decimal_places=2, allow_null=True
    )
    currency = serializers.CharField(source="instrument.currency")
    valid_from = serializers.DateTimeField(source="instrument.valid.lower")
    valid_until = serializers.DateTimeField(source="instrument.valid.upper")
    concurrent = serializers.BooleanField(source="instrument.concurrent")
    sub_delegation = serializers.CharField(source="instrument.sub_delegation")
    parent = serializers.CharField(source="instrument.parent.number", default=None, allow_null=True)  # type: ignore[assignment]
    conditions = serializers.CharField(source="instrument.conditions")
    reporting_duty = serializers.CharField(source="instrument.reporting_duty")
    reporting_period = serializers.CharField(source="instrument.reporting_period")
    issued_at = serializers.DateTimeField(source="instrument.issued_at")
    revoked_at = serializers.DateTimeField(source="instrument.revoked_at", allow_null=True)
    revocation_reason = serializers.CharField(source="instrument.revocation_reason")

    def get_scope(self, row: InstrumentRow) -> list[dict[str, Any]]:
        return [{"office": code, "with_below": with_below} for code, with_below in row.scope]


class IssueSerializer(serializers.Serializer[Instrument]):
    """The terms of an instrument to be issued: codes of posts, functions and offices."""

    legal_basis = serializers.CharField(max_length=300)
    delegate_post = serializers.CharField()
    functions = serializers.ListField(child=serializers.CharField(), max_length=30)
    scope = ScopeSerializer(many=True)
    amount_limit = serializers.DecimalField(
        max_digits=18, decimal_places=2, allow_null=True, required=False, default=None
    )
    currency = serializers.CharField(default="USD", max_length=3)
    valid_from = serializers.DateTimeField(
        required=False, allow_null=True, default=None, default_timezone=UTC
    )
    valid_until = serializers.DateTimeField(default_timezone=UTC)
    conditions = serializers.CharField(default="", allow_blank=True, max_length=5000)
    reporting_duty = serializers.CharField(default="", allow_blank=True, max_length=5000)
    reporting_period = serializers.CharField(default="", allow_blank=True, max_length=12)
    concurrent = serializers.BooleanField(default=False)
    sub_delegation = serializers.ChoiceField(choices=SubDelegation.choices, default=SubDelegation.NONE)
    parent = serializers.CharField(required=False, allow_null=True, default=None)  # type: ignore[assignment]

    def terms(self) -> dict[str, Any]:
        """The arguments of the service; a code that names nothing is a refusal that says so."""
        given = dict(self.validated_data)
        offices = {
            o.code: o for o in Office.objects.filter(code__in=[row["office"] for row in given["scope"]])
        }
        scope = []
        for row in given["scope"]:
            if row["office"] not in offices:
                refuse(
                    Kind.INVALID, Reason("offices.no_such_office", {"office": row["office"]}, field="scope")
                )
            scope.append((offices[row["office"]], row["with_below"]))
        post = Post.objects.select_related("office").filter(code=given["delegate_post"]).first()
        if post is None:
            params = {"post": given["delegate_post"]}
            refuse(Kind.INVALID, Reason("offices.no_such_post", params, field="delegate_post"))
        parent = None
        if given["parent"]:
            parent = Instrument.objects.select_related("delegate_post").filter(number=given["parent"]).first()
            if parent is None:
                params = {"number": given["parent"]}
                refuse(Kind.INVALID, Reason("offices.no_such_instrument", params, field="parent"))
        return {**given, "scope": scope, "delegate_post": post, "parent": parent}


class RevokeSerializer(serializers.Serializer[Any]):
    """Why an instrument is taken back."""

    reason = serializers.CharField(max_length=2000, allow_blank=True)
