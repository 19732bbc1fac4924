"""Evidence that functions were performed, when it is due, and the laws that keep it (A/61/765, 15h and 15i)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

LAWS = """
CREATE TRIGGER offices_never_changes BEFORE UPDATE OR DELETE ON offices_evidence
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_changes BEFORE UPDATE OR DELETE ON offices_evidenceperiod
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_deleted BEFORE DELETE ON offices_evidenceduty
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_reporting_period_stays BEFORE UPDATE ON offices_instrument
    FOR EACH ROW WHEN (OLD.reporting_period IS DISTINCT FROM NEW.reporting_period)
    EXECUTE FUNCTION offices_never_changes();
CREATE FUNCTION offices_correction_is_of_the_same() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM offices_evidence e
        WHERE e.id = NEW.corrects_id AND e.function_id = NEW.function_id AND e.office_id = NEW.office_id
    ) THEN
        RAISE EXCEPTION 'evidence corrects a row of the same function and office'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_correction_is_of_the_same';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offices_correction_is_of_the_same BEFORE INSERT ON offices_evidence
    FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL) EXECUTE FUNCTION offices_correction_is_of_the_same();
"""

LAWS_BACKWARD = """
DROP TRIGGER offices_correction_is_of_the_same ON offices_evidence;
DROP FUNCTION offices_correction_is_of_the_same();
DROP TRIGGER offices_reporting_period_stays ON offices_instrument;
DROP TRIGGER offices_never_deleted ON offices_evidenceduty;
DROP TRIGGER offices_never_changes ON offices_evidenceperiod;
DROP TRIGGER offices_never_changes ON offices_evidence;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("offices", "0003_instruments_have_a_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="instrument",
            name="reporting_period",
            field=models.CharField(
                blank=True,
                choices=[
                    ("monthly", "every month"),
                    ("quarterly", "every three months"),
                    ("half_yearly", "every six months"),
                    ("yearly", "every year"),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("form", models.CharField(max_length=12)),
                ("performed_on", models.DateField()),
                ("values", models.JSONField(default=dict)),
                ("language", models.CharField(default="en", max_length=10)),
                ("recorded_at", models.DateTimeField()),
                ("correction_reason", models.TextField(blank=True)),
                ("idempotency_key", models.CharField(blank=True, max_length=200)),
                ("event_id", models.UUIDField()),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="offices.evidence",
                    ),
                ),
                (
                    "function",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="offices.function",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="offices.instrument",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="offices.office",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="offices.post",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-performed_on", "-recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="EvidenceDuty",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "period",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("monthly", "every month"),
                            ("quarterly", "every three months"),
                            ("half_yearly", "every six months"),
                            ("yearly", "every year"),
                        ],
                        max_length=12,
                    ),
                ),
                ("base_on", models.DateField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("due_version", models.PositiveIntegerField(default=1)),
                (
                    "clock_office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="offices.office"
                    ),
                ),
                (
                    "function",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="offices.function",
                    ),
                ),
                (
                    "last",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offices.evidence",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="offices.office",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EvidencePeriod",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("monthly", "every month"),
                            ("quarterly", "every three months"),
                            ("half_yearly", "every six months"),
                            ("yearly", "every year"),
                        ],
                        max_length=12,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("source", models.CharField(max_length=300)),
                (
                    "function",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periods",
                        to="offices.function",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                fields=["function", "office", "-performed_on"], name="offices_evidence_of_function"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("idempotency_key", ""), _negated=True),
                fields=("recorded_by", "idempotency_key"),
                name="offices_evidence_once_a_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("correction_reason", ""), ("corrects", None)),
                    models.Q(("corrects__isnull", False), models.Q(("correction_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="offices_evidence_corrected_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("corrects", models.F("id")), _negated=True),
                name="offices_evidence_not_of_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceduty",
            constraint=models.UniqueConstraint(
                fields=("function", "office"), name="offices_evidenceduty_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceperiod",
            constraint=models.UniqueConstraint(
                fields=("function", "valid_from"), name="offices_evidenceperiod_once", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(LAWS, LAWS_BACKWARD),
    ]
