"""Accounts, persons, sessions, consents, and the function that opens a session by its hash."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.capabilities.identity.sql import LATEST_SESSIONS, OPEN_SESSION, OPEN_SESSION_SIGNATURE
from shimin.kernel.policies import grant_execute, protect

OWN_ACCOUNT = "account_id = (select shimin_account_id())"


def of_account(table, citizen, *, auth="SELECT, INSERT, UPDATE", staff="", worker="SELECT, DELETE"):
    """Guard a table of rows of one account: its owner, the auth role by hash, the worker for clearing up."""
    grants = {"citizen": citizen, "staff": staff, "auth": auth, "worker": worker}
    commands = {"select": OWN_ACCOUNT, "insert": OWN_ACCOUNT, "update": OWN_ACCOUNT, "delete": OWN_ACCOUNT}
    own = lambda privileges: {c: p for c, p in commands.items() if c.upper() in privileges}  # noqa: E731
    policies = {"citizen": own(citizen), "staff": own(staff), "auth": {"all": "true"}}
    return protect(
        table, grants={r: p for r, p in grants.items() if p}, policies={r: p for r, p in policies.items() if p}
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_kind", models.TextField(default="citizen")),
                ("status", models.TextField(default="active")),
                ("phone", models.BinaryField(default=bytes)),
                ("staff_name", models.TextField(default="")),
                ("level", models.SmallIntegerField(default=0)),
                ("level_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("password_changed_at", models.DateTimeField()),
                ("version", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "identity_account",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("name", models.BinaryField()),
                ("id_number", models.BinaryField()),
                ("verified_at", models.DateTimeField()),
            ],
            options={
                "db_table": "identity_person",
            },
        ),
        migrations.CreateModel(
            name="LoginHandle",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_login_handle",
            },
        ),
        migrations.AddField(
            model_name="account",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
            ),
        ),
        migrations.CreateModel(
            name="PersonHandle",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
                    ),
                ),
            ],
            options={
                "db_table": "identity_person_handle",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                ("level", models.SmallIntegerField()),
                ("method", models.TextField()),
                ("verified_at", models.DateTimeField()),
                ("step_up_until", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("idle_minutes", models.IntegerField()),
                ("device_label", models.TextField()),
                ("network", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_session",
            },
        ),
        migrations.CreateModel(
            name="StaffGrant",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("role", models.TextField()),
                ("agency_id", models.BigIntegerField(null=True)),
                ("region_code", models.CharField(max_length=6, null=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_staff_grant",
            },
        ),
        migrations.CreateModel(
            name="VerificationCode",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("phone_hash", models.BinaryField()),
                ("purpose", models.TextField()),
                ("code_hash", models.BinaryField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identity_verification_code",
                "constraints": [
                    models.UniqueConstraint(fields=("phone_hash", "purpose"), name="identity_verification_code_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("purpose_code", models.TextField()),
                ("text", models.TextField()),
                ("text_version", models.TextField()),
                ("given_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_consent",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("account", "purpose_code"),
                        name="identity_consent_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownDevice",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
                ("device_label", models.TextField()),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_known_device",
                "constraints": [models.UniqueConstraint(fields=("account", "hash"), name="identity_known_device_once")],
            },
        ),
        migrations.CreateModel(
            name="LevelProof",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("method", models.TextField()),
                ("verified_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_level_proof",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 4)), name="identity_level_proof_range"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("account_kind__in", ["citizen", "staff"])), name="identity_account_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "closed"])), name="identity_account_known_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__lt", 2), ("person__isnull", False), _connector="OR"),
                name="identity_account_level_needs_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("hash",), name="identity_session_hash"),
        ),
        migrations.AddConstraint(
            model_name="staffgrant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at__isnull", True)),
                fields=("account", "role", "agency_id", "region_code"),
                name="identity_staff_grant_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(LATEST_SESSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(OPEN_SESSION, f"DROP FUNCTION {OPEN_SESSION_SIGNATURE}"),
        grant_execute(OPEN_SESSION_SIGNATURE, "web", "citizen", "staff"),
        *protect(
            "identity_account",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT",
                "auth": "SELECT, INSERT, UPDATE",
                "worker": "SELECT",
            },
            policies={
                "citizen": {"select": "id = (select shimin_account_id())"},
                "staff": {"select": "id = (select shimin_account_id())"},
                "auth": {"all": "true"},
            },
        ),
        *protect(
            "identity_person",
            grants={"citizen": "SELECT", "auth": "SELECT, INSERT, UPDATE", "worker": "SELECT"},
            policies={"citizen": {"select": "id = (select shimin_person_id())"}, "auth": {"all": "true"}},
        ),
        *protect("identity_login_handle", grants={"auth": "SELECT, INSERT"}, policies={"auth": {"all": "true"}}),
        *protect("identity_person_handle", grants={"auth": "SELECT, INSERT"}, policies={"auth": {"all": "true"}}),
        *protect(
            "identity_verification_code",
            grants={"auth": "SELECT, INSERT, UPDATE", "worker": "SELECT, DELETE"},
            policies={"auth": {"all": "true"}},
        ),
        *of_account(
            "identity_session", "SELECT, UPDATE (ended_at, end_reason)", staff="SELECT, UPDATE (ended_at, end_reason)"
        ),
        *of_account("identity_known_device", "SELECT"),
        *of_account("identity_level_proof", "SELECT", auth="SELECT, INSERT", worker="SELECT"),
        *of_account("identity_consent", "SELECT, INSERT, UPDATE (withdrawn_at)", worker="SELECT"),
        *of_account("identity_staff_grant", "", staff="SELECT", worker="SELECT"),
    ]
