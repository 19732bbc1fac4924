"""Signed checkpoints on their way to the witnesses, and the public keys that they were signed with."""

from django.db import migrations, models

SQL = r"""
CREATE TABLE audit_checkpointkey (
    id varchar(16) COLLATE "C" PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
    public varchar(64) NOT NULL CHECK (public ~ '^[0-9a-f]{64}$'),
    first_used_at timestamptz NOT NULL,
    CONSTRAINT audit_checkpointkey_names_itself
        CHECK (id = left(encode(sha256(decode(public, 'hex')), 'hex'), 16))
);
CREATE TABLE audit_signedcheckpoint (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    head varchar(64) NOT NULL CHECK (head ~ '^[0-9a-f]{64}$'),
    time varchar(32) NOT NULL,
    taken_at timestamptz NOT NULL,
    key varchar(16) NOT NULL,
    signature varchar(128) NOT NULL CHECK (signature ~ '^[0-9a-f]{128}$')
);

CREATE TRIGGER audit_checkpointkey_kept BEFORE UPDATE OR DELETE ON audit_checkpointkey
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpointkey_not_emptied BEFORE TRUNCATE ON audit_checkpointkey
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_signedcheckpoint_kept BEFORE UPDATE OR DELETE ON audit_signedcheckpoint
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_signedcheckpoint_not_emptied BEFORE TRUNCATE ON audit_signedcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_checkpointkey ENABLE ALWAYS TRIGGER audit_checkpointkey_kept;
ALTER TABLE audit_checkpointkey ENABLE ALWAYS TRIGGER audit_checkpointkey_not_emptied;
ALTER TABLE audit_signedcheckpoint ENABLE ALWAYS TRIGGER audit_signedcheckpoint_kept;
ALTER TABLE audit_signedcheckpoint ENABLE ALWAYS TRIGGER audit_signedcheckpoint_not_emptied;

REVOKE ALL ON audit_checkpointkey, audit_signedcheckpoint FROM PUBLIC;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'ictgov_app') THEN
        REVOKE ALL ON audit_checkpointkey, audit_signedcheckpoint FROM ictgov_app;
        GRANT SELECT, INSERT ON audit_checkpointkey, audit_signedcheckpoint TO ictgov_app;
    END IF;
END
$$;
"""

BACK = "DROP TABLE audit_signedcheckpoint, audit_checkpointkey;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SQL, BACK)],
            state_operations=[
                migrations.CreateModel(
                    name="CheckpointKey",
                    fields=[
                        (
                            "id",
                            models.CharField(
                                editable=False, max_length=16, primary_key=True, serialize=False
                            ),
                        ),
                        ("public", models.CharField(editable=False, max_length=64)),
                        ("first_used_at", models.DateTimeField(editable=False)),
                    ],
                    options={
                        "verbose_name": "key of the checkpoints",
                        "verbose_name_plural": "keys of the checkpoints",
                        "ordering": ["first_used_at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="SignedCheckpoint",
                    fields=[
                        (
                            "seq",
                            models.BigIntegerField(editable=False, primary_key=True, serialize=False),
                        ),
                        ("head", models.CharField(editable=False, max_length=64)),
                        ("time", models.CharField(editable=False, max_length=32)),
                        ("taken_at", models.DateTimeField(editable=False)),
                        ("key", models.CharField(editable=False, max_length=16)),
                        ("signature", models.CharField(editable=False, max_length=128)),
                    ],
                    options={
                        "verbose_name": "checkpoint",
                        "verbose_name_plural": "checkpoints",
                        "ordering": ["seq"],
                    },
                ),
            ],
        ),
    ]
