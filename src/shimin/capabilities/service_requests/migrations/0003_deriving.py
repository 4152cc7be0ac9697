"""Requests that grow out of others: split off, or mirrored in another city; the step that brings an answer back."""

from django.db import migrations, models

from shimin.kernel.policies import grant_execute

# Under the owner's rights, because the mirror lies in a city that the dispatcher may not see. The predicate is repeated.
DERIVE = """
CREATE FUNCTION service_requests_derive(p_request jsonb, p_code bytea, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  f record;
  parent service_requests_request;
BEGIN
  SELECT * INTO f FROM jsonb_to_record(p_request) AS r(
    id bigint, step_id bigint, parent_id bigint, city_code text, number text, title text, words text, clock jsonb,
    due_at timestamptz, is_mirror boolean);
  SELECT * INTO parent FROM service_requests_request r
    WHERE r.id = f.parent_id
      AND (shimin_has_role('service_requests.dispatcher')
           OR (shimin_has_role('service_requests.officer') AND NOT f.is_mirror
               AND (shimin_agency_ids() IS NULL OR r.agency_id = ANY (shimin_agency_ids()))))
      AND (shimin_region_codes() IS NULL OR r.city_code::text = ANY (shimin_region_codes()));
  IF parent.id IS NULL OR (NOT f.is_mirror AND f.city_code IS DISTINCT FROM parent.city_code::text) THEN
    RAISE EXCEPTION 'service_requests_derive: not of the actor''s grants' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO service_requests_request (
    id, city_code, number, request_kind, state, version, level, is_emergency, title, words, category, category_by,
    address, region_code, lng, lat, accuracy_metres, channel, account_id, person_id, mandate_id, is_confidential,
    is_fixed, returns, filed_at, clock, due_at, is_clock_running, clock_note, draft, answer, published_answer, rating,
    wants_contact, parent_id, mirror_of_id
  ) VALUES (
    f.id, f.city_code, f.number, parent.request_kind, 'filed', 1, parent.level, parent.is_emergency, f.title, f.words,
    '', '', parent.address, CASE WHEN f.is_mirror THEN '' ELSE parent.region_code END, parent.lng, parent.lat,
    parent.accuracy_metres, CASE WHEN f.is_mirror THEN 'city' ELSE parent.channel END,
    CASE WHEN NOT f.is_mirror THEN parent.account_id END, CASE WHEN NOT f.is_mirror THEN parent.person_id END,
    CASE WHEN NOT f.is_mirror THEN parent.mandate_id END, parent.is_confidential, false, 0, p_now, f.clock, f.due_at, true,
    '', '', '', '', '', false, CASE WHEN NOT f.is_mirror THEN parent.id END, CASE WHEN f.is_mirror THEN parent.id END);
  INSERT INTO service_requests_step (
    id, request_id, city_code, version, action, state, taken_at, actor_kind, account_id, words, is_public, details,
    due_at, is_clock_running
  ) VALUES (
    f.step_id, f.id, f.city_code, 1, 'file', 'filed', p_now, 'staff', shimin_account_id(), '', true,
    jsonb_build_object('from', parent.number), f.due_at, true);
  INSERT INTO service_requests_query_handle (hash, request_id) VALUES (p_code, f.id);
END $$;
"""
DERIVE_SIGNATURE = "service_requests_derive(jsonb, bytea, timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0002_joining")]

    operations = [
        migrations.RemoveConstraint(
            model_name="requeststep",
            name="service_requests_step_action",
        ),
        migrations.AddConstraint(
            model_name="requeststep",
            constraint=models.CheckConstraint(
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
                            "relay",
                            "withdraw",
                            "rate",
                            "close",
                            "reopen",
                        ],
                    )
                ),
                name="service_requests_step_action",
            ),
        ),
        migrations.RunSQL(
            "CREATE INDEX service_requests_mirrors ON service_requests_request (mirror_of_id) "
            "WHERE mirror_of_id IS NOT NULL",
            "DROP INDEX service_requests_mirrors",
        ),
        migrations.RunSQL(DERIVE, f"DROP FUNCTION {DERIVE_SIGNATURE}"),
        grant_execute(DERIVE_SIGNATURE, "staff"),
    ]
