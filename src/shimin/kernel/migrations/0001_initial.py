"""Node numbers, events, audit, limits, calendar, idempotency; the setting functions that row-level policies call."""

from django.db import migrations, models

from shimin.kernel.policies import SETTING_FUNCTIONS, grant_execute, protect

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

# Counts in a statement of its own for every login; the callers may not touch the table.
RATE_HIT = """
CREATE FUNCTION kernel_rate_hit(p_bucket text, p_key bytea, p_ends_at timestamptz) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO kernel_rate_limit AS l (bucket, key, ends_at, count) VALUES (p_bucket, p_key, p_ends_at, 1)
    ON CONFLICT (bucket, key, ends_at) DO UPDATE SET count = l.count + 1
    RETURNING count
$$
"""

# Makes the partitions of this month and the following ones. Rows that fell into DEFAULT meanwhile are moved, or the
# month could never be attached. The worker has no right to make tables, hence SECURITY DEFINER.
MAKE_PARTITIONS = """
CREATE FUNCTION kernel_make_partitions(p_months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made integer := 0;
    parent text;
    col text;
    part text;
    first_day timestamptz;
    last_day timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('kernel_make_partitions'));
    FOR parent, col IN VALUES ('kernel_event', 'occurred_at'), ('kernel_audit', 'at') LOOP
        FOR n IN 0 .. p_months LOOP
            first_day := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)) AT TIME ZONE 'UTC';
            last_day := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n + 1)) AT TIME ZONE 'UTC';
            part := parent || '_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYY_MM');
            CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                           parent || '_default', col, first_day, col, last_day, part);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, first_day, last_day);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$
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
        migrations.RunSQL(MAKE_PARTITIONS, "DROP FUNCTION kernel_make_partitions"),
        grant_execute("kernel_make_partitions(integer)", "worker"),
        migrations.RunSQL("SELECT kernel_make_partitions(3)", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket", "key", "ends_at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("bucket", models.TextField()),
                ("key", models.BinaryField()),
                ("ends_at", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
            options={"db_table": "kernel_rate_limit"},
        ),
        migrations.RunSQL("ALTER TABLE kernel_rate_limit SET UNLOGGED", migrations.RunSQL.noop),
        *protect("kernel_rate_limit", grants={"worker": "SELECT, DELETE"}),
        migrations.RunSQL(RATE_HIT, "DROP FUNCTION kernel_rate_hit"),
        grant_execute("kernel_rate_hit(text, bytea, timestamptz)", "web", "citizen", "staff", "auth", "worker"),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False)),
                ("day_kind", models.TextField()),
                ("name", models.TextField(default="")),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_calendar_day",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("day_kind__in", ["rest", "work"])), name="kernel_calendar_day_kind"
                    )
                ],
            },
        ),
        *protect(
            "kernel_calendar_day",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT, INSERT, UPDATE, DELETE",
                "worker": "SELECT",
                "web": "SELECT",
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
                ("answer", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={"db_table": "kernel_idempotency"},
        ),
        *protect(
            "kernel_idempotency",
            grants={"citizen": "SELECT, INSERT", "staff": "SELECT, INSERT", "worker": "SELECT, DELETE"},
            policies={
                role: {
                    "select": "account_id = (select shimin_account_id())",
                    "insert": "account_id = (select shimin_account_id())",
                }
                for role in ("citizen", "staff")
            },
        ),
        migrations.CreateModel(
            name="EventReceipt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "event_id", "handler", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                ("handler", models.TextField()),
                ("done_at", models.DateTimeField()),
            ],
            options={"db_table": "kernel_event_receipt"},
        ),
        *protect("kernel_event_receipt", grants={"worker": "SELECT, INSERT, DELETE"}),
        migrations.CreateModel(
            name="PeriodicRun",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
            ],
            options={"db_table": "kernel_periodic_run"},
        ),
        *protect("kernel_periodic_run", grants={"worker": "SELECT, INSERT, UPDATE"}),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
            options={"db_table": "kernel_heartbeat"},
        ),
        *protect("kernel_heartbeat", grants={"worker": "SELECT, INSERT, UPDATE, DELETE", "web": "SELECT"}),
    ]
