from django.db import migrations


def give_terms(apps, schema_editor):
    """Tokens that were issued before keep what they could do."""
    terms = apps.get_model("accounts", "TokenTerms")
    for token in apps.get_model("knox", "AuthToken").objects.all():
        terms.objects.create(token=token, scopes=["read", "submit"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sign_in"),
        ("knox", "0009_extend_authtoken_field"),
    ]

    operations = [
        migrations.RunPython(give_terms, migrations.RunPython.noop),
    ]
