"""The shapes of the API of functions and evidence: codes in, codes and their words out."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers

from apps.audit.reasons import Kind, Reason, refuse
from apps.offices.api.serializers import FunctionSerializer
from apps.offices.evidence.fields import Field, Form
from apps.offices.evidence.fields import Kind as AnswerKind
from apps.offices.evidence.shown import choices_of, title_of
from apps.offices.models import Evidence, Function, Office


class HolderSerializer(serializers.Serializer[Any]):
    """Who holds a function: the post, the person (empty: vacant), the instrument (empty: by the report)."""

    post = serializers.CharField(source="post.code")
    title = serializers.CharField(source="post.title")
    person = serializers.CharField(source="person.full_name", default="")
    instrument = serializers.CharField(source="instrument.number", default="")


class CellSerializer(serializers.Serializer[Any]):
    """A function held for an office, and how it stands: `performing`, `overdue` or `no_evidence`."""

    function = serializers.CharField(source="function.code")
    office = serializers.CharField(source="office_code")
    by_report = serializers.BooleanField()
    instruments = serializers.ListField(child=serializers.CharField(), source="numbers")
    standing = serializers.CharField(source="performance")
    last_on = serializers.DateField(allow_null=True)
    last_title = serializers.CharField(allow_blank=True)
    last_by = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True)
    decisions = serializers.IntegerField(allow_null=True, help_text="function 18 only: decisions on cases")


class HeldCellSerializer(CellSerializer):
    """The same with who holds it."""

    holders = HolderSerializer(many=True)


class FunctionDetailSerializer(serializers.Serializer[Any]):
    """A function, and each office for which it is held."""

    function = FunctionSerializer()
    held = HeldCellSerializer(many=True)


class MatrixSerializer(serializers.Serializer[Any]):
    """Offices × functions: the codes of both, and the cells that are held; what is missing nobody holds."""

    functions = serializers.ListField(child=serializers.CharField())
    offices = serializers.ListField(child=serializers.CharField())
    cells = CellSerializer(many=True)


class FieldSerializer(serializers.Serializer[Field]):
    """A field of a form: what is sent in `values` under its key."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    kind = serializers.CharField()
    needed = serializers.BooleanField(source="required")
    unit = serializers.CharField()
    hint = serializers.CharField(source="help")
    choices = serializers.SerializerMethodField()

    def get_choices(self, field: Field) -> list[str]:
        chosen = field.kind in (AnswerKind.CHOICE, AnswerKind.YES_NO)
        return [key for key, _label in choices_of(field)] if chosen else []


class FormSerializer(serializers.Serializer[Form]):
    """The form by which evidence of a function is recorded."""

    function = serializers.CharField()
    form = serializers.CharField(source="key")
    title = serializers.CharField()
    day = serializers.CharField(help_text="what `performed_on` is on this form")
    questions = FieldSerializer(many=True, source="fields")


class EvidenceSerializer(serializers.Serializer[Evidence]):
    """A row of evidence, as who may read it sees it."""

    id = serializers.UUIDField()
    function = serializers.CharField(source="function_id")
    office = serializers.CharField(source="office.code")
    form = serializers.CharField()
    title = serializers.SerializerMethodField()
    performed_on = serializers.DateField()
    values = serializers.DictField(child=serializers.CharField())
    language = serializers.CharField()
    instrument = serializers.CharField(source="instrument.number", default="")
    post = serializers.CharField(source="post.code")
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()
    corrects = serializers.UUIDField(source="corrects_id", allow_null=True)
    correction_reason = serializers.CharField()
    corrected_by = serializers.SerializerMethodField()
    event = serializers.UUIDField(source="event_id")

    def get_title(self, row: Evidence) -> str:
        return str(title_of(row.form))

    def get_corrected_by(self, row: Evidence) -> str | None:
        newer = getattr(row, "corrected_by", None)
        return str(newer.pk) if newer is not None else None


class RecordSerializer(serializers.Serializer[Any]):
    """Evidence to be recorded: the function, the office, the day, and the answers by the keys of the form."""

    function = serializers.CharField(max_length=4)
    office = serializers.CharField(max_length=40)
    performed_on = serializers.CharField(max_length=40, allow_blank=True, default="")
    values = serializers.DictField(default=dict)
    corrects = serializers.UUIDField(required=False, allow_null=True, default=None)
    correction_reason = serializers.CharField(
        max_length=2000, allow_blank=True, default="", trim_whitespace=False
    )

    def terms(self, readable: Any) -> dict[str, Any]:
        """The arguments of the service; a code that names nothing is a refusal that says so."""
        given = dict(self.validated_data)
        office = Office.objects.select_related("duty_station").filter(code=given["office"]).first()
        if office is None:
            refuse(
                Kind.INVALID, Reason("offices.no_such_office", {"office": given["office"]}, field="office")
            )
        corrects = None
        if given["corrects"] is not None:
            corrects = readable.filter(pk=given["corrects"]).first()
            if corrects is None:
                refuse(Kind.INVALID, Reason("evidence.no_such_row", field="corrects"))
        return {**given, "office": office, "corrects": corrects}


def function_or_404(code: str) -> Function:
    """The function with this code."""
    return get_object_or_404(Function, pk=code)
