"""The green account: an entry is its owner's; everybody else gets sums of ten people or more from a function."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

TOTALS = """
CREATE FUNCTION indicators_green_totals() RETURNS TABLE (city_code text, people bigint, grams bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.city_code::text, count(DISTINCT e.account_id), sum(e.grams)::bigint FROM indicators_green_entry e
    WHERE e.grams <> 0 GROUP BY e.city_code HAVING count(DISTINCT e.account_id) >= 10
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0002_use"),
    ]

    operations = [
        migrations.CreateModel(
            name="GreenEntry",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("day", models.DateField()),
                ("act", models.TextField()),
                ("title", models.TextField()),
                ("ref", models.TextField()),
                ("factor", models.TextField(default="")),
                ("grams", models.IntegerField()),
                ("reason", models.TextField()),
                ("occurred_at", models.DateTimeField()),
            ],
            options={
                "db_table": "indicators_green_entry",
                "indexes": [models.Index(fields=["account_id", "-id"], name="indicators_green_entry_own")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reason", "reversed"), _negated=True),
                        fields=("account_id", "ref"),
                        name="indicators_green_entry_credit",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reason", "reversed")),
                        fields=("account_id", "ref"),
                        name="indicators_green_entry_reversal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grams__gt", 0), ("reason", "counted")),
                            models.Q(("grams__lt", 0), ("reason", "reversed")),
                            models.Q(("grams", 0), ("reason__in", ["capped", "no_factor"])),
                            _connector="OR",
                        ),
                        name="indicators_green_entry_grams",
                    ),
                ],
            },
        ),
        *protect(
            "indicators_green_entry",
            grants={"citizen": "SELECT", "worker": "SELECT, INSERT, DELETE"},
            policies={"citizen": {"select": "account_id = (select shimin_account_id())"}},
        ),
        migrations.RunSQL(TOTALS, "DROP FUNCTION indicators_green_totals()"),
        grant_execute("indicators_green_totals()", "citizen", "staff", "web", "worker"),
    ]
