"""Others' open requests that resemble one's own: what may be seen of them, and joining one."""

from django.db import migrations

from shimin.kernel.policies import grant_execute

# What strangers may see of a request: its title and place; never reports (举报) nor what was filed in confidence.
RESEMBLING = """
CREATE FUNCTION service_requests_candidates(p_city text, p_since timestamptz, p_most integer)
RETURNS TABLE (
  request_id bigint, number text, title text, words text, address text, region_code text, category text,
  filed_at timestamptz, answer text, reporters bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  (SELECT r.id, r.number, r.title, left(r.words, 400), r.address, r.region_code, r.category, r.filed_at, '',
          (SELECT count(*) FROM service_requests_reporter p WHERE p.request_id = r.id)
   FROM service_requests_request r
   WHERE r.city_code = p_city AND r.filed_at >= p_since AND NOT r.is_confidential
     AND r.request_kind IN ('help', 'complaint', 'suggestion')
     AND r.state IN ('filed', 'dispatched', 'returned', 'in_progress', 'suspended', 'in_review')
   ORDER BY r.id DESC LIMIT p_most)
  UNION ALL
  (SELECT r.id, r.number, r.title, left(r.words, 400), r.address, r.region_code, r.category, r.filed_at,
          r.published_answer, 0
   FROM service_requests_request r
   WHERE r.city_code = p_city AND r.published_at IS NOT NULL AND NOT r.is_confidential
   ORDER BY r.published_at DESC LIMIT p_most)
$$;
"""
RESEMBLING_SIGNATURE = "service_requests_candidates(text, timestamptz, integer)"

# A joiner becomes a reporter of a request they may not see: hence under the owner's rights. Once per account.
JOIN = """
CREATE FUNCTION service_requests_join(
  p_request bigint, p_reporter bigint, p_now timestamptz,
  OUT outcome text, OUT city_code text, OUT number text, OUT version integer
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  r service_requests_request;
BEGIN
  outcome := 'unknown';
  IF shimin_account_id() IS NULL THEN
    RETURN;
  END IF;
  SELECT * INTO r FROM service_requests_request q
    WHERE q.id = p_request AND NOT q.is_confidential AND q.request_kind IN ('help', 'complaint', 'suggestion')
      AND q.state IN ('filed', 'dispatched', 'returned', 'in_progress', 'suspended', 'in_review')
    FOR SHARE;
  IF r.id IS NULL THEN
    RETURN;
  END IF;
  city_code := r.city_code;
  number := r.number;
  version := r.version;
  INSERT INTO service_requests_reporter AS p (
    id, request_id, city_code, account_id, role, is_confidential, contact, since_at
  ) VALUES (p_reporter, r.id, r.city_code, shimin_account_id(), 'joined', false, '', p_now)
  ON CONFLICT DO NOTHING;
  outcome := CASE WHEN FOUND THEN 'joined' ELSE 'known' END;
END $$;
"""
JOIN_SIGNATURE = "service_requests_join(bigint, bigint, timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX service_requests_published ON service_requests_request (city_code, published_at DESC) "
            "WHERE published_at IS NOT NULL",
            "DROP INDEX service_requests_published",
        ),
        migrations.RunSQL(RESEMBLING, f"DROP FUNCTION {RESEMBLING_SIGNATURE}"),
        grant_execute(RESEMBLING_SIGNATURE, "citizen", "staff", "worker"),
        migrations.RunSQL(JOIN, f"DROP FUNCTION {JOIN_SIGNATURE}"),
        grant_execute(JOIN_SIGNATURE, "citizen"),
    ]
