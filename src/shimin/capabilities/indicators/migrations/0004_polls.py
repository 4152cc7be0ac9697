"""Polls with a secret ballot: who took part is one table, what was chosen another, and one function writes both."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

HERE = """
    (select shimin_has_role('indicators.pollster'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""

# The voter comes from the session, never from the caller. Counts are raised in one order, so that two never wait in a
# circle. The share lock makes a withdrawal wait for the votes before it.
VOTE = """
CREATE FUNCTION indicators_vote(p_poll bigint, p_channel text, p_options smallint[], p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    poll indicators_poll%ROWTYPE;
    chosen integer := (SELECT count(DISTINCT o) FROM unnest(p_options) o);
BEGIN
    SELECT * INTO poll FROM indicators_poll WHERE id = p_poll FOR SHARE;
    IF NOT FOUND OR poll.state = 'draft' THEN RETURN 'absent'; END IF;
    IF shimin_account_id() IS NULL THEN RETURN 'unknown'; END IF;
    IF poll.state <> 'published' OR p_now < poll.opens_at OR p_now >= poll.closes_at THEN RETURN 'closed'; END IF;
    IF poll.electorate = 'person' AND shimin_person_id() IS NULL THEN RETURN 'level'; END IF;
    IF chosen NOT BETWEEN 1 AND poll.most_choices OR chosen <> cardinality(p_options)
        OR (SELECT min(o) < 0 OR max(o) >= jsonb_array_length(poll.options) FROM unnest(p_options) o)
    THEN RETURN 'invalid'; END IF;
    INSERT INTO indicators_poll_voter (poll_id, account_id, person_id)
    VALUES (p_poll, shimin_account_id(), shimin_person_id()) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN 'already'; END IF;
    INSERT INTO indicators_poll_count (poll_id, city_code, channel, option, times)
    SELECT p_poll, poll.city_code, p_channel, o, 1 FROM unnest(p_options || (-1)::smallint) o ORDER BY o
    ON CONFLICT (poll_id, channel, option) DO UPDATE SET times = indicators_poll_count.times + 1;
    RETURN 'done';
END
$$
"""

# Nobody, staff included, reads how it stands before it is over: by the database's own clock. Channels with fewer than
# ten people are lumped under ''; while the lump has fewer, the next smallest goes in too. Fewer than ten in all: nothing.
RESULTS = """
CREATE FUNCTION indicators_poll_results(p_poll bigint) RETURNS TABLE (channel text, option smallint, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH people AS (
        SELECT c.channel, c.times, sum(c.times) OVER (ORDER BY c.times, c.channel) - c.times AS smaller
        FROM indicators_poll_count c JOIN indicators_poll p ON p.id = c.poll_id
        WHERE c.poll_id = p_poll AND c.option = -1 AND p.state = 'published' AND p.closes_at <= now()
    ), named AS (
        SELECT people.channel,
            CASE WHEN people.times < 10 OR people.smaller BETWEEN 1 AND 9 THEN '' ELSE people.channel END AS told
        FROM people WHERE (SELECT sum(p.times) FROM people p) >= 10
    )
    SELECT named.told, c.option, sum(c.times)::bigint FROM indicators_poll_count c JOIN named USING (channel)
    WHERE c.poll_id = p_poll GROUP BY named.told, c.option
$$
"""

TURNOUT = """
CREATE FUNCTION indicators_poll_turnout(p_poll bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(c.times), 0)::bigint FROM indicators_poll_count c JOIN indicators_poll p ON p.id = c.poll_id
    WHERE c.poll_id = p_poll AND c.option = -1 AND p.state <> 'draft'
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0003_green"),
    ]

    operations = [
        migrations.CreateModel(
            name="Poll",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("title", models.TextField()),
                ("intro", models.TextField()),
                ("options", models.JSONField()),
                ("most_choices", models.SmallIntegerField()),
                ("electorate", models.TextField()),
                ("weights", models.JSONField(default=dict)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("state", models.TextField()),
                ("version", models.IntegerField(default=1)),
                ("reason", models.TextField(default="")),
                ("is_demo", models.BooleanField(default=False)),
                ("author_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "indicators_poll",
                "indexes": [models.Index(fields=["city_code", "-opens_at"], name="indicators_poll_city")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "withdrawn"])),
                        name="indicators_poll_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("electorate__in", ["account", "person"])), name="indicators_poll_electorate"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens_at__lt", models.F("closes_at"))), name="indicators_poll_times"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most_choices__gte", 1)), name="indicators_poll_choices"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PollCount",
            fields=[
                ("city_code", models.CharField(max_length=6)),
                ("channel", models.TextField()),
                ("option", models.SmallIntegerField()),
                ("times", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "poll", "channel", "option", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="indicators.poll"
                    ),
                ),
            ],
            options={
                "db_table": "indicators_poll_count",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("times__gt", 0)), name="indicators_poll_count_times")
                ],
            },
        ),
        migrations.CreateModel(
            name="PollVoter",
            fields=[
                ("account_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField(null=True)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "poll", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="indicators.poll"
                    ),
                ),
            ],
            options={
                "db_table": "indicators_poll_voter",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person_id__isnull", False)),
                        fields=("poll", "person_id"),
                        name="indicators_poll_voter_person",
                    )
                ],
            },
        ),
        *protect(
            "indicators_poll",
            grants={"citizen": "SELECT", "staff": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
            policies={
                "citizen": {"select": "state <> 'draft'"},
                "staff": {"select": f"state <> 'draft' OR ({HERE})", "insert": HERE, "update": HERE},
            },
        ),
        *protect(
            "indicators_poll_voter",
            grants={"citizen": "SELECT", "worker": "SELECT, DELETE"},
            policies={"citizen": {"select": "account_id = (select shimin_account_id())"}},
        ),
        *protect("indicators_poll_count", grants={"worker": "INSERT"}, policies={}),
        migrations.RunSQL(VOTE, "DROP FUNCTION indicators_vote(bigint, text, smallint[], timestamptz)"),
        migrations.RunSQL(RESULTS, "DROP FUNCTION indicators_poll_results(bigint)"),
        migrations.RunSQL(TURNOUT, "DROP FUNCTION indicators_poll_turnout(bigint)"),
        grant_execute("indicators_vote(bigint, text, smallint[], timestamptz)", "citizen"),
        grant_execute("indicators_poll_results(bigint)", "citizen", "staff", "worker"),
        grant_execute("indicators_poll_turnout(bigint)", "citizen", "staff", "worker"),
    ]
