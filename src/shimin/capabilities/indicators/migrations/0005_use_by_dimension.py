"""Counts of use keyed in the order they are asked for: a page reads its own dimension, not all of them."""

from django.db import migrations, models

TURN = """
ALTER TABLE indicators_use_count DROP CONSTRAINT indicators_use_count_pkey;
ALTER TABLE indicators_use_count ADD CONSTRAINT indicators_use_count_pkey PRIMARY KEY ({columns})
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0004_polls")]

    operations = [
        migrations.RunSQL(
            TURN.format(columns="city_code, dimension, stage, day, key"),
            TURN.format(columns="city_code, day, dimension, key, stage"),
            state_operations=[
                migrations.AlterField(
                    model_name="usecount",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "city_code",
                        "dimension",
                        "stage",
                        "day",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        ),
    ]
