"""Requests in a box of the map: cells of a hundredth of a degree, and who may find what in them."""

from django.db import migrations

from shimin.kernel.policies import grant_execute

# Every point on or off the earth has a cell: a filing must never fail for the sake of the map.
CELL = """
CREATE FUNCTION service_requests_cell(p_lng float8, p_lat float8) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (floor(greatest(least(p_lat, 90), -90) * 100)::integer + 9000) * 36001
         + floor(greatest(least(p_lng, 180), -180) * 100)::integer + 18000
$$;
"""
CELL_SIGNATURE = "service_requests_cell(float8, float8)"

REST = """r.lng BETWEEN p_west AND p_east AND r.lat BETWEEN p_south AND p_north
      AND (p_city IS NULL OR r.city_code = p_city) AND (p_agency IS NULL OR r.agency_id = p_agency)
      AND (cardinality(p_states) = 0 OR r.state = ANY (p_states))
      AND ((select shimin_has_role('service_requests.dispatcher') OR shimin_has_role('service_requests.supervisor'))
           OR ((select shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
               AND ((select shimin_agency_ids()) IS NULL OR r.agency_id = ANY ((select shimin_agency_ids())::bigint[]))))
      AND ((select shimin_region_codes()) IS NULL OR r.city_code::text = ANY ((select shimin_region_codes())::text[]))"""

# As in service_requests_at_address: the policy of staff is repeated, and p_most bounds the work. A box of more than
# 2,500 cells (half a degree each way) is read in the order of the queue instead.
IN_BOX = """
CREATE FUNCTION service_requests_in_box(
  p_west float8, p_south float8, p_east float8, p_north float8, p_city text, p_agency bigint, p_states text[],
  p_most integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 SET work_mem = '16MB'
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_cells integer[];
  v_found bigint[];
BEGIN
  IF (floor(p_east * 100) - floor(p_west * 100) + 1) * (floor(p_north * 100) - floor(p_south * 100) + 1) <= 2500 THEN
    SELECT array_agg((y + 9000) * 36001 + x + 18000) INTO v_cells
    FROM generate_series(floor(p_west * 100)::integer, floor(p_east * 100)::integer) AS x,
         generate_series(floor(p_south * 100)::integer, floor(p_north * 100)::integer) AS y;
    SELECT array_agg(q.id) INTO v_found FROM (
      SELECT r.id FROM service_requests_request r
      WHERE r.lng IS NOT NULL AND service_requests_cell(r.lng, r.lat) = ANY (v_cells)
      AND {REST}
      LIMIT p_most) q;
  ELSE
    SELECT array_agg(q.id) INTO v_found FROM (
      SELECT r.id FROM service_requests_request r
      WHERE {REST}
      LIMIT p_most) q;
  END IF;
  RETURN v_found;
END $$;
""".replace("{REST}", REST)
IN_BOX_SIGNATURE = "service_requests_in_box(float8, float8, float8, float8, text, bigint, text[], integer)"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0023_abroad_room")]

    operations = [
        migrations.RunSQL(CELL, f"DROP FUNCTION {CELL_SIGNATURE}"),
        migrations.RunSQL(IN_BOX, f"DROP FUNCTION {IN_BOX_SIGNATURE}"),
        grant_execute(IN_BOX_SIGNATURE, "staff"),
    ]
