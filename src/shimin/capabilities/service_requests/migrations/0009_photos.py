"""Photos of requests: who may send, use and see them."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

# Under the owner's rights: who files without an account may see no row of photos that are not used yet.
ATTACH = """
CREATE FUNCTION service_requests_attach_photos(p_request bigint, p_step bigint, p_photos bigint[], p_most integer)
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
  SELECT count(*) INTO v_used FROM service_requests_photo p WHERE p.request_id = p_request AND NOT p.by_staff;
  IF v_used + cardinality(p_photos) > p_most THEN
    RETURN -2;
  END IF;
  UPDATE service_requests_photo p SET request_id = p_request, step_id = p_step, city_code = v_city
    WHERE p.id = ANY (p_photos) AND p.request_id IS NULL AND NOT p.by_staff
      AND (p.account_id IS NULL OR p.account_id = shimin_account_id());
  GET DIAGNOSTICS v_done = ROW_COUNT;
  RETURN v_done;
END $$;
"""
ATTACH_SIGNATURE = "service_requests_attach_photos(bigint, bigint, bigint[], integer)"

# Row-level security of the request hides others' requests from the inner query; who joined sees the offices' photos.
SEEN = """
    is_shown AND EXISTS (
      SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_photo.request_id
      AND (by_staff OR r.account_id = (select shimin_account_id()) OR r.id = (select service_requests_unlocked())))
"""
OF_REQUEST = "EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = service_requests_photo.request_id)"
UNUSED = "request_id IS NULL AND account_id IS NOT DISTINCT FROM (select shimin_account_id())"
OF_STAFF = f"({OF_REQUEST} OR ({UNUSED}))"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0008_knowledge")]

    operations = [
        migrations.CreateModel(
            name="RequestPhoto",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("step_id", models.BigIntegerField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("by_staff", models.BooleanField(default=False)),
                ("is_shown", models.BooleanField(default=True)),
                ("large", models.CharField(max_length=64)),
                ("small", models.CharField(max_length=64)),
                ("width", models.IntegerField()),
                ("height", models.IntegerField()),
                ("sent_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_photo",
                "indexes": [
                    models.Index(
                        condition=models.Q(("request__isnull", True)),
                        fields=["sent_at"],
                        name="service_requests_photo_unused",
                    ),
                    models.Index(fields=["large"], name="service_requests_photo_large"),
                    models.Index(fields=["small"], name="service_requests_photo_small"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("request__isnull", True), ("step_id__isnull", True)),
                            models.Q(("request__isnull", False), ("step_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_requests_photo_step",
                    ),
                ],
            },
        ),
        migrations.RunSQL(ATTACH, f"DROP FUNCTION {ATTACH_SIGNATURE}"),
        grant_execute(ATTACH_SIGNATURE, "citizen"),
        *protect(
            "service_requests_photo",
            grants={
                "citizen": "SELECT, INSERT",
                "staff": "SELECT, INSERT, UPDATE (request_id, step_id, is_shown)",
                "worker": "SELECT, INSERT, UPDATE, DELETE",
            },
            policies={
                "citizen": {"select": SEEN, "insert": f"{UNUSED} AND NOT by_staff"},
                "staff": {
                    "select": OF_STAFF,
                    "insert": f"{UNUSED} AND by_staff",
                    "update": f"by_staff AND {OF_STAFF}",
                },
            },
        ),
    ]
