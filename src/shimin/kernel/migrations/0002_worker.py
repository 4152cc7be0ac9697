"""What the worker and verification need: seals that name their rows, an index of what waits, narrower rights."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


def narrow_rights(apps, editor):
    """The worker may seal audit rows, not change them; serving processes may read which migrations ran."""
    prefix = settings.SHIMIN.database_role_prefix
    editor.execute(f"REVOKE UPDATE ON kernel_audit FROM {prefix}_worker")
    editor.execute(f"GRANT UPDATE (seal_id) ON kernel_audit TO {prefix}_worker")
    for role in ("web", "worker"):
        editor.execute(f"GRANT SELECT ON django_migrations TO {prefix}_{role}")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="auditseal",
            name="row_ids",
            field=django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), default=list),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditseal",
            name="digest",
            field=models.BinaryField(default=b""),
            preserve_default=False,
        ),
        migrations.RemoveField(model_name="auditseal", name="first_id"),
        migrations.RemoveField(model_name="auditseal", name="last_id"),
        migrations.RunSQL(
            "CREATE INDEX kernel_event_waiting ON kernel_event (id) WHERE done_at IS NULL AND dead_at IS NULL",
            "DROP INDEX kernel_event_waiting",
        ),
        migrations.RunPython(narrow_rights, migrations.RunPython.noop),
    ]
