"""The second factor: an app for codes and recovery codes; attempts that succeed are given back."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.capabilities.identity.row_policies import of_account
from shimin.capabilities.identity.sql import GIVE_BACK, GIVE_BACK_SIGNATURE
from shimin.kernel.policies import grant_execute


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeGenerator",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("secret", models.BinaryField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("is_demo", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_code_generator",
                "constraints": [models.UniqueConstraint(fields=("account",), name="identity_code_generator_one")],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_recovery_code",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "hash"), name="identity_recovery_code_once")
                ],
            },
        ),
        *of_account("identity_code_generator", "SELECT (id, account_id, created_at, last_used_at)"),
        *of_account("identity_recovery_code", "SELECT (id, account_id, created_at, used_at)"),
        migrations.RunSQL(GIVE_BACK, f"DROP FUNCTION {GIVE_BACK_SIGNATURE}"),
        grant_execute(GIVE_BACK_SIGNATURE, "web", "citizen", "staff", "auth"),
    ]
