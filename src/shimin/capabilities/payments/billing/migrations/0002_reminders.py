"""Reminders: which accounts are looked at when, and what was told of already."""

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OWN = "account_id = (select shimin_account_id())"


def let_owners_switch_reminders(apps, editor):
    """Owners change nothing else of a bound account; the worker moves the next look."""
    roles = {name: f'"{settings.SHIMIN.database_role_prefix}_{name}"' for name in ("citizen", "worker")}
    editor.execute(f"GRANT UPDATE (reminds) ON billing_bound_account TO {roles['citizen']}")
    editor.execute(f"GRANT UPDATE (remind_after) ON billing_bound_account TO {roles['worker']}")
    editor.execute(
        "CREATE POLICY billing_bound_account_citizen_update ON billing_bound_account FOR UPDATE "
        f"TO {roles['citizen']} USING ({OWN}) WITH CHECK ({OWN})"
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.AddField("boundaccount", "reminds", models.BooleanField(default=True, db_default=True)),
        migrations.AddField(
            "boundaccount",
            "remind_after",
            models.DateTimeField(default=django.utils.timezone.now, db_default=django.db.models.functions.Now()),
        ),
        migrations.AddIndex(
            "boundaccount",
            models.Index(name="billing_bound_account_look", fields=["remind_after"], condition=models.Q(reminds=True)),
        ),
        migrations.RunPython(let_owners_switch_reminders, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("bill_hash", models.BinaryField()),
                ("about", models.TextField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "db_table": "billing_reminder",
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "bill_hash", "about"), name="billing_reminder_once")
                ],
            },
        ),
        *protect("billing_reminder", grants={"worker": "SELECT, INSERT, DELETE"}, policies={}),
    ]
