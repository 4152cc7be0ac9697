"""The knowledge base: answers proposed, reviewed, retired; everybody reads what was reviewed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

REVIEWS = """
    (select shimin_has_role('service_requests.reviewer'))
    AND ((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("service_requests", "0007_supervision"),
    ]

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("category", models.TextField(default="")),
                ("question", models.TextField()),
                ("words", models.TextField()),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("state", models.TextField(default="proposed")),
                ("version", models.IntegerField(default=1)),
                ("proposed_at", models.DateTimeField()),
                ("reviewed_by_id", models.BigIntegerField(null=True)),
                ("reviewed_at", models.DateTimeField(null=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="articles",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_article",
                "indexes": [
                    models.Index(fields=["city_code", "state", "-reviewed_at"], name="service_requests_articles_open")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "request"), name="service_requests_article_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "open", "retired"])),
                        name="service_requests_article_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), _negated=True),
                            models.Q(("reviewed_at__isnull", False), ("reviewed_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_requests_article_reviewed",
                    ),
                ],
            },
        ),
        *protect(
            "service_requests_article",
            grants={
                "citizen": "SELECT",
                "staff": "SELECT, UPDATE (question, words, terms, state, reviewed_by_id, reviewed_at, version)",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={
                "citizen": {"select": "state = 'open'"},
                "staff": {"select": f"state = 'open' OR ({REVIEWS})", "update": REVIEWS},
            },
        ),
    ]
