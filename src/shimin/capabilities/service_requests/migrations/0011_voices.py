"""Voice files of requests: who may send, use and hear them."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

# Under the owner's rights, as with photos: who files without an account sees no row that is not used yet.
ATTACH = """
CREATE FUNCTION service_requests_attach_voices(p_request bigint, p_step bigint, p_voices bigint[], p_most integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_city text;
  v_used integer;
  v_done integer;
BEGIN
  SELECT r.city_code INTO v_city FROM service_requests_request r
    JOIN service_requests_step s ON s.request_id = r.id AND s.id = p_step
    WHERE r.id = p_request AND (r.account_id = shimin_account_id() OR r.id = service_requests_unlocked());
  IF v_city IS NULL THEN
    RETURN -1;
  END IF;
  SELECT count(*) INTO v_used FROM service_requests_voice v WHERE v.request_id = p_request;
  IF v_used + cardinality(p_voices) > p_most THEN
    RETURN -2;
  END IF;
  UPDATE service_requests_voice v SET request_id = p_request, step_id = p_step, city_code = v_city
    WHERE v.id = ANY (p_voices) AND v.request_id IS NULL
      AND (v.account_id IS NULL OR v.account_id = shimin_account_id());
  GET DIAGNOSTICS v_done = ROW_COUNT;
  RETURN v_done;
END $$;
"""
ATTACH_SIGNATURE = "service_requests_attach_voices(bigint, bigint, bigint[], integer)"

# Who joined a request hears nobody: a voice is more of a person than words are.
HEARD = """
    EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_voice.request_id
      AND (r.account_id = (select shimin_account_id()) OR r.id = (select service_requests_unlocked())))
"""
OF_REQUEST = "EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_voice.request_id)"
UNUSED = "request_id IS NULL AND account_id IS NOT DISTINCT FROM (select shimin_account_id())"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0010_open311")]

    operations = [
        migrations.CreateModel(
            name="RequestVoice",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("step_id", models.BigIntegerField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("digest", models.CharField(max_length=64)),
                ("seconds", models.FloatField()),
                ("size_bytes", models.IntegerField()),
                ("sent_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voices",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_voice",
                "indexes": [
                    models.Index(
                        condition=models.Q(("request__isnull", True)),
                        fields=["sent_at"],
                        name="service_requests_voice_unused",
                    ),
                    models.Index(fields=["digest"], name="service_requests_voice_digest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("request__isnull", True), ("step_id__isnull", True)),
                            models.Q(("request__isnull", False), ("step_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_requests_voice_step",
                    ),
                ],
            },
        ),
        migrations.RunSQL(ATTACH, f"DROP FUNCTION {ATTACH_SIGNATURE}"),
        grant_execute(ATTACH_SIGNATURE, "citizen"),
        *protect(
            "service_requests_voice",
            grants={"citizen": "SELECT, INSERT", "staff": "SELECT", "worker": "SELECT, INSERT, UPDATE, DELETE"},
            policies={"citizen": {"select": HEARD, "insert": UNUSED}, "staff": {"select": OF_REQUEST}},
        ),
    ]
