"""The life of instruments: drafted, issued by a second hand, accepted, suspended, revoked or superseded.

What was issued before this rule stays in force: it names nobody who drafted it, and counts as accepted at its issue.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BEFORE = """
DROP TRIGGER offices_only_revoked ON offices_instrument;
"""

BEFORE_BACK = """
CREATE TRIGGER offices_only_revoked BEFORE UPDATE ON offices_instrument
    FOR EACH ROW WHEN (
        OLD.revoked_at IS NOT NULL
        OR (OLD.id, OLD.number, OLD.legal_basis, OLD.delegator_post_id, OLD.delegator_id, OLD.delegate_post_id,
            OLD.currency, OLD.conditions, OLD.reporting_duty, OLD.valid, OLD.concurrent, OLD.sub_delegation,
            OLD.issued_at, OLD.issued_by_id)
        IS DISTINCT FROM
           (NEW.id, NEW.number, NEW.legal_basis, NEW.delegator_post_id, NEW.delegator_id, NEW.delegate_post_id,
            NEW.currency, NEW.conditions, NEW.reporting_duty, NEW.valid, NEW.concurrent, NEW.sub_delegation,
            NEW.issued_at, NEW.issued_by_id)
        OR OLD.amount_limit IS DISTINCT FROM NEW.amount_limit OR OLD.parent_id IS DISTINCT FROM NEW.parent_id
    ) EXECUTE FUNCTION offices_never_changes();
"""

STANDING = """
UPDATE offices_instrument SET drafted_at = issued_at, accepted_at = issued_at;
UPDATE offices_instrumentcoverage SET accepted = true;
INSERT INTO offices_instrumentact (id, instrument_id, position, verb, by_id, at, reason)
SELECT gen_random_uuid(), id, 0, 'issued', issued_by_id, issued_at, '' FROM offices_instrument
UNION ALL
SELECT gen_random_uuid(), id, 1, 'revoked', revoked_by_id, revoked_at, revocation_reason FROM offices_instrument
WHERE revoked_at IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""

LAWS = """
CREATE FUNCTION offices_instrument_keeps_its_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The terms never change, from the draft on; what is over stays so.
    IF OLD.revoked_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
        OR (OLD.id, OLD.number, OLD.legal_basis, OLD.parent_id, OLD.supersedes_id, OLD.delegator_post_id,
            OLD.delegate_post_id, OLD.amount_limit, OLD.currency, OLD.system_limit, OLD.data_limit, OLD.conditions,
            OLD.reporting_duty, OLD.concurrent, OLD.sub_delegation, OLD.drafted_at, OLD.drafted_by_id)
        IS DISTINCT FROM
           (NEW.id, NEW.number, NEW.legal_basis, NEW.parent_id, NEW.supersedes_id, NEW.delegator_post_id,
            NEW.delegate_post_id, NEW.amount_limit, NEW.currency, NEW.system_limit, NEW.data_limit, NEW.conditions,
            NEW.reporting_duty, NEW.concurrent, NEW.sub_delegation, NEW.drafted_at, NEW.drafted_by_id)
        OR (OLD.accepted_at IS NOT NULL AND (OLD.accepted_at, OLD.accepted_by_id)
            IS DISTINCT FROM (NEW.accepted_at, NEW.accepted_by_id))
        -- A delegator is named by the draft or by the issue; a beginning moves to the issue, and nowhere else.
        OR (OLD.delegator_id IS NOT NULL AND OLD.delegator_id IS DISTINCT FROM NEW.delegator_id)
        OR (OLD.issued_at IS NOT NULL
            AND (OLD.issued_at, OLD.issued_by_id, OLD.valid) IS DISTINCT FROM (NEW.issued_at, NEW.issued_by_id, NEW.valid))
        OR (OLD.issued_at IS NULL AND OLD.valid <> NEW.valid
            AND NEW.valid <> tstzrange(NEW.issued_at, upper(OLD.valid)))
        OR (OLD.issued_at IS NULL AND NEW.issued_at IS NULL AND OLD.delegator_id IS DISTINCT FROM NEW.delegator_id)
    THEN
        RAISE EXCEPTION '% of % is refused: it never changes', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_never_changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offices_keeps_its_life BEFORE UPDATE ON offices_instrument
    FOR EACH ROW EXECUTE FUNCTION offices_instrument_keeps_its_life();

CREATE FUNCTION offices_instrument_is_drafted_by_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'instrument % names nobody who drafted it', NEW.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_instrument_two_hands';
END $$;
CREATE TRIGGER offices_drafted_by_somebody BEFORE INSERT ON offices_instrument
    FOR EACH ROW WHEN (NEW.drafted_by_id IS NULL) EXECUTE FUNCTION offices_instrument_is_drafted_by_somebody();

CREATE FUNCTION offices_gives_no_authority(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT i.issued_at IS NULL OR i.accepted_at IS NULL OR i.suspended_at IS NOT NULL OR i.revoked_at IS NOT NULL
        OR p.suspended_at IS NOT NULL OR p.revoked_at IS NOT NULL
    FROM offices_instrument i LEFT JOIN offices_instrument p ON p.id = i.parent_id
    WHERE i.id = wanted
$$;
CREATE FUNCTION offices_coverage_gives_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accepted AND NOT NEW.suspended AND NOT NEW.revoked AND offices_gives_no_authority(NEW.instrument_id) THEN
        RAISE EXCEPTION 'a coverage row would give more than its instrument'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_coverage_gives_no_more';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offices_coverage_gives_no_more BEFORE INSERT OR UPDATE ON offices_instrumentcoverage
    FOR EACH ROW EXECUTE FUNCTION offices_coverage_gives_no_more();
CREATE FUNCTION offices_coverage_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM offices_instrumentcoverage c
        WHERE c.accepted AND NOT c.suspended AND NOT c.revoked AND offices_gives_no_authority(c.instrument_id)
          AND (c.instrument_id = NEW.id
               OR c.instrument_id IN (SELECT i.id FROM offices_instrument i WHERE i.parent_id = NEW.id))
    ) THEN
        RAISE EXCEPTION 'the coverage of instrument % gives more than it', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_coverage_gives_no_more';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER offices_coverage_follows AFTER UPDATE ON offices_instrument
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION offices_coverage_follows();

DROP TRIGGER offices_never_given_back ON offices_instrumentcoverage;
CREATE TRIGGER offices_never_given_back BEFORE UPDATE ON offices_instrumentcoverage
    FOR EACH ROW WHEN (
        (OLD.revoked AND NOT NEW.revoked) OR (OLD.accepted AND NOT NEW.accepted)
        OR (OLD.id, OLD.instrument_id, OLD.function_id, OLD.office_id, OLD.during, OLD.exclusive)
        IS DISTINCT FROM
           (NEW.id, NEW.instrument_id, NEW.function_id, NEW.office_id, NEW.during, NEW.exclusive)
    ) EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_changes BEFORE UPDATE OR DELETE ON offices_instrumentact
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();

CREATE OR REPLACE FUNCTION offices_move_keeps_central_functions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    clash text;
BEGIN
    SELECT i.number INTO clash
    FROM offices_instrument i
    JOIN offices_post p ON p.id = i.delegate_post_id
    JOIN offices_instrumentfunction x ON x.instrument_id = i.id
    JOIN offices_function f ON f.code = x.function_id
    CROSS JOIN LATERAL (
        SELECT greatest((lower(i.valid) AT TIME ZONE 'UTC')::date, lower(NEW.during)) AS day
    ) d
    WHERE i.issued_at IS NOT NULL AND i.revoked_at IS NULL AND f.paragraph IN (7, 15, 18)
      AND d.day < (upper(i.valid) AT TIME ZONE 'UTC')::date
      AND NOT offices_within_oict(p.office_id, d.day)
    LIMIT 1;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'instrument % would hold a central function outside OICT', clash
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_central_function_stays_in_oict';
    END IF;
    RETURN NULL;
END $$;
"""

LAWS_BACK = """
DROP TRIGGER offices_never_changes ON offices_instrumentact;
DROP TRIGGER offices_never_given_back ON offices_instrumentcoverage;
CREATE TRIGGER offices_never_given_back BEFORE UPDATE ON offices_instrumentcoverage
    FOR EACH ROW WHEN (
        (OLD.revoked AND NOT NEW.revoked)
        OR (OLD.id, OLD.instrument_id, OLD.function_id, OLD.office_id, OLD.during, OLD.exclusive)
        IS DISTINCT FROM
           (NEW.id, NEW.instrument_id, NEW.function_id, NEW.office_id, NEW.during, NEW.exclusive)
    ) EXECUTE FUNCTION offices_never_changes();
DROP TRIGGER offices_coverage_follows ON offices_instrument;
DROP FUNCTION offices_coverage_follows();
DROP TRIGGER offices_coverage_gives_no_more ON offices_instrumentcoverage;
DROP FUNCTION offices_coverage_gives_no_more();
DROP FUNCTION offices_gives_no_authority(uuid);
DROP TRIGGER offices_drafted_by_somebody ON offices_instrument;
DROP FUNCTION offices_instrument_is_drafted_by_somebody();
DROP TRIGGER offices_keeps_its_life ON offices_instrument;
DROP FUNCTION offices_instrument_keeps_its_life();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("offices", "0002_laws_of_authority"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(BEFORE, BEFORE_BACK),
        migrations.CreateModel(
            name="InstrumentAct",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("withdrawn", "Withdrawn"),
                            ("issued", "Issued"),
                            ("accepted", "Accepted"),
                            ("suspended", "Suspended"),
                            ("resumed", "Resumed"),
                            ("revoked", "Revoked"),
                            ("superseded", "Superseded"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("event_id", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AlterModelOptions(
            name="instrument",
            options={"ordering": ["-drafted_at", "-number"]},
        ),
        migrations.AddField(
            model_name="instrument",
            name="accepted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instrument",
            name="accepted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="data_limit",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unclassified", "Unclassified"),
                    ("confidential", "Confidential"),
                    ("strictly_confidential", "Strictly confidential"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="drafted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="instrument",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="superseded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="offices.instrument",
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="offices.instrument",
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="suspended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instrument",
            name="suspended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="suspension_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="instrument",
            name="system_limit",
            field=models.CharField(
                blank=True,
                choices=[
                    ("one_office", "One office"),
                    ("several_offices", "Several offices"),
                    ("organization", "The whole Organization (an enterprise system)"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instrumentcoverage",
            name="accepted",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="instrumentcoverage",
            name="suspended",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="instrument",
            name="delegator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="instruments_given",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="instrument",
            name="issued_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="instrument",
            name="issued_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="instrumentact",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="instrumentact",
            name="instrument",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="offices.instrument"
            ),
        ),
        migrations.AddField(
            model_name="instrumentact",
            name="through",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="offices.instrument",
            ),
        ),
        migrations.RunSQL(STANDING, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="instrument",
            name="drafted_at",
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name="instrument",
            index=models.Index(fields=["-drafted_at", "-number"], name="offices_instrument_latest"),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("suspended_at", None), ("suspended_by", None), ("suspension_reason", "")),
                    models.Q(
                        ("suspended_at__isnull", False),
                        ("suspended_by__isnull", False),
                        models.Q(("suspension_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="offices_instrument_suspended_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("accepted_at", None),
                        ("issued_at", None),
                        ("issued_by", None),
                        ("revoked_at", None),
                        ("suspended_at", None),
                    ),
                    models.Q(
                        ("delegator__isnull", False),
                        ("issued_at__isnull", False),
                        ("issued_by__isnull", False),
                        ("withdrawn_at", None),
                    ),
                    _connector="OR",
                ),
                name="offices_instrument_issued_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_at", None),
                    ("drafted_by", None),
                    models.Q(
                        models.Q(("drafted_by", models.F("issued_by")), _negated=True),
                        models.Q(
                            ("delegator", models.F("drafted_by")),
                            ("delegator", models.F("issued_by")),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="offices_instrument_two_hands",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_by", None),
                    models.Q(
                        models.Q(("accepted_by", models.F("delegator")), _negated=True),
                        models.Q(("accepted_by", models.F("issued_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="offices_instrument_accepted_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("superseded_by", None), ("revoked_at__isnull", False), _connector="OR"),
                name="offices_instrument_superseded_is_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("issued_at__isnull", False), ("supersedes__isnull", False)),
                fields=("supersedes",),
                name="offices_instrument_superseded_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrumentact",
            constraint=models.UniqueConstraint(
                fields=("instrument", "position"), name="offices_instrumentact_once"
            ),
        ),
        migrations.RunSQL(LAWS, LAWS_BACK),
    ]
