"""Three administrators that nobody is two of, changes of roles by two people, emergencies, reviews."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

# Nobody is two of the three administrators at any moment, not by two grants at once either.
ONE_ADMIN = """
ALTER TABLE identity_staff_grant ADD CONSTRAINT identity_staff_grant_one_admin
    EXCLUDE USING gist (account_id WITH =, role WITH <>, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (role IN ('identity.system_admin', 'identity.security_admin', 'identity.audit_admin'))
"""
_ADMINS = """
    (select shimin_has_role('identity.system_admin')) OR (select shimin_has_role('identity.security_admin'))
    OR (select shimin_has_role('identity.audit_admin'))
"""
_OWN = "account_id = (select shimin_account_id()) OR asked_by_id = (select shimin_account_id())"
_REGION = (
    "(select shimin_region_codes()) IS NULL OR region_code = ANY ((select shimin_region_codes())::text[])"  # None: all
)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0009_screens"),
        ("catalogue", "0001_initial"),  # btree_gist
    ]

    operations = [
        migrations.AddField("staffgrant", "stands_for_id", models.BigIntegerField(null=True)),
        migrations.AddField("staffgrant", "reviewed_at", models.DateTimeField(null=True)),
        migrations.AddField("staffgrant", "reviewed_by_name", models.TextField(default="", db_default="")),
        migrations.RunSQL(ONE_ADMIN, "ALTER TABLE identity_staff_grant DROP CONSTRAINT identity_staff_grant_one_admin"),
        migrations.CreateModel(
            name="StaffChange",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("for_account_id", models.BigIntegerField(null=True)),
                ("change", models.TextField()),
                ("state", models.TextField(default="waiting")),
                ("role", models.TextField()),
                ("agency_id", models.BigIntegerField(null=True)),
                ("region_code", models.CharField(max_length=6, null=True)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("reason", models.TextField()),
                ("asked_by_id", models.BigIntegerField()),
                ("asked_by_name", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_by_name", models.TextField(default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("grant_id", models.BigIntegerField(null=True)),
                ("looked_by_id", models.BigIntegerField(null=True)),
                ("looked_by_name", models.TextField(default="")),
                ("looked_at", models.DateTimeField(null=True)),
                ("looked_words", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_staff_change",
                "indexes": [models.Index(fields=["state", "-id"], name="identity_staff_change_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["grant", "stand_in", "break_glass"])),
                        name="identity_staff_change_known_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "refused"])),
                        name="identity_staff_change_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by_id", models.F("asked_by_id")), _negated=True),
                            models.Q(("decided_by_id", models.F("account_id")), _negated=True),
                        ),
                        name="identity_staff_change_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            ("change", "break_glass"),
                            ("decided_by_id__isnull", False),
                            _connector="OR",
                        ),
                        name="identity_staff_change_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("looked_by_id", models.F("account_id")), _negated=True),
                        name="identity_staff_change_looked_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("change", "grant"), _negated=True),
                            models.Q(("asked_by_id", models.F("account_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="identity_staff_change_not_for_oneself",
                    ),
                ],
            },
        ),
        *protect(
            "identity_staff_change",
            grants={"staff": "SELECT", "auth": "SELECT, INSERT, UPDATE", "worker": "SELECT"},
            policies={
                "staff": {"select": f"({_OWN}) OR (({_ADMINS}) AND ({_REGION}))"},
                "auth": {"all": "true"},
            },
        ),
    ]
