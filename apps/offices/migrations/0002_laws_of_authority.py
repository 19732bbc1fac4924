"""The laws of authority that the database holds, whatever door is used (A/61/765, 7, 15, 16 and 18)."""

from django.db import migrations

FORWARD = """
ALTER TABLE offices_instrument ADD CONSTRAINT offices_instrument_at_most_24_months CHECK (
    (upper(valid) AT TIME ZONE 'UTC') <= (lower(valid) AT TIME ZONE 'UTC') + interval '24 months'
);
ALTER TABLE offices_function ADD CONSTRAINT offices_function_code_is_of_its_paragraph CHECK (
    code ~ ('^' || paragraph::text || '[a-i]?$')
);

CREATE FUNCTION offices_within_oict(office uuid, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain(id) AS (
        SELECT office
        UNION
        SELECT pl.parent_id FROM offices_officeplacement pl JOIN chain ON pl.office_id = chain.id
        WHERE pl.during @> day
    )
    SELECT EXISTS (SELECT 1 FROM chain JOIN offices_office o ON o.id = chain.id WHERE o.kind = 'oict')
$$;

CREATE FUNCTION offices_central_function_stays_in_oict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM offices_function f, offices_instrument i JOIN offices_post p ON p.id = i.delegate_post_id
        WHERE f.code = NEW.function_id AND f.paragraph IN (7, 15, 18) AND i.id = NEW.instrument_id
          AND NOT offices_within_oict(p.office_id, (lower(i.valid) AT TIME ZONE 'UTC')::date)
    ) THEN
        RAISE EXCEPTION 'function % is never delegated outside OICT', NEW.function_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_central_function_stays_in_oict';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offices_central_function_stays_in_oict BEFORE INSERT ON offices_instrumentfunction
    FOR EACH ROW EXECUTE FUNCTION offices_central_function_stays_in_oict();
CREATE TRIGGER offices_central_coverage_stays_in_oict BEFORE INSERT ON offices_instrumentcoverage
    FOR EACH ROW EXECUTE FUNCTION offices_central_function_stays_in_oict();

CREATE FUNCTION offices_move_keeps_central_functions() RETURNS trigger LANGUAGE plpgsql AS $$
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
    WHERE i.revoked_at IS NULL AND f.paragraph IN (7, 15, 18)
      AND d.day < (upper(i.valid) AT TIME ZONE 'UTC')::date
      AND NOT offices_within_oict(p.office_id, d.day)
    LIMIT 1;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'instrument % would hold a central function outside OICT', clash
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_central_function_stays_in_oict';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER offices_move_keeps_central_functions AFTER INSERT OR UPDATE ON offices_officeplacement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION offices_move_keeps_central_functions();

CREATE FUNCTION offices_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_never_changes';
END $$;
CREATE TRIGGER offices_never_changes BEFORE UPDATE OR DELETE ON offices_instrumentfunction
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_changes BEFORE UPDATE OR DELETE ON offices_instrumentscope
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_deleted BEFORE DELETE ON offices_instrument
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_deleted BEFORE DELETE ON offices_postholding
    FOR EACH ROW EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_never_moves BEFORE UPDATE ON offices_post
    FOR EACH ROW WHEN (OLD.office_id <> NEW.office_id OR OLD.role <> NEW.role)
    EXECUTE FUNCTION offices_never_changes();
CREATE TRIGGER offices_oict_stays_oict BEFORE UPDATE ON offices_office
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind AND 'oict' IN (OLD.kind, NEW.kind))
    EXECUTE FUNCTION offices_never_changes();
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
CREATE TRIGGER offices_never_given_back BEFORE UPDATE ON offices_instrumentcoverage
    FOR EACH ROW WHEN (
        (OLD.revoked AND NOT NEW.revoked)
        OR (OLD.id, OLD.instrument_id, OLD.function_id, OLD.office_id, OLD.during, OLD.exclusive)
        IS DISTINCT FROM
           (NEW.id, NEW.instrument_id, NEW.function_id, NEW.office_id, NEW.during, NEW.exclusive)
    ) EXECUTE FUNCTION offices_never_changes();

CREATE TRIGGER offices_confirmed_stays BEFORE UPDATE OR DELETE ON offices_calendarversion
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION offices_never_changes();
CREATE FUNCTION offices_confirmed_holidays_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM offices_calendarversion v
        WHERE v.confirmed_at IS NOT NULL
          AND v.id IN (CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END,
                       CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END)
    ) THEN
        RAISE EXCEPTION 'the holidays of a confirmed version never change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offices_never_changes';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER offices_confirmed_holidays_stay BEFORE INSERT OR UPDATE OR DELETE ON offices_holiday
    FOR EACH ROW EXECUTE FUNCTION offices_confirmed_holidays_stay();
"""

BACKWARD = """
DROP TRIGGER offices_confirmed_holidays_stay ON offices_holiday;
DROP FUNCTION offices_confirmed_holidays_stay();
DROP TRIGGER offices_confirmed_stays ON offices_calendarversion;
DROP TRIGGER offices_never_given_back ON offices_instrumentcoverage;
DROP TRIGGER offices_only_revoked ON offices_instrument;
DROP TRIGGER offices_oict_stays_oict ON offices_office;
DROP TRIGGER offices_never_moves ON offices_post;
DROP TRIGGER offices_never_deleted ON offices_postholding;
DROP TRIGGER offices_never_deleted ON offices_instrument;
DROP TRIGGER offices_never_changes ON offices_instrumentscope;
DROP TRIGGER offices_never_changes ON offices_instrumentfunction;
DROP FUNCTION offices_never_changes();
DROP TRIGGER offices_move_keeps_central_functions ON offices_officeplacement;
DROP FUNCTION offices_move_keeps_central_functions();
DROP TRIGGER offices_central_coverage_stays_in_oict ON offices_instrumentcoverage;
DROP TRIGGER offices_central_function_stays_in_oict ON offices_instrumentfunction;
DROP FUNCTION offices_central_function_stays_in_oict();
DROP FUNCTION offices_within_oict(uuid, date);
ALTER TABLE offices_function DROP CONSTRAINT offices_function_code_is_of_its_paragraph;
ALTER TABLE offices_instrument DROP CONSTRAINT offices_instrument_at_most_24_months;
"""


class Migration(migrations.Migration):
    dependencies = [("offices", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
