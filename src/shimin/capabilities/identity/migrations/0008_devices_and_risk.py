"""Devices with names, sessions that the risk rules hold, and what the rules decided."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.capabilities.identity.row_policies import OWN_ACCOUNT
from shimin.kernel.policies import protect

# Who signed in before there were rules keeps the devices they have.
_TRUST = "UPDATE identity_known_device SET proved_at = first_seen_at"


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_rights")]

    operations = [
        migrations.AddField("knowndevice", "name", models.TextField(default="", db_default="")),
        migrations.AddField("knowndevice", "network", models.TextField(default="", db_default="")),
        migrations.AddField("knowndevice", "proved_at", models.DateTimeField(null=True)),
        migrations.RunSQL(_TRUST, migrations.RunSQL.noop),
        migrations.AddField("session", "device_id", models.BigIntegerField(null=True)),
        migrations.AddField("session", "is_held", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("session", "proved_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="RiskDecision",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("session_id", models.BigIntegerField()),
                ("act", models.TextField()),
                ("outcome", models.TextField()),
                ("rules", models.JSONField()),
                ("device_label", models.TextField()),
                ("network", models.TextField()),
                ("amount_fen", models.BigIntegerField(default=0)),
                ("decided_at", models.DateTimeField()),
                ("answer", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_risk_decision",
                "indexes": [
                    models.Index(fields=["account", "-id"], name="identity_risk_decision_own"),
                    models.Index(fields=["session_id"], name="identity_risk_decision_session"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["allow", "inform", "prove"])),
                        name="identity_risk_decision_known_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "proved", "mine", "not_mine"])),
                        name="identity_risk_decision_known_answer",
                    ),
                ],
            },
        ),
        *protect(
            "identity_risk_decision",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT",
                "auth": "SELECT, INSERT, UPDATE",
                "worker": "SELECT, DELETE",
            },
            policies={
                "citizen": {"select": OWN_ACCOUNT},
                "staff": {"select": "(select shimin_has_role('identity.risk'))"},
                "auth": {"all": "true"},
            },
        ),
    ]
