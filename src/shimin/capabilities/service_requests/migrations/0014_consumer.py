"""12315: what a request is by law, the business and the complainant beside it, and who may see them."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import protect

_OLDER = "shimin.capabilities.service_requests.migrations."
_first, _joining = import_module(f"{_OLDER}0001_initial"), import_module(f"{_OLDER}0002_joining")
_open311 = import_module(f"{_OLDER}0010_open311")


def anew(function: str, *changes: tuple[str, str]) -> str:
    """Return an older function with these changes, to take its place."""
    for before, after in (("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"), *changes):
        if before not in function:
            raise ValueError(f"the older function has no {before!r}")
        function = function.replace(before, after)
    return function


# Filing writes what the request is by law; a caller of before says nothing of it.
FILE = anew(
    _first.FILE,
    ("channel text, account_id bigint", "channel text, matter text, account_id bigint"),
    ("accuracy_metres, channel, account_id,", "accuracy_metres, channel, matter, account_id,"),
    (
        "f.accuracy_metres, f.channel, f.account_id,",
        "f.accuracy_metres, f.channel, coalesce(f.matter, ''), f.account_id,",
    ),
)
# A complaint against a named business is nobody else's to read or join.
ORDINARY = ("NOT r.is_confidential", "r.matter = '' AND NOT r.is_confidential")
RESEMBLING = anew(_joining.RESEMBLING, ORDINARY)
JOIN = anew(_joining.JOIN, ("NOT q.is_confidential", "q.matter = '' AND NOT q.is_confidential"))
REQUESTS, UPDATES = anew(_open311.REQUESTS, ORDINARY), anew(_open311.UPDATES, ORDINARY)

OF_REQUEST = "EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_consumer.request_id)"
OF_OWN_REQUEST = """
    EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_consumer.request_id
            AND (r.account_id = (select shimin_account_id()) OR r.id = (select service_requests_unlocked())))
"""
HANDLED = f"""
    (select shimin_has_role('service_requests.officer')) AND {OF_REQUEST}
"""
ACTIONS = [
    "file", "classify", "add_facts", "chase", "position", "dispatch", "accept", "return",
    "arbitrate", "interim_reply", "ask_extension", "approve_extension", "refuse_extension", "suspend", "resume", "reply",
    "draft_reply", "release", "redraft", "publish", "decline", "merge", "split", "hand_over",
    "take_back", "relay", "withdraw", "rate", "close", "reopen", "urge", "order",
    "summon", "redo", "take_up", "refuse", "conclude",
]  # fmt: skip
DEMANDS = ["refund", "replace", "repair", "compensation", "perform", "other"]
OUTCOMES = ["agreed", "not_agreed", "business_refused", "settled", "case_opened", "no_case", "transferred"]


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0013_desk_news")]

    operations = [
        migrations.AddField("servicerequest", "matter", models.TextField(default="", db_default="")),
        migrations.AddConstraint(
            "servicerequest",
            models.CheckConstraint(
                name="service_requests_request_matter", condition=models.Q(matter__in=["", "consumer"])
            ),
        ),
        migrations.AddIndex(
            "servicerequest",
            models.Index(
                name="service_requests_matters_city",
                fields=["city_code", "state", "due_at", "id"],
                condition=~models.Q(matter=""),
            ),
        ),
        migrations.AddIndex(
            "servicerequest",
            models.Index(
                name="service_requests_matters",
                fields=["agency_id", "state", "due_at", "id"],
                condition=~models.Q(matter=""),
            ),
        ),
        migrations.RemoveConstraint("requeststep", "service_requests_step_action"),
        migrations.AddConstraint(
            "requeststep",
            models.CheckConstraint(name="service_requests_step_action", condition=models.Q(action__in=ACTIONS)),
        ),
        migrations.CreateModel(
            name="ConsumerMatter",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("business_name", models.TextField()),
                ("business_address", models.TextField()),
                ("credit_code", models.CharField(default="", max_length=18)),
                ("business_status", models.TextField(default="")),
                ("business_lng", models.FloatField(null=True)),
                ("business_lat", models.FloatField(null=True)),
                ("goods", models.TextField(default="")),
                ("demand", models.TextField(default="")),
                ("bought_date", models.DateField(null=True)),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("complainant", models.BinaryField(default=b"")),
                ("taken_up_level", models.SmallIntegerField(null=True)),
                ("outcome", models.TextField(default="")),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consumer_matters",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_consumer",
                "indexes": [models.Index(fields=["city_code", "credit_code"], name="service_requests_consumer_firm")],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "request"), name="service_requests_consumer_once"),
                    models.CheckConstraint(
                        name="service_requests_consumer_demand",
                        condition=models.Q(("demand", ""), ("demand__in", DEMANDS), _connector="OR"),
                    ),
                    models.CheckConstraint(
                        name="service_requests_consumer_outcome",
                        condition=models.Q(("outcome", ""), ("outcome__in", OUTCOMES), _connector="OR"),
                    ),
                    models.CheckConstraint(
                        name="service_requests_consumer_amount",
                        condition=models.Q(("amount_fen__isnull", True), ("amount_fen__gte", 0), _connector="OR"),
                    ),
                ],
            },
        ),
        *(migrations.RunSQL(text, migrations.RunSQL.noop) for text in (FILE, RESEMBLING, JOIN, REQUESTS, UPDATES)),
        *protect(
            "service_requests_consumer",
            grants={
                "citizen": "SELECT, INSERT",
                "staff": "SELECT, UPDATE (taken_up_level, outcome)",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={
                "citizen": {"select": OF_OWN_REQUEST, "insert": OF_OWN_REQUEST},
                "staff": {"select": OF_REQUEST, "update": HANDLED},
            },
        ),
    ]
