"""Counts of use. Nobody who serves pages to citizens reads a cell; they ask a function that hides the small ones."""

from django.db import migrations, models

from shimin.kernel.policies import grant_execute, protect

ANALYST = """
    (select shimin_has_role('indicators.analyst'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""

# Cells below ten are lumped under ''. When the lump itself is below ten, the smallest cell that could be told goes in
# too, so that the lump cannot be found by taking the rest from a total. Whole months only: two spans that differ by a day
# would tell that day.
PUBLIC_USE = """
CREATE FUNCTION indicators_public_use(p_city text, p_month date, p_dimension text, p_stage text)
RETURNS TABLE (key text, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH cells AS (
        SELECT c.key, sum(c.times)::bigint AS times FROM indicators_use_count c
        WHERE c.city_code = p_city AND c.dimension = p_dimension AND c.stage = p_stage
          AND c.day >= date_trunc('month', p_month)::date AND c.day < (date_trunc('month', p_month) + interval '1 month')::date
        GROUP BY c.key
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


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_editions")]

    operations = [
        migrations.CreateModel(
            name="UseCount",
            fields=[
                ("city_code", models.CharField(max_length=6)),
                ("day", models.DateField()),
                ("dimension", models.TextField()),
                ("key", models.TextField()),
                ("stage", models.TextField()),
                ("times", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "city_code",
                        "day",
                        "dimension",
                        "key",
                        "stage",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "indicators_use_count",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["started", "finished", "reversed"])),
                        name="indicators_use_count_stage",
                    ),
                    models.CheckConstraint(condition=models.Q(("times__gt", 0)), name="indicators_use_count_times"),
                ],
            },
        ),
        *protect(
            "indicators_use_count",
            grants={"staff": "SELECT", "worker": "SELECT, INSERT, UPDATE, DELETE"},
            policies={"staff": {"select": ANALYST}},
        ),
        migrations.RunSQL(PUBLIC_USE, "DROP FUNCTION indicators_public_use(text, date, text, text)"),
        grant_execute("indicators_public_use(text, date, text, text)", "citizen", "staff", "web", "worker"),
    ]
