"""The shapes of the review's API. Reads show what the page shows; writes are verbs through the same services."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from apps.accounts.api import views as accounts
from apps.approvals import queries
from apps.approvals.choices import Answer
from apps.approvals.labels import stage_on
from apps.approvals.models import (
    Assessment,
    Case,
    Clarification,
    ClarificationDraft,
    ClarificationItem,
    Decision,
    Emergency,
)
from apps.approvals.models.route import road_of
from apps.approvals.offers import Offer
from apps.approvals.services.verbs import VERBS
from apps.audit.reasons import Reason, remedy_of, sentence


@extend_schema_serializer(component_name="CaseReason")
class ReasonSerializer(accounts.ReasonSerializer):
    """One reason of a refusal, rendered from a `Reason`."""

    def to_representation(self, reason: Reason) -> dict[str, Any]:
        return {
            "code": reason.code,
            "params": {key: str(value) for key, value in reason.params.items()},
            "sentence": sentence(reason),
            "remedy": remedy_of(reason),
            "field": reason.field,
            "who_can": list(reason.who_can),
        }


RefusalSerializer = accounts.RefusalSerializer


class TurnSerializer(serializers.Serializer):
    """Who has the turn, and until when."""

    desk = serializers.CharField()
    step = serializers.CharField()
    side = serializers.CharField()
    office = serializers.CharField(source="office.code")
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    calendar = serializers.CharField(source="calendar_key")
    paused_at = serializers.DateTimeField(allow_null=True)
    days_left = serializers.IntegerField(allow_null=True)
    taken_by = serializers.CharField(source="taken_by.full_name", allow_null=True, default=None)


class CaseRowSerializer(serializers.ModelSerializer):
    """A case in a list."""

    office = serializers.CharField(source="office.code")
    stage_label = serializers.SerializerMethodField()
    handle = serializers.CharField()

    class Meta:
        model = Case
        fields = [
            "id",
            "handle",
            "reference",
            "title",
            "language",
            "office",
            "stage",
            "stage_label",
            "outcome",
            "tier",
            "value_usd",
            "version_number",
            "version_hash",
            "submitted_at",
            "closed_at",
        ]

    def get_stage_label(self, case: Case) -> str:
        return stage_on(road_of(case.route_id), case.stage)


#: What stands in a list as it stands in its column, and the columns that `case_rows` makes the rest of.
_AS_THEY_ARE = (
    *("id", "reference", "title", "language", "stage", "outcome", "tier"),
    *("version_number", "version_hash", "submitted_at", "closed_at"),
)
CASE_COLUMNS = (*_AS_THEY_ARE, "value_usd", "office__code", "route_id", "opened_at")


def case_rows(page: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Cases in a list, from their columns: what `CaseRowSerializer` says of the models, at a fifth of the cost."""
    labels: dict[tuple[UUID, str], str] = {}
    for columns in page:
        key = columns["route_id"], columns["stage"]
        if key not in labels:
            labels[key] = stage_on(road_of(key[0]), key[1])
        row = {name: columns[name] for name in _AS_THEY_ARE}
        row["handle"] = columns["reference"] or columns["id"]
        row["office"] = columns["office__code"]
        row["stage_label"] = labels[key]
        value = columns["value_usd"]
        row["value_usd"] = None if value is None else str(value)
        yield row


class ActionSerializer(serializers.Serializer):
    """One act: whether it is possible for the caller, and if not, every reason and who can."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    desk = serializers.CharField()
    is_possible = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)
    who_can = serializers.ListField(child=serializers.CharField())
    on_behalf_of = serializers.CharField()

    def to_representation(self, offer: Offer) -> dict[str, Any]:
        return {
            "action": offer.verb.key,
            "label": str(offer.verb.label),
            "desk": offer.desk,
            "is_possible": offer.is_possible,
            "reasons": ReasonSerializer(offer.reasons, many=True).data,
            "who_can": list(offer.who_can),
            "on_behalf_of": offer.on_behalf_of,
        }


class AssessmentSerializer(serializers.ModelSerializer):
    """An assessment that the caller may read; the others do not exist for the caller."""

    reviewer = serializers.CharField(source="reviewer.full_name")
    scores = serializers.SerializerMethodField()

    class Meta:
        model = Assessment
        fields = [
            "id",
            "desk",
            "round",
            "reviewer",
            "version_number",
            "version_hash",
            "overall",
            "language",
            "revision",
            "saved_at",
            "submitted_at",
            "scores",
        ]

    def get_scores(self, assessment: Assessment) -> dict[str, dict[str, Any]]:
        return {
            row.criterion: {
                "score": row.score,
                "answer": row.answer,
                "evidence": row.evidence,
                "comment": row.comment,
            }
            for row in assessment.scores.all()
        }


class DecisionSerializer(serializers.ModelSerializer):
    decided_by = serializers.CharField(source="decided_by.full_name")

    class Meta:
        model = Decision
        fields = [
            "id",
            "round",
            "outcome",
            "decided_by",
            "capacity",
            "instrument_number",
            "reasons",
            "what_would_change",
            "scope",
            "amount_max",
            "currency",
            "valid_until",
            "version_number",
            "version_hash",
            "decided_at",
            "effective_at",
            "took_effect_at",
        ]


class QuestionSerializer(serializers.ModelSerializer):
    """A question that a desk would ask, not sent yet."""

    by = serializers.CharField(source="by.full_name")

    class Meta:
        model = ClarificationDraft
        fields = ["desk", "field", "question", "language", "by", "at"]


class ClarificationItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = ClarificationItem
        fields = ["position", "field", "section", "question", "language", "answer", "answer_language"]


class ClarificationSerializer(serializers.ModelSerializer):
    """A batch of questions to the office, with what was answered."""

    items = ClarificationItemSerializer(many=True)

    class Meta:
        model = Clarification
        fields = [
            "number",
            "stage",
            "asked_at",
            "about_version",
            "answered_at",
            "answered_in_version",
            "extensions",
            "lapsed_at",
            "items",
        ]


class EmergencySerializer(serializers.ModelSerializer):
    """What was asked for before the review, what was answered, and what became of it."""

    asked_by = serializers.CharField(source="asked_by.full_name")
    answered_by = serializers.CharField(source="answered_by.full_name", default=None)
    is_in_force = serializers.BooleanField()

    class Meta:
        model = Emergency
        fields = [
            *("need", "language", "amount_asked", "days_asked", "asked_by", "asked_at"),
            *("authorized", "answered_by", "answered_at", "words", "words_language", "instrument_number"),
            *(
                "amount_max",
                "until",
                "case_due_at",
                "is_in_force",
                "suspended_at",
                "ended_at",
                "ended_because",
            ),
            *("plan_due_at", "plan", "plan_language", "plan_at"),
        ]


class TimelineSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    who = serializers.CharField()
    on_behalf_of = serializers.CharField()
    verb = serializers.CharField()
    sentence = serializers.CharField()
    version_number = serializers.IntegerField()
    words = serializers.CharField()
    words_language = serializers.CharField()


class CaseDetailSerializer(CaseRowSerializer):
    """A case as its page shows it to the caller. Made from `queries.CaseView`."""

    def to_representation(self, view: queries.CaseView) -> dict[str, Any]:  # type: ignore[override]
        row = super().to_representation(view.case)
        return {
            **row,
            "level": view.level,
            "round": view.case.round,
            "route": str(view.case.route),
            "turns": TurnSerializer(view.open_turns, many=True).data,
            "actions": ActionSerializer(view.explanation.offers, many=True).data,
            "desks": [
                {"desk": one.desk, "label": one.label, "is_in": one.is_in, "confirms": one.confirms}
                for one in view.progress
            ],
            "clarifications": ClarificationSerializer(view.clarifications, many=True).data,
            "questions": QuestionSerializer(view.questions, many=True).data,
            "emergency": EmergencySerializer(view.emergency).data if view.emergency else None,
            "days_held": {"office": view.ledger.office_days, "oict": view.ledger.oict_days},
            "assessments": AssessmentSerializer(view.assessments, many=True).data,
            "decision": DecisionSerializer(view.decision).data if view.decision else None,
        }


class SeenSerializer(serializers.Serializer):
    """The version that the caller read."""

    version_number = serializers.IntegerField(min_value=0)
    version_hash = serializers.CharField(max_length=64, allow_blank=True)


class ConfirmationSerializer(serializers.Serializer):
    """The password, or a code of one's authenticator app."""

    password = serializers.CharField(
        max_length=4096, trim_whitespace=False, required=False, allow_blank=True, default=""
    )
    code = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class MoveRequestSerializer(serializers.Serializer):
    """An act: which, on which version, with which fields, and (to decide) confirmed by password."""

    action = serializers.ChoiceField(choices=sorted(VERBS))
    seen = SeenSerializer()
    desk = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    payload = serializers.DictField(required=False, default=dict)
    confirmation = ConfirmationSerializer(required=False)


class MoveAnswerSerializer(serializers.Serializer):
    move = serializers.UUIDField()
    verb = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    stage = serializers.CharField()
    version_number = serializers.IntegerField()
    version_hash = serializers.CharField(allow_blank=True)
    event = serializers.UUIDField()


class ScoreSerializer(serializers.Serializer):
    score = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    answer = serializers.ChoiceField(choices=["", *Answer.values], required=False, allow_blank=True)
    evidence = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    comment = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)


class AssessmentSaveSerializer(serializers.Serializer):
    """What a reviewer has written so far; criteria that are left out stay as they are."""

    scores = serializers.DictField(child=ScoreSerializer(), required=False, default=dict)
    overall = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, default=None, trim_whitespace=False
    )
    base_revision = serializers.IntegerField(min_value=0)
    language = serializers.CharField(required=False, allow_blank=True, default="", max_length=8)


class SavedSerializer(serializers.Serializer):
    assessment_id = serializers.UUIDField()
    revision = serializers.IntegerField()
    saved_at = serializers.CharField()


class QueueRowSerializer(serializers.Serializer):
    handle = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()
    office = serializers.CharField()
    tier = serializers.IntegerField(allow_null=True)
    value_usd = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    stage = serializers.CharField()
    act = serializers.CharField()
    desk = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_overdue = serializers.BooleanField()
    is_paused = serializers.BooleanField()
    taken_by = serializers.CharField()
    in_count = serializers.IntegerField()
    of_count = serializers.IntegerField()
    outcome = serializers.CharField()


class QueueSerializer(serializers.Serializer):
    tab = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    next_cursor = serializers.CharField(allow_blank=True)
    rows = QueueRowSerializer(many=True)
