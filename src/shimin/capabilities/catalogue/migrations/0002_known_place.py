"""Known places of cities: everybody reads them, commands take them in."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KnownPlace",
            fields=[
                (
                    "id",
                    models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("city_code", models.CharField(max_length=6)),
                ("region_code", models.CharField(max_length=6)),
                ("name", models.TextField()),
                ("sort", models.TextField()),
                ("lng", models.FloatField()),
                ("lat", models.FloatField()),
                ("is_demo", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "catalogue_known_place",
                "indexes": [models.Index(fields=["city_code", "lat"], name="catalogue_known_place_near")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "region_code", "name"), name="catalogue_known_place_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lat__gte", -90), ("lat__lte", 90), ("lng__gte", -180), ("lng__lte", 180)),
                        name="catalogue_known_place_point",
                    ),
                ],
            },
        ),
        *protect(
            "catalogue_known_place",
            grants={
                **dict.fromkeys(("citizen", "web", "staff"), "SELECT"),
                "worker": "SELECT, INSERT, UPDATE, DELETE",
            },
            policies={role: {"select": "true"} for role in ("citizen", "web", "staff")},
        ),
    ]
