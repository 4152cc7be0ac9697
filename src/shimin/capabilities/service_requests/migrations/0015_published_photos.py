"""A published answer may show photos that a person has picked; anybody reads it, and no other words of the request."""

from django.db import migrations, models

from shimin.kernel.policies import grant_execute, protect

PUBLISHED = """
CREATE FUNCTION service_requests_published(p_request bigint)
RETURNS TABLE (city_code text, title text, answer text, agency_id bigint, published_at timestamptz, photos jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.city_code, r.title, r.published_answer, r.agency_id, r.published_at,
         coalesce((SELECT jsonb_agg(jsonb_build_array(p.id::text, p.large, p.small, p.width, p.height) ORDER BY p.id)
                   FROM service_requests_photo p
                   WHERE p.request_id = r.id AND p.by_staff AND p.is_shown AND p.is_published), '[]')
  FROM service_requests_request r
  WHERE r.id = p_request AND r.published_at IS NOT NULL AND NOT r.is_confidential
$$;
"""
PUBLISHED_SIGNATURE = "service_requests_published(bigint)"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0014_consumer")]

    operations = [
        # The default lies in the database for the previous code; in the model it would ask for the row back (RETURNING),
        # which who sends a photo without an account may not see.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE service_requests_photo ADD COLUMN is_published boolean NOT NULL DEFAULT false",
                    "ALTER TABLE service_requests_photo DROP COLUMN is_published",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="requestphoto", name="is_published", field=models.BooleanField(default=False)
                ),
            ],
        ),
        migrations.RunSQL(PUBLISHED, f"DROP FUNCTION {PUBLISHED_SIGNATURE}"),
        grant_execute(PUBLISHED_SIGNATURE, "citizen", "staff"),
        *protect("service_requests_photo", grants={"staff": "UPDATE (is_published)"}, policies=None),
    ]
