"""Open311: which system filed what, and what strangers and that system may read of requests and steps."""

import django.db.models.deletion
from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

# Who has just filed without an account has the request unlocked, and nobody else has.
NOTE = """
CREATE FUNCTION service_requests_note_partner(
  p_id bigint, p_request bigint, p_client bigint, p_client_name text, p_service text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_request IS DISTINCT FROM service_requests_unlocked() THEN
    RAISE EXCEPTION 'service_requests_note_partner: the request is not open' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO service_requests_partner_filing (id, city_code, request_id, client_id, client_name, service_code)
    SELECT p_id, r.city_code, r.id, p_client, p_client_name, p_service FROM service_requests_request r
    WHERE r.id = p_request;
END $$;
"""
NOTE_SIGNATURE = "service_requests_note_partner(bigint, bigint, bigint, text, text)"

# Returns the step that this update became before, or nothing after it was noted.
NOTE_UPDATE = """
CREATE FUNCTION service_requests_note_partner_update(p_hash bytea, p_step bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_known bigint;
BEGIN
  IF p_step IS NOT NULL THEN
    INSERT INTO service_requests_partner_update (hash, step_id)
      SELECT p_hash, s.id FROM service_requests_step s
      WHERE s.id = p_step AND s.request_id = service_requests_unlocked() ON CONFLICT (hash) DO NOTHING;
    IF FOUND THEN
      RETURN NULL;
    END IF;
  END IF;
  SELECT u.step_id INTO v_known FROM service_requests_partner_update u WHERE u.hash = p_hash;
  RETURN v_known;
END $$;
"""
NOTE_UPDATE_SIGNATURE = "service_requests_note_partner_update(bytea, bigint)"

# What strangers may see: as in service_requests_candidates, and no emergency: its place is where somebody is.
PUBLIC = """NOT r.is_confidential AND NOT r.is_emergency AND r.mirror_of_id IS NULL AND r.state <> 'withdrawn'
         AND (r.request_kind IN ('help', 'complaint', 'suggestion') OR r.published_at IS NOT NULL)"""

REQUESTS = """
CREATE FUNCTION service_requests_open311_requests(
  p_city text, p_client bigint, p_numbers text[], p_from timestamptz, p_to timestamptz, p_states text[],
  p_services text[], p_categories text[], p_most integer, p_skip integer)
RETURNS TABLE (
  request_id bigint, number text, request_kind text, state text, title text, category text, service_code text,
  address text, lng float8, lat float8, agency_id bigint, filed_at timestamptz, moved_at timestamptz,
  due_at timestamptz, answer text, is_own boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT q.id, q.number, q.request_kind, q.state, q.title, q.category, q.service_code, q.address, q.lng, q.lat,
         q.agency_id, q.filed_at,
         (SELECT max(s.taken_at) FROM service_requests_step s WHERE s.request_id = q.id AND s.is_public),
         q.due_at, q.answer, q.is_own
  FROM (
    SELECT r.id, r.number, r.request_kind, r.state, r.title, r.category, coalesce(f.service_code, '') AS service_code,
           r.address, r.lng, r.lat, r.agency_id, r.filed_at, r.due_at,
           CASE WHEN f.client_id = p_client THEN r.answer ELSE r.published_answer END AS answer,
           coalesce(f.client_id = p_client, false) AS is_own
    FROM service_requests_request r LEFT JOIN service_requests_partner_filing f ON f.request_id = r.id
    WHERE r.city_code = p_city
      AND (p_numbers IS NULL OR r.number = ANY (p_numbers))
      AND (p_from IS NULL OR r.filed_at >= p_from) AND (p_to IS NULL OR r.filed_at < p_to)
      AND r.state = ANY (p_states)
      AND (p_services IS NULL OR f.service_code = ANY (p_services)
           OR (f.service_code IS NULL AND r.category = ANY (p_categories)))
      AND (f.client_id = p_client OR ({PUBLIC}))
    ORDER BY r.id DESC LIMIT p_most OFFSET p_skip
  ) q ORDER BY q.id DESC
$$;
""".replace("{PUBLIC}", PUBLIC)
REQUESTS_SIGNATURE = (
    "service_requests_open311_requests(text, bigint, text[], timestamptz, timestamptz, text[], text[], text[], "
    "integer, integer)"
)

# Strangers read what was published and otherwise that something was done; the system that filed reads what was told.
UPDATES = """
CREATE FUNCTION service_requests_open311_updates(
  p_city text, p_client bigint, p_numbers text[], p_from timestamptz, p_to timestamptz, p_most integer)
RETURNS TABLE (step_id bigint, number text, action text, state text, taken_at timestamptz, words text, is_own boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT s.id, r.number, s.action, s.state, s.taken_at,
         CASE WHEN f.client_id = p_client THEN s.words
              WHEN s.state = 'answered' AND r.published_at IS NOT NULL AND r.answered_at = s.taken_at
              THEN r.published_answer ELSE '' END,
         coalesce(f.client_id = p_client, false)
  FROM service_requests_step s JOIN service_requests_request r ON r.id = s.request_id
       LEFT JOIN service_requests_partner_filing f ON f.request_id = r.id
  WHERE s.city_code = p_city AND s.is_public AND s.action NOT IN ('file', 'position')
    AND (p_numbers IS NULL OR r.number = ANY (p_numbers))
    AND s.taken_at >= p_from AND s.taken_at < p_to
    AND (f.client_id = p_client OR ({PUBLIC} AND s.actor_kind IN ('staff', 'system')))
  ORDER BY s.taken_at, s.id LIMIT p_most
$$;
""".replace("{PUBLIC}", PUBLIC)
UPDATES_SIGNATURE = "service_requests_open311_updates(text, bigint, text[], timestamptz, timestamptz, integer)"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0009_photos")]

    operations = [
        migrations.CreateModel(
            name="PartnerFiling",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("client_id", models.BigIntegerField()),
                ("client_name", models.TextField()),
                ("service_code", models.TextField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partner_filings",
                        to="service_requests.servicerequest",
                    ),
                ),
            ],
            options={
                "db_table": "service_requests_partner_filing",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "request"), name="service_requests_partner_filing_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerUpdate",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("step_id", models.BigIntegerField()),
            ],
            options={"db_table": "service_requests_partner_update"},
        ),
        # Ranges of days, at next to no cost for who files.
        migrations.RunSQL(
            "CREATE INDEX service_requests_filed_brin ON service_requests_request USING brin (filed_at)",
            "DROP INDEX service_requests_filed_brin",
        ),
        migrations.RunSQL(
            "CREATE INDEX service_requests_taken_brin ON service_requests_step USING brin (taken_at)",
            "DROP INDEX service_requests_taken_brin",
        ),
        migrations.RunSQL(NOTE, f"DROP FUNCTION {NOTE_SIGNATURE}"),
        grant_execute(NOTE_SIGNATURE, "citizen"),
        migrations.RunSQL(NOTE_UPDATE, f"DROP FUNCTION {NOTE_UPDATE_SIGNATURE}"),
        grant_execute(NOTE_UPDATE_SIGNATURE, "citizen"),
        migrations.RunSQL(REQUESTS, f"DROP FUNCTION {REQUESTS_SIGNATURE}"),
        grant_execute(REQUESTS_SIGNATURE, "citizen"),
        migrations.RunSQL(UPDATES, f"DROP FUNCTION {UPDATES_SIGNATURE}"),
        grant_execute(UPDATES_SIGNATURE, "citizen"),
        *protect(
            "service_requests_partner_filing",
            grants={"staff": "SELECT", "worker": "SELECT, INSERT"},
            policies={
                "staff": {
                    "select": "EXISTS (SELECT 1 FROM service_requests_request r "
                    "WHERE r.id = service_requests_partner_filing.request_id)"
                }
            },
        ),
        *protect("service_requests_partner_update", grants={"worker": "SELECT"}, policies={}),
    ]
