"""A frozen version, and what came in by an import, never change: the database itself says so (seam 2)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION initiatives_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is immutable', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER initiatives_version_is_immutable BEFORE UPDATE OR DELETE ON initiatives_businesscaseversion
    FOR EACH ROW EXECUTE FUNCTION initiatives_refuse_change();
CREATE TRIGGER initiatives_importedrow_is_immutable BEFORE UPDATE OR DELETE ON initiatives_importedrow
    FOR EACH ROW EXECUTE FUNCTION initiatives_refuse_change();
CREATE TRIGGER initiatives_draftchange_is_immutable BEFORE UPDATE OR DELETE ON initiatives_draftchange
    FOR EACH ROW EXECUTE FUNCTION initiatives_refuse_change();
CREATE TRIGGER initiatives_initiative_is_kept BEFORE DELETE ON initiatives_initiative
    FOR EACH ROW EXECUTE FUNCTION initiatives_refuse_change();
"""
BACK = """
DROP TRIGGER initiatives_initiative_is_kept ON initiatives_initiative;
DROP TRIGGER initiatives_draftchange_is_immutable ON initiatives_draftchange;
DROP TRIGGER initiatives_importedrow_is_immutable ON initiatives_importedrow;
DROP TRIGGER initiatives_version_is_immutable ON initiatives_businesscaseversion;
DROP FUNCTION initiatives_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
