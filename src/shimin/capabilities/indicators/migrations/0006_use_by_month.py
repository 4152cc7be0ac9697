"""Counts by month beside those by day: a page of a month or a year reads as many rows as there are services."""

from django.db import migrations, models

from shimin.kernel.policies import protect

ANALYST = """
    (select shimin_has_role('indicators.analyst'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""
FILL = """
    INSERT INTO indicators_use_month (city_code, dimension, stage, month, key, times)
    SELECT city_code, dimension, stage, date_trunc('month', day)::date, key, sum(times)
    FROM indicators_use_count GROUP BY 1, 2, 3, 4, 5
"""
# As before, from the months: cells below ten are lumped, and the smallest that may be told goes in with a lump below ten.
PUBLIC_USE = """
CREATE OR REPLACE FUNCTION indicators_public_use(p_city text, p_month date, p_dimension text, p_stage text)
RETURNS TABLE (key text, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH cells AS (
        SELECT c.key, {times} AS times FROM {table} c
        WHERE c.city_code = p_city AND c.dimension = p_dimension AND c.stage = p_stage AND {span} {group}
    ), small AS (
        SELECT coalesce(sum(cells.times), 0) AS times FROM cells WHERE cells.times < 10
    ), placed AS (
        SELECT cells.key, cells.times, cells.times < 10 OR (
            small.times BETWEEN 1 AND 9
            AND cells.key = (SELECT l.key FROM cells l WHERE l.times >= 10 ORDER BY l.times, l.key LIMIT 1)
        ) AS is_hidden
        FROM cells, small
    )
    SELECT placed.key, placed.times FROM placed WHERE NOT is_hidden
    UNION ALL
    SELECT '', sum(placed.times)::bigint FROM placed WHERE is_hidden HAVING sum(placed.times) >= 10
$$
"""
BY_MONTH = PUBLIC_USE.format(
    times="c.times", table="indicators_use_month", span="c.month = date_trunc('month', p_month)::date", group=""
)
BY_DAY = PUBLIC_USE.format(
    times="sum(c.times)::bigint",
    table="indicators_use_count",
    span="c.day >= date_trunc('month', p_month)::date"
    " AND c.day < (date_trunc('month', p_month) + interval '1 month')::date",
    group="GROUP BY c.key",
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0005_use_by_dimension")]

    operations = [
        migrations.CreateModel(
            name="UseMonth",
            fields=[
                ("city_code", models.CharField(max_length=6)),
                ("month", models.DateField()),
                ("dimension", models.TextField()),
                ("key", models.TextField()),
                ("stage", models.TextField()),
                ("times", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "city_code",
                        "dimension",
                        "stage",
                        "month",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "indicators_use_month",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["started", "finished", "reversed"])),
                        name="indicators_use_month_stage",
                    ),
                    models.CheckConstraint(condition=models.Q(("times__gt", 0)), name="indicators_use_month_times"),
                ],
            },
        ),
        *protect(
            "indicators_use_month",
            grants={"staff": "SELECT", "worker": "SELECT, INSERT, UPDATE, DELETE"},
            policies={"staff": {"select": ANALYST}},
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(BY_MONTH, BY_DAY),
    ]
