"""People may urge; staff hear of it, of reopenings and of supervision at the desk."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

# Whole-city roles see their city's news; officers and reviewers those of their agency.
OF_STAFF = """
    ((select shimin_has_role('service_requests.dispatcher'))
     OR ((select shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
         AND ((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""
ACTIONS = [
    "file",
    "classify",
    "add_facts",
    "chase",
    "position",
    "dispatch",
    "accept",
    "return",
    "arbitrate",
    "interim_reply",
    "ask_extension",
    "approve_extension",
    "refuse_extension",
    "suspend",
    "resume",
    "reply",
    "draft_reply",
    "release",
    "redraft",
    "publish",
    "decline",
    "merge",
    "split",
    "hand_over",
    "take_back",
    "relay",
    "withdraw",
    "rate",
    "close",
    "reopen",
    "urge",
    "order",
    "summon",
    "redo",
]


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0012_weekly_reports")]

    operations = [
        migrations.CreateModel(
            name="DeskNews",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("step_id", models.BigIntegerField()),
                ("action", models.TextField()),
                ("agency_id", models.BigIntegerField(null=True)),
                ("is_for_dispatcher", models.BooleanField(default=False)),
                ("told_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("seen_by_id", models.BigIntegerField(null=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="news",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_desk_news",
                "indexes": [
                    models.Index(
                        condition=models.Q(("seen_at__isnull", True)),
                        fields=["city_code", "agency_id", "-id"],
                        name="service_requests_news_unseen",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "step_id"), name="service_requests_desk_news_once"),
                    models.CheckConstraint(
                        condition=models.Q(("agency_id__isnull", False), ("is_for_dispatcher", True), _connector="OR"),
                        name="service_requests_desk_news_told",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="requeststep", name="service_requests_step_action"),
        migrations.AddConstraint(
            model_name="requeststep",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__in", ACTIONS)), name="service_requests_step_action"
            ),
        ),
        *protect(
            "service_requests_desk_news",
            grants={"staff": "SELECT, UPDATE (seen_at, seen_by_id)", "worker": "SELECT, INSERT, UPDATE, DELETE"},
            policies={"staff": {"select": OF_STAFF, "update": OF_STAFF}},
        ),
    ]
