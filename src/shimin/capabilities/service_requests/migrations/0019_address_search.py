"""Search by a part of the address: which characters stand side by side, and who may find what by them."""

from django.db import migrations

from shimin.kernel.policies import grant_execute

PLAIN = """
CREATE FUNCTION service_requests_plain(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  $$ SELECT translate(lower(normalize(p_text, NFKC)), E' \\t\\n', '') $$;
"""
PLAIN_SIGNATURE = "service_requests_plain(text)"

# One number for two characters that stand side by side. A loop of plpgsql takes 4 µs, the same by generate_series 40.
PAIRS = """
CREATE FUNCTION service_requests_pairs(p_text text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  v_letters text[] := string_to_array(translate(lower(normalize(p_text, NFKC)), E' \\t\\n', ''), NULL);
  v_pairs bigint[] := '{}';
BEGIN
  FOR i IN 1 .. coalesce(cardinality(v_letters), 0) - 1 LOOP
    v_pairs := v_pairs || (ascii(v_letters[i])::bigint << 21 | ascii(v_letters[i + 1]));
  END LOOP;
  RETURN v_pairs;
END $$;
"""
PAIRS_SIGNATURE = "service_requests_pairs(text)"

# Operators of GIN may not run before the policies, so the owner asks the index and says what the policy of staff says
# (service_requests_request_staff_select). No more than p_most: who asks for one more than they want sees that there are more.
AT_ADDRESS = """
CREATE FUNCTION service_requests_at_address(p_words text, p_city text, p_agency bigint, p_states text[], p_most integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 SET work_mem = '16MB' AS $$
DECLARE
  v_plain text := service_requests_plain(p_words);
  v_found bigint[];
BEGIN
  IF length(v_plain) < 2 THEN
    RAISE EXCEPTION 'service_requests_at_address: two characters at least' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT array_agg(q.id) INTO v_found FROM (
    SELECT r.id FROM service_requests_request r
    WHERE service_requests_pairs(r.address) @> service_requests_pairs(v_plain)
      AND strpos(service_requests_plain(r.address), v_plain) > 0
      AND (p_city IS NULL OR r.city_code = p_city) AND (p_agency IS NULL OR r.agency_id = p_agency)
      AND (cardinality(p_states) = 0 OR r.state = ANY (p_states))
      AND ((select shimin_has_role('service_requests.dispatcher') OR shimin_has_role('service_requests.supervisor'))
           OR ((select shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
               AND ((select shimin_agency_ids()) IS NULL OR r.agency_id = ANY ((select shimin_agency_ids())::bigint[]))))
      AND ((select shimin_region_codes()) IS NULL OR r.city_code::text = ANY ((select shimin_region_codes())::text[]))
    LIMIT p_most) q;
  RETURN v_found;
END $$;
"""
AT_ADDRESS_SIGNATURE = "service_requests_at_address(text, text, bigint, text[], integer)"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0018_open311_room")]

    operations = [
        migrations.RunSQL(PLAIN, f"DROP FUNCTION {PLAIN_SIGNATURE}"),
        migrations.RunSQL(PAIRS, f"DROP FUNCTION {PAIRS_SIGNATURE}"),
        migrations.RunSQL(AT_ADDRESS, f"DROP FUNCTION {AT_ADDRESS_SIGNATURE}"),
        grant_execute(AT_ADDRESS_SIGNATURE, "staff"),
    ]
