"""Dated absences with who stands in, designated officers in their order, and who served near an office."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION offices_served_near(users uuid[], since timestamptz, until timestamptz, day date)
RETURNS TABLE (user_id uuid, office_id uuid) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE over_oict(id) AS (
        SELECT id FROM offices_office WHERE kind = 'oict'
        UNION
        SELECT pl.parent_id FROM offices_officeplacement pl JOIN over_oict o ON pl.office_id = o.id
        WHERE pl.during @> day
    ), oict(id) AS (
        SELECT id FROM offices_office WHERE kind = 'oict'
        UNION
        SELECT pl.office_id FROM offices_officeplacement pl JOIN oict o ON pl.parent_id = o.id
        WHERE pl.during @> day
    ), served(person, place) AS (
        SELECT h.user_id, p.office_id
        FROM offices_postholding h JOIN offices_post p ON p.id = h.post_id
        WHERE h.user_id = ANY(users) AND h.during && tstzrange(since, until, '[]')
        UNION
        SELECT a.stand_in_id, p.office_id
        FROM offices_absence a JOIN offices_post p ON p.id = a.post_id
        WHERE a.stand_in_id = ANY(users) AND NOT a.called_off AND a.during && tstzrange(since, until, '[]')
    ), above(person, place, id) AS (
        SELECT person, place, place FROM served
        UNION
        SELECT a.person, a.place, pl.parent_id
        FROM above a JOIN offices_officeplacement pl ON pl.office_id = a.id WHERE pl.during @> day
    ), below(person, place, id) AS (
        SELECT person, place, place FROM served WHERE place NOT IN (SELECT id FROM over_oict)
        UNION
        SELECT b.person, b.place, pl.office_id
        FROM below b JOIN offices_officeplacement pl ON pl.parent_id = b.id WHERE pl.during @> day
    )
    SELECT person, id FROM above
    WHERE id = place
       OR NOT (id IN (SELECT id FROM over_oict) AND place IN (SELECT id FROM oict))
    UNION
    SELECT person, id FROM below
$$;

CREATE TRIGGER offices_never_changes BEFORE DELETE ON offices_absence
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_absence_only_ends BEFORE UPDATE ON offices_absence
    FOR EACH ROW WHEN (
        OLD.ended_at IS NOT NULL
        OR (OLD.id, OLD.post_id, OLD.holder_id, OLD.reason, OLD.recorded_by_id, OLD.recorded_at, lower(OLD.during))
        IS DISTINCT FROM
           (NEW.id, NEW.post_id, NEW.holder_id, NEW.reason, NEW.recorded_by_id, NEW.recorded_at, lower(NEW.during))
        OR OLD.stand_in_id IS DISTINCT FROM NEW.stand_in_id
        OR upper(NEW.during) > upper(OLD.during)
    ) EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_changes BEFORE UPDATE OR DELETE ON offices_instrumentstandby
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
"""

BACKWARD = """
DROP TRIGGER offices_never_changes ON offices_instrumentstandby;
DROP TRIGGER offices_absence_only_ends ON offices_absence;
DROP TRIGGER offices_never_changes ON offices_absence;
DROP FUNCTION offices_served_near(uuid[], timestamptz, timestamptz, date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("offices", "0005_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InstrumentStandby",
            fields=[
                (
                    "instrument",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="standby",
                        serialize=False,
                        to="offices.instrument",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1)), name="offices_standby_counts_from_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("reason", models.TextField()),
                ("recorded_at", models.DateTimeField()),
                ("called_off", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="offices.post",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_in",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("called_off", False)),
                        expressions=[("post", "="), ("during", "&&")],
                        name="offices_absence_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("during__isempty", False),
                            ("during__lower_inf", False),
                            ("during__upper_inf", False),
                        ),
                        name="offices_absence_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stand_in", None),
                            models.Q(("stand_in", models.F("holder")), _negated=True),
                            _connector="OR",
                        ),
                        name="offices_absence_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="offices_absence_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("called_off", False), ("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="offices_absence_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
