"""Shapes of the initiatives' API: what comes in, and what the description of the API says that goes out."""

from rest_framework import serializers

from apps.accounts.choices import Language
from apps.initiatives import choices as c


class ReasonOut(serializers.Serializer):
    code = serializers.CharField()
    params = serializers.DictField()
    sentence = serializers.CharField()
    remedy = serializers.CharField()
    field = serializers.CharField()
    who_can = serializers.ListField(child=serializers.CharField())


class ScreeningIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=c.ScreeningKind.choices)
    funds = serializers.ChoiceField(choices=c.FundSource.choices)
    data = serializers.ChoiceField(choices=c.Sensitivity.choices)  # type: ignore[assignment]
    reach = serializers.ChoiceField(choices=c.Reach.choices)


class ScreeningOut(serializers.Serializer):
    subject = serializers.BooleanField()
    because = serializers.CharField()
    answers = serializers.DictField(child=serializers.CharField())


class InitiativeIn(serializers.Serializer):
    office = serializers.CharField(help_text="The code of the office")
    title = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)
    screening = ScreeningIn()
    not_subject = serializers.CharField(
        required=False,
        help_text="Why no software is developed in it: OICT is asked for a certificate at once",
    )


class CardOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    summary = serializers.CharField()
    language = serializers.CharField()
    office = serializers.CharField()
    kind = serializers.CharField()
    year = serializers.IntegerField()
    level = serializers.CharField()
    stage = serializers.CharField()
    outcome = serializers.CharField()
    reference = serializers.CharField()
    value_usd = serializers.CharField(allow_null=True)


class CardsOut(serializers.Serializer):
    results = CardOut(many=True)
    next = serializers.CharField(help_text="The key of the next page, for ?after=; empty on the last one")


class InitiativeOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    summary = serializers.CharField()
    language = serializers.CharField()
    office = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    case = serializers.UUIDField(allow_null=True)


class ConflictOut(serializers.Serializer):
    field = serializers.CharField()
    yours = serializers.CharField()
    theirs = serializers.CharField()


class DraftIn(serializers.Serializer):
    base_revision = serializers.IntegerField(
        min_value=0, help_text="The revision that the changes began from"
    )
    changes = serializers.DictField(
        help_text="Field key → answer; a table is a list of rows, each with an id"
    )


class SavedOut(serializers.Serializer):
    revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    saved_by = serializers.CharField()
    changed = serializers.ListField(child=serializers.CharField())
    content = serializers.DictField()
    conflicts = ConflictOut(many=True)
    problems = ReasonOut(many=True)


class TierOut(serializers.Serializer):
    number = serializers.IntegerField()
    set_by = serializers.ListField(child=serializers.CharField())


class DraftOut(serializers.Serializer):
    initiative = serializers.UUIDField()
    schema = serializers.CharField()
    revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    saved_by = serializers.CharField()
    open_sections = serializers.ListField(child=serializers.CharField())
    content = serializers.DictField()
    tier = TierOut()
    value_usd = serializers.CharField()
    appraisal = serializers.DictField(allow_null=True)
    reasons = ReasonOut(many=True)


class VersionOut(serializers.Serializer):
    number = serializers.IntegerField()
    schema = serializers.CharField()
    sha256 = serializers.CharField()
    value_usd = serializers.CharField()
    frozen_at = serializers.DateTimeField()
    frozen_by = serializers.CharField()


class VersionFullOut(VersionOut):
    facts = serializers.DictField()
    snapshot = serializers.CharField(help_text="The canonical JSON text that the SHA-256 is of")
    appraisal = serializers.DictField(allow_null=True)


class ChangeOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    section = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    percent = serializers.CharField(allow_null=True)
