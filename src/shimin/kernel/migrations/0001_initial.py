"""Node numbers, events and audit; the setting functions that row-level policies call."""

import django.db.models
from django.db import migrations, models

from shimin.kernel.policies import SETTING_FUNCTIONS, protect

EVENTS = """
CREATE TABLE kernel_event (
    id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    name text NOT NULL,
    aggregate text NOT NULL,
    aggregate_id bigint NOT NULL,
    aggregate_version bigint NOT NULL,
    payload jsonb NOT NULL,
    done_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    dead_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    PRIMARY KEY (id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE TABLE kernel_event_default PARTITION OF kernel_event DEFAULT;
CREATE INDEX kernel_event_open ON kernel_event (aggregate, aggregate_id, aggregate_version) WHERE done_at IS NULL;
"""

AUDIT = """
CREATE TABLE kernel_audit (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    city_code char(6) NOT NULL,
    actor_kind text NOT NULL,
    account_id bigint,
    action text NOT NULL,
    target text NOT NULL,
    target_id bigint,
    outcome text NOT NULL,
    details text NOT NULL,
    mac bytea NOT NULL,
    seal_id bigint,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE kernel_audit_default PARTITION OF kernel_audit DEFAULT;
CREATE INDEX kernel_audit_unsealed ON kernel_audit (city_code, at) WHERE seal_id IS NULL;
CREATE INDEX kernel_audit_seal_rows ON kernel_audit (seal_id) WHERE seal_id IS NOT NULL;
"""

WRITERS = {"citizen": "INSERT", "staff": "INSERT", "auth": "INSERT", "worker": "SELECT, INSERT, UPDATE"}


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(SETTING_FUNCTIONS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("number", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("leased_until", models.DateTimeField()),
                ("holder", models.TextField(default="")),
            ],
            options={"db_table": "kernel_node"},
        ),
        migrations.RunSQL(
            "INSERT INTO kernel_node (number, leased_until, holder) "
            "SELECT n, '2000-01-01'::timestamptz + n * interval '1 second', '' FROM generate_series(0, 1023) n",
            migrations.RunSQL.noop,
        ),
        *protect("kernel_node", grants={"web": "SELECT, UPDATE", "worker": "SELECT, UPDATE"}),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("month", models.DateField()),
                ("number", models.IntegerField()),
                ("sealed_at", models.DateTimeField()),
                ("row_count", models.IntegerField()),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "kernel_audit_seal",
                "constraints": [
                    models.UniqueConstraint(fields=["city_code", "month", "number"], name="kernel_audit_seal_number")
                ],
            },
        ),
        *protect("kernel_audit_seal", grants={"worker": "SELECT, INSERT"}),
        migrations.RunSQL(EVENTS, "DROP TABLE kernel_event"),
        migrations.RunSQL(AUDIT, "DROP TABLE kernel_audit"),
        migrations.CreateModel(
            name="Event",
            fields=[("id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "kernel_event", "managed": False},
        ),
        migrations.CreateModel(
            name="AuditRecord",
            fields=[("id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "kernel_audit", "managed": False},
        ),
        *protect("kernel_event", grants=WRITERS),
        *protect("kernel_audit", grants=WRITERS),
    ]
