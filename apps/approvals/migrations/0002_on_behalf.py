"""Acts on behalf of an absent person, and who decides in the CITO's place."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION approvals_keeps_out(the_case uuid, person uuid, apart text[], at timestamptz, day date)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM approvals_conflictdeclaration d
        WHERE d.case_id = the_case AND d.user_id = person AND d.recused
    ) OR EXISTS (
        SELECT 1 FROM approvals_participation p
        WHERE p.case_id = the_case AND p.user_id = person AND p.capacity = ANY(apart)
    ) OR EXISTS (
        SELECT 1 FROM (
            SELECT (value #>> '{}')::integer AS months FROM approvals_parameter
            WHERE key = 'separation.months_served' AND valid_from <= day ORDER BY valid_from DESC LIMIT 1
        ) asked
        CROSS JOIN LATERAL offices_served_near(
            ARRAY[person], at - make_interval(days => asked.months * 365 / 12), at, day
        ) near
        JOIN approvals_case c ON c.office_id = near.office_id
        WHERE c.id = the_case
    )
$$;

CREATE FUNCTION approvals_is_away(person uuid, post uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM offices_absence a
        WHERE a.holder_id = person AND a.post_id = post AND NOT a.called_off AND a.during @> at
    )
$$;

CREATE FUNCTION approvals_cito_is_aside(the_case uuid, apart text[], at timestamptz, day date)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT 1
        FROM offices_postholding h
        JOIN offices_post p ON p.id = h.post_id AND p.role = 'cito'
        JOIN accounts_user u ON u.id = h.user_id AND u.is_active
        WHERE h.during @> at AND offices_within_oict(p.office_id, day)
          AND NOT approvals_is_away(h.user_id, p.id, at)
          AND NOT approvals_keeps_out(the_case, h.user_id, apart, at, day)
    )
$$;

CREATE FUNCTION approvals_standby(the_case uuid, apart text[], at timestamptz, day date)
RETURNS TABLE (instrument_id uuid, post_id uuid, user_id uuid, cito_id uuid) LANGUAGE sql STABLE AS $$
    SELECT i.id, i.delegate_post_id, h.user_id, (
        SELECT ch.user_id
        FROM offices_postholding ch
        JOIN offices_post cp ON cp.id = ch.post_id AND cp.role = 'cito'
        JOIN accounts_user cu ON cu.id = ch.user_id AND cu.is_active
        WHERE ch.during @> at AND offices_within_oict(cp.office_id, day)
          AND approvals_is_away(ch.user_id, cp.id, at)
          AND NOT approvals_keeps_out(the_case, ch.user_id, apart, at, day)
        ORDER BY cp.code LIMIT 1
    )
    FROM offices_instrumentstandby s
    JOIN offices_instrument i ON i.id = s.instrument_id
    JOIN approvals_case c ON c.id = the_case
    JOIN offices_instrumentcoverage v ON v.instrument_id = i.id AND v.function_id = '18'
     AND v.office_id = c.office_id AND v.during @> at
     AND v.accepted AND NOT v.suspended AND NOT v.revoked
    JOIN offices_postholding h ON h.post_id = i.delegate_post_id AND h.during @> at
    JOIN accounts_user u ON u.id = h.user_id AND u.is_active
    WHERE approvals_cito_is_aside(the_case, apart, at, day)
      AND h.user_id <> i.delegator_id
      AND NOT approvals_is_away(h.user_id, i.delegate_post_id, at)
      AND NOT approvals_keeps_out(the_case, h.user_id, apart, at, day)
    ORDER BY s.position, i.issued_at, i.number
    LIMIT 1
$$;

CREATE FUNCTION approvals_is_standby(the_case uuid, person uuid, apart text[], at timestamptz, day date)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM approvals_standby(the_case, apart, at, day) s WHERE s.user_id = person)
$$;
"""

BACKWARD = """
DROP FUNCTION approvals_is_standby(uuid, uuid, text[], timestamptz, date);
DROP FUNCTION approvals_standby(uuid, text[], timestamptz, date);
DROP FUNCTION approvals_cito_is_aside(uuid, text[], timestamptz, date);
DROP FUNCTION approvals_is_away(uuid, uuid, timestamptz);
DROP FUNCTION approvals_keeps_out(uuid, uuid, text[], timestamptz, date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("offices", "0006_absence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="decision",
            name="decision_fixed",
        ),
        migrations.AddField(
            model_name="decision",
            name="on_behalf_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="on_behalf_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decision",
            trigger=pgtrigger.compiler.Trigger(
                name="decision_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."round" IS DISTINCT FROM (NEW."round") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."on_behalf_of_id" IS DISTINCT FROM (NEW."on_behalf_of_id") OR OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."post_title" IS DISTINCT FROM (NEW."post_title") OR OLD."instrument_id" IS DISTINCT FROM (NEW."instrument_id") OR OLD."instrument_number" IS DISTINCT FROM (NEW."instrument_number") OR OLD."reasons" IS DISTINCT FROM (NEW."reasons") OR OLD."what_would_change" IS DISTINCT FROM (NEW."what_would_change") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."amount_max" IS DISTINCT FROM (NEW."amount_max") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."valid_until" IS DISTINCT FROM (NEW."valid_until") OR OLD."override_reason" IS DISTINCT FROM (NEW."override_reason") OR OLD."version_number" IS DISTINCT FROM (NEW."version_number") OR OLD."version_hash" IS DISTINCT FROM (NEW."version_hash") OR OLD."submitter_ids" IS DISTINCT FROM (NEW."submitter_ids") OR OLD."endorser_ids" IS DISTINCT FROM (NEW."endorser_ids") OR OLD."reviewer_ids" IS DISTINCT FROM (NEW."reviewer_ids") OR OLD."confirmation_method" IS DISTINCT FROM (NEW."confirmation_method") OR OLD."confirmed_at" IS DISTINCT FROM (NEW."confirmed_at") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."effective_at" IS DISTINCT FROM (NEW."effective_at") OR OLD."letter" IS DISTINCT FROM (NEW."letter") OR OLD."event_id" IS DISTINCT FROM (NEW."event_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="5c98bd64b3c94e3cef4ef27f166adc0578ae3b66",
                    operation="UPDATE",
                    pgid="pgtrigger_decision_fixed_b4903",
                    table="approvals_decision",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("on_behalf_of", None),
                    models.Q(
                        models.Q(("submitter_ids__contains", [models.F("on_behalf_of")]), _negated=True),
                        models.Q(("endorser_ids__contains", [models.F("on_behalf_of")]), _negated=True),
                        models.Q(("reviewer_ids__contains", [models.F("on_behalf_of")]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="decision_on_behalf_of_a_fourth",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
