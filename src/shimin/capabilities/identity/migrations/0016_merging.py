"""Two accounts of one person become one: the merge, the rows that went along, phones that lead on."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

_SIDES = "account_id = (select shimin_account_id()) OR merged_account_id = (select shimin_account_id())"


class Migration(migrations.Migration):
    dependencies = [("identity", "0015_reset_factors")]

    operations = [
        migrations.RemoveConstraint("account", "identity_account_known_status"),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "closed", "merged"])),
                name="identity_account_known_status",
            ),
        ),
        migrations.AddField("loginhandle", "merge_id", models.BigIntegerField(null=True)),
        migrations.AddField("loginhandle", "free_from", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="AccountMerge",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("state", models.TextField(default="cooling")),
                ("merged_by", models.TextField()),
                (
                    "kept_theirs",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("merged_at", models.DateTimeField()),
                ("undo_until", models.DateTimeField()),
                ("moved_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.TextField(default="")),
                ("returned_at", models.DateTimeField(null=True)),
                ("sealed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
                    ),
                ),
                (
                    "merged_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
                    ),
                ),
            ],
            options={
                "db_table": "identity_account_merge",
                "indexes": [
                    models.Index(fields=["account", "-id"], name="identity_account_merge_own"),
                    models.Index(
                        condition=models.Q(("state", "cooling")),
                        fields=["undo_until"],
                        name="identity_account_merge_cooling",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["cooling", "undone", "sealed"])),
                        name="identity_account_merge_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_by__in", ["owner", "other"]),
                            ("undone_by__in", ["", "owner", "other"]),
                        ),
                        name="identity_account_merge_known_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("merged_account")), _negated=True),
                        name="identity_account_merge_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "undone"), ("undone_at__isnull", False)),
                            models.Q(models.Q(("state", "undone"), _negated=True), ("undone_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="identity_account_merge_undone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "undone"), _negated=True),
                        fields=("merged_account",),
                        name="identity_account_merge_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergedRows",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("table_name", models.TextField()),
                ("column_name", models.TextField()),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("is_swapped", models.BooleanField(default=False)),
                ("moved_at", models.DateTimeField()),
                ("returned_at", models.DateTimeField(null=True)),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.accountmerge"
                    ),
                ),
            ],
            options={
                "db_table": "identity_merged_rows",
                "indexes": [models.Index(fields=["merge"], name="identity_merged_rows_merge")],
            },
        ),
        *protect(
            "identity_account_merge",
            grants={"auth": "SELECT, INSERT, UPDATE", "worker": "SELECT, UPDATE", "citizen": "SELECT"},
            policies={"auth": {"all": "true"}, "citizen": {"select": _SIDES}},
        ),
        *protect(
            "identity_merged_rows",
            grants={"worker": "SELECT, INSERT, UPDATE", "auth": "SELECT"},
            policies={"auth": {"select": "true"}},
        ),
        *protect("identity_login_handle", grants={"auth": "UPDATE (account_id, merge_id, free_from)"}),
        *protect("identity_account", grants={"worker": "UPDATE (phone, password)"}),
        *protect("identity_consent", grants={"worker": "UPDATE (account_id)"}),
        *protect("identity_mandate", grants={"worker": "UPDATE (account_id, principal_account_id)"}),
        *protect("identity_mandate_offer", grants={"worker": "UPDATE (account_id)"}),
        *protect("identity_right_request", grants={"worker": "UPDATE (account_id)"}),
    ]
