"""Passkeys, and the challenges that were answered."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.capabilities.identity.row_policies import of_account
from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_closing")]

    operations = [
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("credential_id", models.BinaryField()),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("label", models.TextField()),
                ("is_synced", models.BooleanField(default=False)),
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
                "db_table": "identity_passkey",
                "indexes": [models.Index(fields=["account"], name="identity_passkey_account")],
                "constraints": [
                    models.UniqueConstraint(fields=("credential_id",), name="identity_passkey_credential"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpentChallenge",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
            ],
            options={"db_table": "identity_spent_challenge"},
        ),
        *of_account("identity_passkey", "SELECT (id, account_id, label, is_synced, created_at, last_used_at)"),
        *protect(
            "identity_spent_challenge",
            grants={"auth": "INSERT", "worker": "SELECT, DELETE"},
            policies={"auth": {"insert": "true"}, "worker": {"all": "true"}},
        ),
    ]
