"""The shapes of the API of offices: codes and numbers in, the same and their words out."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from apps.accounts.models import User
from apps.audit.reasons import Kind, Reason, refuse
from apps.offices.choices import DataClass, InstrumentState, InstrumentVerb, SubDelegation, SystemClass
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
    instruments = serializers.ListField(child=serializers.CharField(), source="numbers")


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


class InstrumentActSerializer(serializers.Serializer[Any]):
    """What was done with an instrument: by whom, when and why; `through` is the other instrument of the act."""

    verb = serializers.ChoiceField(choices=InstrumentVerb.choices)
    by = serializers.CharField(source="by.full_name", default="")
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    through = serializers.CharField(source="through.number", default=None, allow_null=True)  # type: ignore[assignment]


class InstrumentSerializer(serializers.Serializer[Any]):
    """An instrument as the register shows it."""

    number = serializers.CharField(source="instrument.number")
    state = serializers.ChoiceField(choices=InstrumentState.choices)
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
    system_limit = serializers.CharField(source="instrument.system_limit")
    data_limit = serializers.CharField(source="instrument.data_limit")
    valid_from = serializers.DateTimeField(source="instrument.valid.lower")
    valid_until = serializers.DateTimeField(source="instrument.valid.upper")
    concurrent = serializers.BooleanField(source="instrument.concurrent")
    sub_delegation = serializers.CharField(source="instrument.sub_delegation")
    parent = serializers.CharField(source="instrument.parent.number", default=None, allow_null=True)  # type: ignore[assignment]
    conditions = serializers.CharField(source="instrument.conditions")
    reporting_duty = serializers.CharField(source="instrument.reporting_duty")
    reporting_period = serializers.CharField(source="instrument.reporting_period")
    supersedes = serializers.CharField(source="instrument.supersedes.number", default=None, allow_null=True)  # type: ignore[assignment]
    superseded_by = serializers.CharField(
        source="instrument.superseded_by.number",
        default=None,
        allow_null=True,  # type: ignore[assignment]
    )
    drafted_at = serializers.DateTimeField(source="instrument.drafted_at")
    issued_at = serializers.DateTimeField(source="instrument.issued_at", allow_null=True)
    accepted_at = serializers.DateTimeField(source="instrument.accepted_at", allow_null=True)
    suspended_at = serializers.DateTimeField(source="instrument.suspended_at", allow_null=True)
    suspension_reason = serializers.CharField(source="instrument.suspension_reason")
    revoked_at = serializers.DateTimeField(source="instrument.revoked_at", allow_null=True)
    revocation_reason = serializers.CharField(source="instrument.revocation_reason")

    def get_scope(self, row: InstrumentRow) -> list[dict[str, Any]]:
        return [{"office": code, "with_below": with_below} for code, with_below in row.scope]


class DraftSerializer(serializers.Serializer[Instrument]):
    """The terms of an instrument to be drafted: codes of posts, functions and offices."""

    legal_basis = serializers.CharField(max_length=300)
    delegate_post = serializers.CharField()
    functions = serializers.ListField(child=serializers.CharField(), max_length=30)
    scope = ScopeSerializer(many=True)
    amount_limit = serializers.DecimalField(
        max_digits=18, decimal_places=2, allow_null=True, required=False, default=None
    )
    currency = serializers.CharField(default="USD", max_length=3)
    system_limit = serializers.ChoiceField(choices=SystemClass.choices, default="", allow_blank=True)
    data_limit = serializers.ChoiceField(choices=DataClass.choices, default="", allow_blank=True)
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

    def terms(self, user: User, at: datetime) -> dict[str, Any]:
        """The arguments of the service; a code that names nothing the person may see is a refusal that says so."""
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
            seen = Instrument.objects.visible_to(user, at).select_related("delegate_post", "parent")
            parent = seen.filter(number=given["parent"]).first()
            if parent is None:
                params = {"number": given["parent"]}
                refuse(Kind.INVALID, Reason("offices.no_such_instrument", params, field="parent"))
        return {**given, "scope": scope, "delegate_post": post, "parent": parent}


class ReasonSerializer(serializers.Serializer[Any]):
    """Why an instrument is suspended or taken back."""

    reason = serializers.CharField(max_length=2000, allow_blank=True)


class LossSerializer(serializers.Serializer[Any]):
    """An open decision that would lose its decider, and who could decide instead."""

    reference = serializers.CharField()
    title = serializers.CharField()
    office = serializers.CharField()
    amount_usd = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    losing = serializers.ListField(child=serializers.CharField())
    instead = serializers.ListField(child=serializers.CharField())


class EffectSerializer(serializers.Serializer[Any]):
    """What would follow if the instrument gave no authority: the sub-delegations that go with it, and the open
    decisions that the asker may see (`more`: there are others)."""

    children = serializers.SerializerMethodField()
    losses = LossSerializer(many=True)
    more = serializers.BooleanField()

    def get_children(self, effect: Any) -> list[str]:
        return [child.number for child in effect.children]
