"""Requests, steps, notes, reporters, handles; who may see and change which rows; filing in one statement."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

UNLOCKED = """
CREATE FUNCTION service_requests_unlocked() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('shimin.request', true), '')::bigint $$;
"""

# Number and query code open one request for the rest of the transaction, to whoever has them.
UNLOCK = """
CREATE FUNCTION service_requests_unlock(p_hash bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  found bigint;
BEGIN
  SELECT h.request_id INTO found FROM service_requests_query_handle h WHERE h.hash = p_hash;
  PERFORM set_config('shimin.request', coalesce(found::text, ''), true);
  RETURN found;
END $$;
"""
UNLOCK_SIGNATURE = "service_requests_unlock(bytea)"

# Filing is one statement under the owner's rights: who files without a name may see no row, their own included.
# It takes nothing but what a filing may say; state, version and times are its own.
FILE = """
CREATE FUNCTION service_requests_file(
  p_request jsonb, p_contact bytea, p_code bytea, p_key bytea, p_fingerprint bytea, p_now timestamptz,
  OUT outcome text, OUT request_id bigint, OUT number text, OUT due_at timestamptz, OUT request_kind text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  f record;
BEGIN
  SELECT * INTO f FROM jsonb_to_record(p_request) AS r(
    id bigint, step_id bigint, reporter_id bigint, city_code text, number text, request_kind text, is_emergency boolean,
    title text, words text, address text, region_code text, lng float8, lat float8, accuracy_metres integer,
    channel text, account_id bigint, person_id bigint, mandate_id bigint, is_confidential boolean, clock jsonb,
    due_at timestamptz, actor_kind text);
  IF f.account_id IS DISTINCT FROM shimin_account_id() AND current_setting('role') NOT LIKE '%\\_worker' THEN
    RAISE EXCEPTION 'service_requests_file: a request is filed for oneself' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF p_key IS NOT NULL THEN
    INSERT INTO service_requests_filing_key AS k (hash, request_id, fingerprint, made_at)
      VALUES (p_key, f.id, p_fingerprint, p_now) ON CONFLICT (hash) DO NOTHING;
    IF NOT FOUND THEN
      SELECT CASE WHEN k.fingerprint = p_fingerprint THEN 'repeated' ELSE 'key_reused' END, k.request_id, r.number,
             r.due_at, r.request_kind
        INTO outcome, request_id, number, due_at, request_kind
        FROM service_requests_filing_key k JOIN service_requests_request r ON r.id = k.request_id WHERE k.hash = p_key;
      RETURN;
    END IF;
  END IF;
  INSERT INTO service_requests_request (
    id, city_code, number, request_kind, state, version, level, is_emergency, title, words, category, category_by,
    address, region_code, lng, lat, accuracy_metres, channel, account_id, person_id, mandate_id, is_confidential,
    is_fixed, returns, filed_at, clock, due_at, is_clock_running, clock_note, draft, answer, published_answer, rating,
    wants_contact
  ) VALUES (
    f.id, f.city_code, f.number, f.request_kind, 'filed', 1, 0, f.is_emergency, f.title, f.words, '', '',
    f.address, f.region_code, f.lng, f.lat, f.accuracy_metres, f.channel, f.account_id, f.person_id, f.mandate_id,
    f.is_confidential, false, 0, p_now, f.clock, f.due_at, true, '', '', '', '', '', false);
  INSERT INTO service_requests_step (
    id, request_id, city_code, version, action, state, taken_at, actor_kind, account_id, words, is_public, details,
    due_at, is_clock_running
  ) VALUES (
    f.step_id, f.id, f.city_code, 1, 'file', 'filed', p_now, f.actor_kind, f.account_id, '', true, '{}', f.due_at, true);
  IF f.account_id IS NOT NULL OR p_contact <> '' THEN
    INSERT INTO service_requests_reporter (
      id, request_id, city_code, account_id, role, is_confidential, contact, since_at
    ) VALUES (f.reporter_id, f.id, f.city_code, f.account_id, 'filer', f.is_confidential, p_contact, p_now);
  END IF;
  INSERT INTO service_requests_query_handle (hash, request_id) VALUES (p_code, f.id);
  outcome := 'filed';
  request_id := f.id;
  number := f.number;
  due_at := f.due_at;
  request_kind := f.request_kind;
END $$;
"""
FILE_SIGNATURE = "service_requests_file(jsonb, bytea, bytea, bytea, bytea, timestamptz)"

OWN = "account_id = (select shimin_account_id()) OR id = (select service_requests_unlocked())"
JOINED = """
    OR EXISTS (
      SELECT 1 FROM service_requests_reporter p
      WHERE p.request_id = service_requests_request.id AND p.account_id = (select shimin_account_id()))
"""
# Whole-city roles see their city; officers and reviewers see what is, or last was, with their agency.
STAFF = """
    ((select shimin_has_role('service_requests.dispatcher') OR shimin_has_role('service_requests.supervisor'))
     OR ((select shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
         AND ((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))))
    AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[]))
"""
OF_REQUEST = "EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = {table}.request_id)"
OF_OWN_REQUEST = """
    EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_step.request_id
            AND (r.account_id = (select shimin_account_id()) OR r.id = (select service_requests_unlocked())))
    AND account_id IS NOT DISTINCT FROM (select shimin_account_id())
"""
# Who asked to stay unnamed is known to the whole-city roles only (加密).
NAMED = """
    (NOT is_confidential
     OR (select shimin_has_role('service_requests.dispatcher') OR shimin_has_role('service_requests.supervisor')))
"""
BY_REPORTER = """state, version, level, clock, due_at, is_clock_running, clock_note, ended_at, rating, wants_contact,
    is_fixed, extension, draft, drafted_by_id, look_again_date"""
BY_STAFF = """request_kind, category, category_by, is_emergency, region_code, state, version, agency_id, is_fixed, returns,
    handler_id, dispatched_at, accepted_at, clock, due_at, is_clock_running, clock_note, look_again_date, extension,
    draft, drafted_by_id, answer, answered_at, published_answer, published_at, ended_at, merged_into_id"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="QueryHandle",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("request_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "service_requests_query_handle",
            },
        ),
        migrations.CreateModel(
            name="FilingKey",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("request_id", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "service_requests_filing_key",
                "indexes": [models.Index(fields=["made_at"], name="service_requests_key_age")],
            },
        ),
        migrations.CreateModel(
            name="ServiceRequest",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("number", models.CharField(max_length=19)),
                ("request_kind", models.TextField()),
                ("state", models.TextField(default="filed")),
                ("version", models.IntegerField(default=1)),
                ("level", models.SmallIntegerField(default=0)),
                ("is_emergency", models.BooleanField(default=False)),
                ("title", models.TextField()),
                ("words", models.TextField()),
                ("category", models.TextField(default="")),
                ("category_by", models.TextField(default="")),
                ("suggestion", models.JSONField(null=True)),
                ("address", models.TextField(default="")),
                ("region_code", models.CharField(default="", max_length=6)),
                ("lng", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("accuracy_metres", models.IntegerField(null=True)),
                ("channel", models.TextField(default="web")),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("mandate_id", models.BigIntegerField(null=True)),
                ("is_confidential", models.BooleanField(default=False)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("is_fixed", models.BooleanField(default=False)),
                ("returns", models.SmallIntegerField(default=0)),
                ("handler_id", models.BigIntegerField(null=True)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("filed_at", models.DateTimeField()),
                ("clock", models.JSONField()),
                ("due_at", models.DateTimeField()),
                ("is_clock_running", models.BooleanField(default=True)),
                ("clock_note", models.TextField(default="")),
                ("look_again_date", models.DateField(null=True)),
                ("extension", models.JSONField(null=True)),
                ("draft", models.TextField(default="")),
                ("drafted_by_id", models.BigIntegerField(null=True)),
                ("answer", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                ("published_answer", models.TextField(default="")),
                ("published_at", models.DateTimeField(null=True)),
                ("rating", models.TextField(default="")),
                ("wants_contact", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("parent_id", models.BigIntegerField(null=True)),
                ("merged_into_id", models.BigIntegerField(null=True)),
                ("mirror_of_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "service_requests_request",
                "indexes": [
                    models.Index(fields=["city_code", "state", "due_at", "id"], name="service_requests_city_queue"),
                    models.Index(fields=["agency_id", "state", "due_at", "id"], name="service_requests_agency_queue"),
                    models.Index(fields=["city_code", "-id"], name="service_requests_city_new"),
                    models.Index(fields=["agency_id", "-id"], name="service_requests_agency_new"),
                    models.Index(fields=["account_id", "-id"], name="service_requests_request_mine"),
                    models.Index(
                        condition=models.Q(("state", "answered")),
                        fields=["answered_at"],
                        name="service_requests_answered",
                    ),
                    models.Index(
                        condition=models.Q(("state", "suspended")),
                        fields=["look_again_date"],
                        name="service_requests_look_again",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("city_code", "number"), name="service_requests_request_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "filed",
                                    "dispatched",
                                    "returned",
                                    "in_progress",
                                    "suspended",
                                    "in_review",
                                    "handed_over",
                                    "answered",
                                    "closed",
                                    "declined",
                                    "withdrawn",
                                    "merged",
                                ],
                            )
                        ),
                        name="service_requests_request_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("request_kind__in", ["question", "help", "complaint", "report", "suggestion", "praise"])
                        ),
                        name="service_requests_request_kind",
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
                        name="service_requests_request_rating",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["answered"]), _negated=True),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_requests_request_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["dispatched", "in_progress", "suspended", "in_review"]), _negated=True
                            ),
                            ("agency_id__isnull", False),
                            _connector="OR",
                        ),
                        name="service_requests_request_agency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 0), ("level__lte", 9)), name="service_requests_request_level"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into_id__isnull", True),
                            models.Q(("merged_into_id", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="service_requests_request_merged",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestNote",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("account_id", models.BigIntegerField()),
                ("words", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_note",
            },
        ),
        migrations.CreateModel(
            name="RequestStep",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("version", models.IntegerField()),
                ("action", models.TextField()),
                ("state", models.TextField()),
                ("taken_at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("agency_id", models.BigIntegerField(null=True)),
                ("words", models.TextField(default="")),
                ("is_public", models.BooleanField()),
                ("details", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField()),
                ("is_clock_running", models.BooleanField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_step",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "request", "version"), name="service_requests_step_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "file",
                                    "classify",
                                    "add_facts",
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
                                    "withdraw",
                                    "rate",
                                    "close",
                                    "reopen",
                                ],
                            )
                        ),
                        name="service_requests_step_action",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("account_id", models.BigIntegerField(null=True)),
                ("role", models.TextField()),
                ("is_confidential", models.BooleanField(default=False)),
                ("contact", models.BinaryField(default=b"")),
                ("since_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reporters",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_reporter",
                "indexes": [models.Index(fields=["account_id", "-request"], name="service_requests_reporter_mine")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "request", "account_id"), name="service_requests_reporter_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["filer", "joined", "merged"])),
                        name="service_requests_reporter_role",
                    ),
                ],
            },
        ),
        migrations.RunSQL(UNLOCKED, "DROP FUNCTION service_requests_unlocked()"),
        migrations.RunSQL(UNLOCK, f"DROP FUNCTION {UNLOCK_SIGNATURE}"),
        grant_execute(UNLOCK_SIGNATURE, "citizen"),
        migrations.RunSQL(FILE, f"DROP FUNCTION {FILE_SIGNATURE}"),
        grant_execute(FILE_SIGNATURE, "citizen", "worker"),
        *protect(
            "service_requests_request",
            grants={
                "citizen": f"SELECT, UPDATE ({BY_REPORTER})",
                "staff": f"SELECT, UPDATE ({BY_STAFF})",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={
                "citizen": {"select": f"({OWN}{JOINED})", "update": f"({OWN})"},
                "staff": {"select": STAFF, "update": STAFF},
            },
        ),
        *protect(
            "service_requests_step",
            grants={
                "citizen": "SELECT, INSERT",
                "staff": "SELECT, INSERT",
                "worker": "SELECT, INSERT, UPDATE (words, account_id)",
            },
            policies={
                "citizen": {
                    "select": f"is_public AND {OF_REQUEST.format(table='service_requests_step')}",
                    "insert": OF_OWN_REQUEST,
                },
                "staff": {
                    "select": OF_REQUEST.format(table="service_requests_step"),
                    "insert": OF_REQUEST.format(table="service_requests_step")
                    + " AND account_id = (select shimin_account_id())",
                },
            },
        ),
        *protect(
            "service_requests_note",
            grants={"staff": "SELECT, INSERT", "worker": "SELECT, INSERT"},
            policies={
                "staff": {
                    "select": OF_REQUEST.format(table="service_requests_note"),
                    "insert": OF_REQUEST.format(table="service_requests_note")
                    + " AND account_id = (select shimin_account_id())",
                }
            },
        ),
        *protect(
            "service_requests_reporter",
            grants={"citizen": "SELECT", "staff": "SELECT", "worker": "SELECT, INSERT, UPDATE, DELETE"},
            policies={
                "citizen": {
                    "select": "account_id = (select shimin_account_id()) "
                    "OR (role = 'filer' AND request_id = (select service_requests_unlocked()))"
                },
                "staff": {"select": OF_REQUEST.format(table="service_requests_reporter") + f" AND {NAMED}"},
            },
        ),
        *protect("service_requests_query_handle", grants={"worker": "SELECT, INSERT"}, policies={}),
        *protect("service_requests_filing_key", grants={"worker": "SELECT, INSERT, DELETE"}, policies={}),
    ]
