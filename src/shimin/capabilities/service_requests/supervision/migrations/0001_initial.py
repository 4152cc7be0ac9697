"""Cards, call-backs and weekly reports, from service requests: the tables are theirs already, with their guards."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("service_requests", "0017_supervision_room"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="WeeklyReport",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
                        ("city_code", models.CharField(max_length=6)),
                        ("week_starts", models.DateField()),
                        ("made_at", models.DateTimeField()),
                        ("figures", models.JSONField()),
                    ],
                    options={
                        "db_table": "service_requests_weekly_report",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("city_code", "week_starts"), name="service_requests_weekly_report_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CallBack",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
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
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="call_backs",
                                to="service_requests.servicerequest",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "service_requests_call_back",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["city_code", "drawn_at"],
                                name="service_requests_to_call",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("city_code", "request", "level"), name="service_requests_call_back_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["waiting", "reached", "unreached"])),
                                name="service_requests_call_back_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rating", ""),
                                    (
                                        "rating__in",
                                        [
                                            "very_satisfied",
                                            "satisfied",
                                            "fairly_satisfied",
                                            "dissatisfied",
                                            "very_dissatisfied",
                                        ],
                                    ),
                                    _connector="OR",
                                ),
                                name="service_requests_call_back_rating",
                            ),
                            models.CheckConstraint(
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
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Card",
                    fields=[
                        (
                            "id",
                            models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
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
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cards",
                                to="service_requests.servicerequest",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "service_requests_card",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("appeal_state", "open")),
                                fields=["appealed_at"],
                                name="service_requests_card_appeals",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("city_code", "request", "level", "light"), name="service_requests_card_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("light__in", ["yellow", "red"])), name="service_requests_card_light"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("appeal_state__in", ["", "open", "upheld", "lifted"])),
                                name="service_requests_card_appeal",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
