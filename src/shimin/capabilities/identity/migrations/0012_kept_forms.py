"""What a person had typed when a page asked them to prove more."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.capabilities.identity.row_policies import OWN_ACCOUNT
from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("identity", "0011_index_keys")]

    operations = [
        migrations.CreateModel(
            name="KeptForm",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("path", models.TextField()),
                ("fields", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_kept_form",
                "indexes": [models.Index(fields=["account"], name="identity_kept_form_account")],
            },
        ),
        *protect(
            "identity_kept_form",
            grants={"citizen": "SELECT", "auth": "SELECT, INSERT, DELETE", "worker": "SELECT, DELETE"},
            policies={"citizen": {"select": OWN_ACCOUNT}, "auth": {"all": "true"}},
        ),
    ]
