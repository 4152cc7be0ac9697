"""Supervision: the ladder's steps and rung, cards with appeals, call-backs; who may see and change which."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

# Whole-city roles see their city's cards; officers and reviewers those their agency got.
CARDS = """
    ((select shimin_has_role('service_requests.dispatcher') OR shimin_has_role('service_requests.supervisor'))
     OR ((select shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
         AND ((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""
# What is decided is the supervisor's to write.
APPEALS = f"{CARDS} AND (appeal_state IN ('', 'open') OR (select shimin_has_role('service_requests.supervisor')))"
CALLS = """
    (select shimin_has_role('service_requests.supervisor'))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("service_requests", "0006_imported"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("level", models.SmallIntegerField()),
                ("drawn_at", models.DateTimeField()),
                ("state", models.TextField(default="waiting")),
                ("tries", models.SmallIntegerField(default=0)),
                ("called_at", models.DateTimeField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("is_responded", models.BooleanField(null=True)),
                ("is_solved", models.BooleanField(null=True)),
                ("rating", models.TextField(default="")),
                ("words", models.TextField(default="")),
                ("wants_redo", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "service_requests_call_back",
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("level", models.SmallIntegerField()),
                ("light", models.TextField()),
                ("due_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField()),
                ("appeal_state", models.TextField(default="")),
                ("appeal_words", models.TextField(default="")),
                ("appealed_by_id", models.BigIntegerField(null=True)),
                ("appealed_at", models.DateTimeField(null=True)),
                ("decision_words", models.TextField(default="")),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "service_requests_card",
            },
        ),
        migrations.RemoveConstraint(
            model_name="requeststep",
            name="service_requests_step_action",
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="rung",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                condition=models.Q(("is_clock_running", True)), fields=["due_at", "id"], name="service_requests_running"
            ),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                condition=models.Q(("rung__gt", 0)),
                fields=["city_code", "state", "due_at", "id"],
                name="service_requests_watched_city",
            ),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                condition=models.Q(("rung__gt", 0)),
                fields=["agency_id", "state", "due_at", "id"],
                name="service_requests_watched",
            ),
        ),
        migrations.AddConstraint(
            model_name="requeststep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            "file",
                            "classify",
                            "add_facts",
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
                        ],
                    )
                ),
                name="service_requests_step_action",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("rung__gte", 0), ("rung__lte", 3)), name="service_requests_request_rung"
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="call_backs",
                to="service_requests.servicerequest",
            ),
        ),
        migrations.AddField(
            model_name="card",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="service_requests.servicerequest"
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["city_code", "drawn_at"],
                name="service_requests_to_call",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.UniqueConstraint(
                fields=("city_code", "request", "level"), name="service_requests_call_back_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "reached", "unreached"])),
                name="service_requests_call_back_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating", ""),
                    (
                        "rating__in",
                        ["very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"],
                    ),
                    _connector="OR",
                ),
                name="service_requests_call_back_rating",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "reached"), _negated=True),
                    models.Q(
                        ("is_responded__isnull", False),
                        ("is_solved__isnull", False),
                        models.Q(("rating", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="service_requests_call_back_said",
            ),
        ),
        migrations.AddIndex(
            model_name="card",
            index=models.Index(
                condition=models.Q(("appeal_state", "open")),
                fields=["appealed_at"],
                name="service_requests_card_appeals",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                fields=("city_code", "request", "level", "light"), name="service_requests_card_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("light__in", ["yellow", "red"])), name="service_requests_card_light"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("appeal_state__in", ["", "open", "upheld", "lifted"])),
                name="service_requests_card_appeal",
            ),
        ),
        *protect("service_requests_request", grants={"staff": "UPDATE (rung)"}, policies=None),
        *protect(
            "service_requests_card",
            grants={
                "staff": "SELECT, UPDATE (appeal_state, appeal_words, appealed_by_id, appealed_at, decision_words, "
                "decided_by_id, decided_at)",
                "worker": "SELECT, INSERT",
            },
            policies={"staff": {"select": CARDS, "update": APPEALS}},
        ),
        *protect(
            "service_requests_call_back",
            grants={
                "staff": "SELECT, UPDATE (state, tries, called_at, account_id, is_responded, is_solved, rating, words, "
                "wants_redo)",
                "worker": "SELECT, INSERT",
            },
            policies={"staff": {"select": CALLS, "update": CALLS}},
        ),
    ]
