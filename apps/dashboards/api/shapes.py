"""The shapes of the roof's answers, as OpenAPI describes them. Amounts are decimals as text, instants in UTC."""

from rest_framework import serializers


class DashboardStage(serializers.Serializer):
    """Open cases of one stage."""

    stage = serializers.CharField(source="key")
    label = serializers.CharField()  # type: ignore[assignment]
    cases = serializers.IntegerField()
    with_office = serializers.IntegerField()
    with_oict = serializers.IntegerField()
    late = serializers.IntegerField()
    due_soon = serializers.IntegerField()
    value_usd = serializers.DecimalField(max_digits=18, decimal_places=2)
    half_days = serializers.IntegerField(allow_null=True)
    most_days = serializers.IntegerField(allow_null=True)


class DashboardOffice(serializers.Serializer):
    """Open cases of one office."""

    office = serializers.CharField(source="key")
    label = serializers.CharField()  # type: ignore[assignment]
    cases = serializers.IntegerField()
    late = serializers.IntegerField()
    value_usd = serializers.DecimalField(max_digits=18, decimal_places=2)
    by_stage = serializers.DictField(child=serializers.IntegerField())


class DashboardOutcome(serializers.Serializer):
    """Closed cases of one outcome."""

    outcome = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    cases = serializers.IntegerField()
    value_usd = serializers.DecimalField(max_digits=18, decimal_places=2)
    cases_this_year = serializers.IntegerField()
    value_this_year = serializers.DecimalField(max_digits=18, decimal_places=2)


class DashboardExceptions(serializers.Serializer):
    """What asks for attention."""

    late = serializers.IntegerField(source="total.late")
    returned = serializers.IntegerField()
    conditions_missed = serializers.IntegerField()
    conditions_due = serializers.IntegerField()
    not_approved = serializers.IntegerField(source="not_approved.cases")


class DashboardNumbers(serializers.Serializer):
    """The dashboard."""

    as_of = serializers.DateTimeField()
    rights = serializers.ListField(child=serializers.CharField())
    cases = serializers.IntegerField(source="total.cases")
    with_office = serializers.IntegerField(source="total.with_office")
    with_oict = serializers.IntegerField(source="total.with_oict")
    requested_usd = serializers.DecimalField(max_digits=18, decimal_places=2)
    approved_usd = serializers.DecimalField(source="approved.value_usd", max_digits=18, decimal_places=2)
    exceptions = DashboardExceptions(source="*")
    stages = DashboardStage(many=True)
    offices = DashboardOffice(many=True)
    outcomes = DashboardOutcome(source="endings", many=True)
    definitions = serializers.DictField(child=serializers.CharField())


class DashboardTurn(serializers.Serializer):
    """Who has the turn in a case."""

    desk = serializers.CharField()
    step = serializers.CharField()
    office = serializers.CharField()
    side = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_paused = serializers.BooleanField()
    is_late = serializers.BooleanField()
    working_days_left = serializers.IntegerField(source="left", allow_null=True)


class DashboardCase(serializers.Serializer):
    """A case behind a number."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()
    office = serializers.CharField()
    stage = serializers.CharField()
    stage_label = serializers.CharField()
    tier = serializers.IntegerField(allow_null=True)
    value_usd = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    outcome = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    turns = DashboardTurn(source="held", many=True)


class DashboardCases(serializers.Serializer):
    """Fifty rows, how many there are (at most 1,000 are counted), and where the next are."""

    as_of = serializers.DateTimeField()
    count = serializers.IntegerField()
    count_is_bounded = serializers.BooleanField()
    next = serializers.CharField(allow_null=True)
    results = DashboardCase(many=True)
