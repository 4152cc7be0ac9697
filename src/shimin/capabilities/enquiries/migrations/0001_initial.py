"""The access log, disputes, callbacks, the rush cache, the health of sources; who may see and change which rows."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

OWN = "person_id = (select shimin_person_id())"
OFFICERS = """
    (select shimin_has_role('enquiries.officer'))
    AND ((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""
# An officer sees a reading only because its person disputes it, in the officer's own agency and region.
DISPUTED = "EXISTS (SELECT 1 FROM enquiries_dispute d WHERE d.enquiry_id = enquiries_enquiry.id)"


def let_citizens_close_their_lines(apps, editor):
    """A line is closed once; afterwards nobody but the owner of the database can change it."""
    role = f"{settings.SHIMIN.database_role_prefix}_citizen"
    editor.execute(
        f'CREATE POLICY enquiries_enquiry_citizen_update ON enquiries_enquiry FOR UPDATE TO "{role}" '
        f"USING ({OWN} AND outcome = 'pending') WITH CHECK ({OWN})"
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SourceHealth",
            fields=[
                ("system", models.TextField(primary_key=True, serialize=False)),
                ("agency_id", models.BigIntegerField()),
                ("agency_name", models.TextField()),
                ("city_code", models.CharField(max_length=6)),
                ("is_up", models.BooleanField()),
                ("checked_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("reads", models.IntegerField()),
                ("failures", models.IntegerField()),
                ("rejections", models.IntegerField()),
                ("median_ms", models.IntegerField(null=True)),
                ("waiting", models.IntegerField()),
            ],
            options={
                "db_table": "enquiries_source_health",
            },
        ),
        migrations.CreateModel(
            name="CachedExtract",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("version_id", models.BigIntegerField()),
                ("key", models.BinaryField()),
                ("data", models.BinaryField()),
                ("as_of", models.DateTimeField()),
                ("record_count", models.IntegerField()),
                ("bound", models.IntegerField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "enquiries_cached_extract",
                "indexes": [models.Index(fields=["version_id", "expires_at"], name="enquiries_cached_extract_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person_id", "version_id", "key"), name="enquiries_cached_extract_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CallbackRequest",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("item_id", models.BigIntegerField()),
                ("item_name", models.TextField()),
                ("item_slug", models.TextField()),
                ("system", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "enquiries_callback_request",
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=["system"],
                        name="enquiries_callback_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=("person_id", "item_id"),
                        name="enquiries_callback_request_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("version_id", models.BigIntegerField()),
                ("item_name", models.TextField()),
                ("agency_name", models.TextField()),
                ("system", models.TextField()),
                ("purpose", models.TextField()),
                ("basis", models.TextField()),
                ("fields", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("channel", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(default="pending")),
                ("reason", models.TextField(default="")),
                ("record_count", models.IntegerField(null=True)),
                ("from_cache", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "enquiries_enquiry",
                "indexes": [
                    models.Index(fields=["person_id", "-id"], name="enquiries_enquiry_reads"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["started_at"], name="enquiries_enquiry_times"
                    ),
                    models.Index(
                        condition=models.Q(("outcome", "pending")), fields=["started_at"], name="enquiries_enquiry_open"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["pending", "found", "empty", "refused", "unavailable", "rejected", "unknown"],
                            )
                        ),
                        name="enquiries_enquiry_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "pending"), ("finished_at__isnull", True)),
                            models.Q(models.Q(("outcome", "pending"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="enquiries_enquiry_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("words", models.TextField()),
                ("state", models.TextField(default="open")),
                ("version", models.IntegerField(default=1)),
                ("filed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answer", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by_id", models.BigIntegerField(null=True)),
                ("enquiry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="enquiries.enquiry")),
            ],
            options={
                "db_table": "enquiries_dispute",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["due_at", "id"], name="enquiries_dispute_queue"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "enquiry"), name="enquiries_dispute_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["not_me", "not_needed", "wrong_record", "other"])),
                        name="enquiries_dispute_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), ("answered_at__isnull", True)),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("answered_at__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="enquiries_dispute_answered",
                    ),
                ],
            },
        ),
        *protect(
            "enquiries_dispute",
            grants={
                "citizen": "SELECT, INSERT",
                "staff": "SELECT, UPDATE (state, answer, answered_at, answered_by_id, version)",
                "worker": "SELECT",
            },
            policies={"citizen": {"select": OWN, "insert": OWN}, "staff": {"select": OFFICERS, "update": OFFICERS}},
        ),
        *protect(
            "enquiries_enquiry",
            grants={
                "citizen": "SELECT, INSERT, UPDATE (outcome, reason, record_count, finished_at)",
                "staff": "SELECT",
                "worker": "SELECT, UPDATE (outcome, reason, finished_at)",
            },
            policies={"citizen": {"select": OWN, "insert": OWN}, "staff": {"select": DISPUTED}},
        ),
        migrations.RunPython(let_citizens_close_their_lines, migrations.RunPython.noop),
        *protect(
            "enquiries_callback_request",
            grants={"citizen": "SELECT, INSERT", "worker": "SELECT, UPDATE (told_at)"},
            policies={"citizen": {"select": OWN, "insert": OWN}},
        ),
        *protect(
            "enquiries_cached_extract",
            grants={"citizen": "SELECT, INSERT, UPDATE", "worker": "SELECT, DELETE"},
            policies={"citizen": {"select": OWN, "insert": OWN, "update": OWN}},
        ),
        *protect("enquiries_source_health", grants={"staff": "SELECT", "worker": "SELECT, INSERT, UPDATE"}),
    ]
