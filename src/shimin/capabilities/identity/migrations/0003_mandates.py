"""Acting for others: mandates, their offers, organisations, and the hat a session wears."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import shimin.capabilities.identity.domain.mandates
import shimin.kernel.ids
from shimin.capabilities.identity.row_policies import of_account
from shimin.capabilities.identity.sql import SESSION_ACTOR, SESSION_ACTOR_SIGNATURE
from shimin.kernel.policies import grant_execute, protect

# Either side sees a mandate; only the operations that decide who somebody is write one.
SIDES = "account_id = (select shimin_account_id()) OR principal_account_id = (select shimin_account_id())"


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_second_factors"),
    ]

    operations = [
        migrations.AlterField(
            model_name="personhandle",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
            ),
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("relation", models.TextField()),
                ("role", models.TextField(default="")),
                ("scope", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("basis", models.TextField()),
                (
                    "state",
                    models.TextField(default=shimin.capabilities.identity.domain.mandates.MandateState["ACTIVE"]),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_id", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
                    ),
                ),
                (
                    "principal_account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_mandate",
            },
        ),
        migrations.AddField(
            model_name="session",
            name="mandate",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="identity.mandate"
            ),
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                ("credit_code", models.CharField(max_length=18)),
                ("name", models.TextField()),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "db_table": "identity_organisation",
                "constraints": [models.UniqueConstraint(fields=("hash",), name="identity_organisation_hash")],
            },
        ),
        migrations.AddField(
            model_name="mandate",
            name="organisation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.organisation"
            ),
        ),
        migrations.CreateModel(
            name="MandateOffer",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                ("is_asking", models.BooleanField()),
                ("relation", models.TextField()),
                ("role", models.TextField(default="")),
                ("scope", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("ends_at", models.DateTimeField()),
                ("offered_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "identity_mandate_offer",
                "indexes": [models.Index(fields=["hash"], name="identity_mandate_offer_hash")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "hash"), name="identity_mandate_offer_code")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="mandate",
            index=models.Index(fields=["principal_account"], name="identity_mandate_principal"),
        ),
        migrations.AddIndex(
            model_name="mandate",
            index=models.Index(fields=["organisation"], name="identity_mandate_organisation"),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("person__isnull", True), ("organisation__isnull", True), _connector="XOR"),
                name="identity_mandate_one_principal",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="identity_mandate_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__in", ["child", "parent", "relative", "ward", "client", "company"])),
                name="identity_mandate_relation",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["", "owner", "manager", "clerk"])), name="identity_mandate_role"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "active"), ("withdrawn_at__isnull", True)),
                    models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="identity_mandate_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")),
                fields=("account", "person", "organisation", "relation"),
                name="identity_mandate_once",
                nulls_distinct=False,
            ),
        ),
        *protect("identity_person_handle", grants={"auth": "UPDATE (account_id)"}),
        *protect(
            "identity_mandate",
            grants={"citizen": "SELECT", "auth": "SELECT, INSERT, UPDATE", "worker": "SELECT"},
            policies={"citizen": {"select": SIDES}, "auth": {"all": "true"}},
        ),
        *protect(
            "identity_organisation",
            grants={"auth": "SELECT, INSERT, UPDATE", "worker": "SELECT"},
            policies={"auth": {"all": "true"}},
        ),
        *of_account("identity_mandate_offer", "", auth="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(SESSION_ACTOR, f"DROP FUNCTION {SESSION_ACTOR_SIGNATURE}"),
        grant_execute(SESSION_ACTOR_SIGNATURE, "web", "citizen", "staff"),
    ]
