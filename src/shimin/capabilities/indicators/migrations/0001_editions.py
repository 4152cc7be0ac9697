"""Published editions of an index: read by everybody, written by the worker's role only."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="IndexEdition",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("methodology", models.TextField()),
                ("methodology_text", models.TextField()),
                ("level", models.TextField()),
                ("parent_code", models.CharField(max_length=6)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("source", models.TextField()),
                ("is_demo", models.BooleanField()),
                ("inputs", models.JSONField()),
                ("inputs_hash", models.CharField(max_length=64)),
                ("trials", models.IntegerField()),
                ("spread", models.FloatField()),
                ("published_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "indicators_index_edition",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("methodology", "level", "parent_code", "starts_on", "ends_on"),
                        name="indicators_index_edition_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["province", "city"])), name="indicators_index_edition_level"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lt", models.F("ends_on"))),
                        name="indicators_index_edition_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndexScore",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("region_code", models.CharField(max_length=6)),
                ("region_name", models.TextField()),
                ("input_name", models.TextField()),
                ("rank", models.IntegerField()),
                ("rank_low", models.IntegerField()),
                ("rank_high", models.IntegerField()),
                ("stage", models.TextField()),
                ("shown", models.JSONField()),
                ("values", models.JSONField()),
                (
                    "edition",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="indicators.indexedition"
                    ),
                ),
            ],
            options={
                "db_table": "indicators_index_score",
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "region_code"), name="indicators_index_score_region"),
                    models.UniqueConstraint(fields=("edition", "rank"), name="indicators_index_score_rank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rank_low__gte", 1), ("rank_high__gte", models.F("rank_low")), ("rank__gte", 1)
                        ),
                        name="indicators_index_score_interval",
                    ),
                ],
            },
        ),
        *(
            operation
            for table in ("indicators_index_edition", "indicators_index_score")
            for operation in protect(
                table,
                grants={
                    **dict.fromkeys(("citizen", "web", "staff"), "SELECT"),
                    "worker": "SELECT, INSERT, UPDATE",
                },
            )
        ),
    ]
