"""Parts of requests and their steps; what a co-handling agency may read of a request, and while it may."""

from django.db import migrations, models

import shimin.kernel.ids
from shimin.kernel.policies import grant_execute, protect

# An officer or reviewer of the agency, in the city.
IS_MINE = """
CREATE FUNCTION joint_handling_is_mine(p_agency bigint, p_city text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
     AND (shimin_agency_ids() IS NULL OR p_agency = ANY (shimin_agency_ids()))
     AND (shimin_region_codes() IS NULL OR p_city = ANY (shimin_region_codes()))
$$;
"""
# A co-handler reads its request through functions of the owner: the requests' own policies know nothing of it, and no
# column that says who reported is among these.
LENT_COLUMNS = """
  part_id bigint, number text, request_kind text, is_emergency boolean, state text, title text, words text,
  category text, address text, region_code text, lng float8, lat float8, filed_at timestamptz, due_at timestamptz,
  is_clock_running boolean, lead_id bigint
"""
LENT_SELECT = """
  SELECT p.id, r.number::text, r.request_kind, r.is_emergency, r.state, r.title, r.words, r.category, r.address,
         r.region_code::text, r.lng, r.lat, r.filed_at, r.due_at, r.is_clock_running, r.agency_id
  FROM joint_handling_part p JOIN service_requests_request r ON r.id = p.request_id
"""
IS_LENT = """
  p.state IN ('asked', 'accepted', 'declined', 'given') AND p.level = r.level
  AND r.state IN ('dispatched', 'in_progress', 'suspended', 'in_review', 'returned')
"""
LENT = f"""
CREATE FUNCTION joint_handling_lent(p_part bigint) RETURNS TABLE ({LENT_COLUMNS})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  {LENT_SELECT}
  WHERE p.id = p_part AND {IS_LENT} AND joint_handling_is_mine(p.agency_id, p.city_code::text)
$$;
"""
LENT_SIGNATURE = "joint_handling_lent(bigint)"
# The index of the queue serves each agency; who is limited to none reads the city's open ones.
QUEUE = f"""
CREATE FUNCTION joint_handling_queue(p_states text[], p_due timestamptz, p_id bigint, p_most integer)
RETURNS TABLE ({LENT_COLUMNS})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  {LENT_SELECT}
  WHERE p.state = ANY (p_states) AND {IS_LENT} AND joint_handling_is_mine(p.agency_id, p.city_code::text)
    AND (p_due IS NULL OR (p.due_at, p.id) > (p_due, p_id))
  ORDER BY p.due_at, p.id LIMIT least(p_most, 500)
$$;
"""
QUEUE_SIGNATURE = "joint_handling_queue(text[], timestamptz, bigint, integer)"
STEPS = f"""
CREATE FUNCTION joint_handling_lent_steps(p_part bigint)
RETURNS TABLE (action text, state text, taken_at timestamptz, by text, agency text, words text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT s.action, s.state, s.taken_at, s.actor_kind, coalesce(s.details->>'agency', ''), s.words
  FROM joint_handling_part p JOIN service_requests_request r ON r.id = p.request_id
    JOIN service_requests_step s ON s.request_id = r.id AND s.is_public
  WHERE p.id = p_part AND {IS_LENT} AND joint_handling_is_mine(p.agency_id, p.city_code::text)
  ORDER BY s.version
$$;
"""  # noqa: S608 - constants of this module
STEPS_SIGNATURE = "joint_handling_lent_steps(bigint)"
# Photos that the people who reported see, while the request is lent; those of the own contribution for ever.
PHOTOS = f"""
CREATE FUNCTION joint_handling_photos(p_part bigint)
RETURNS TABLE (photo_id bigint, is_own boolean, width integer, height integer, large text, small text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT f.id, f.step_id IS NOT DISTINCT FROM p.given_step_id, f.width, f.height, f.large::text, f.small::text
  FROM joint_handling_part p JOIN service_requests_request r ON r.id = p.request_id
    JOIN service_requests_photo f ON f.request_id = r.id
  WHERE p.id = p_part AND joint_handling_is_mine(p.agency_id, p.city_code::text)
    AND (f.step_id = p.given_step_id OR (f.is_shown AND {IS_LENT}))
  ORDER BY f.id LIMIT 200
$$;
"""  # noqa: S608 - constants of this module
PHOTOS_SIGNATURE = "joint_handling_photos(bigint)"
# A step of a co-handler holds its request: an answer or a withdrawal comes before it or after it. A co-handler may
# not change the request, so it cannot lock the row itself.
HOLD = """
CREATE FUNCTION joint_handling_hold(p_part bigint) RETURNS TABLE (state text, level smallint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.state, r.level FROM service_requests_request r
  WHERE r.id = (SELECT p.request_id FROM joint_handling_part p
                WHERE p.id = p_part AND joint_handling_is_mine(p.agency_id, p.city_code::text))
  FOR SHARE
$$;
"""
HOLD_SIGNATURE = "joint_handling_hold(bigint)"
ATTACH = """
CREATE FUNCTION joint_handling_attach_photos(p_part bigint, p_step bigint, p_photos bigint[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_request bigint;
  v_done integer;
BEGIN
  SELECT p.request_id INTO v_request FROM joint_handling_part p
    WHERE p.id = p_part AND p.given_step_id = p_step AND p.state = 'given'
      AND joint_handling_is_mine(p.agency_id, p.city_code::text);
  IF v_request IS NULL THEN
    RETURN -1;
  END IF;
  UPDATE service_requests_photo f SET request_id = v_request, step_id = p_step, is_shown = false
    WHERE f.id = ANY (p_photos) AND f.request_id IS NULL AND f.by_staff AND f.account_id = shimin_account_id();
  GET DIAGNOSTICS v_done = ROW_COUNT;
  RETURN v_done;
END $$;
"""
ATTACH_SIGNATURE = "joint_handling_attach_photos(bigint, bigint, bigint[])"

MINE = """
    ((select shimin_has_role('service_requests.officer') OR shimin_has_role('service_requests.reviewer'))
     AND ((select shimin_agency_ids()) IS NULL OR agency_id = ANY ((select shimin_agency_ids())::bigint[]))
     AND ((select shimin_region_codes()) IS NULL OR city_code::text = ANY ((select shimin_region_codes())::text[])))
"""
OF_REQUEST = "EXISTS (SELECT 1 FROM service_requests_request r WHERE r.id = {table}.request_id)"
# Who may ask, who was asked, and who watches; a co-handler sees no part but its own.
SEEN = f"({MINE} OR {OF_REQUEST.format(table='joint_handling_part')})"
OF_PART = "EXISTS (SELECT 1 FROM joint_handling_part p WHERE p.id = joint_handling_step.part_id)"
OWN = "account_id IS NOT DISTINCT FROM (select shimin_account_id())"
CHANGED = (
    """state, version, is_fixed, contribution, reason, responded_at, given_at, given_step_id, ended_at, urged_at"""
)
TOLD = "id, city_code, request_id, level, agency_id, state, asked_at, responded_at, given_at, due_at"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("service_requests", "0025_map_index"), ("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("city_code", models.CharField(max_length=6)),
                ("request_id", models.BigIntegerField()),
                ("level", models.SmallIntegerField()),
                ("agency_id", models.BigIntegerField()),
                ("state", models.TextField(default="asked")),
                ("version", models.IntegerField(default=1)),
                ("asked_by", models.TextField()),
                ("is_fixed", models.BooleanField(default=False)),
                ("wish", models.TextField()),
                ("contribution", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("asked_at", models.DateTimeField()),
                ("respond_by_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("responded_at", models.DateTimeField(null=True)),
                ("given_at", models.DateTimeField(null=True)),
                ("given_step_id", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("urged_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "joint_handling_part",
                "indexes": [
                    models.Index(fields=["request_id"], name="joint_handling_part_request"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "accepted", "declined", "given"])),
                        fields=["agency_id", "due_at", "id"],
                        name="joint_handling_part_queue",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "accepted", "declined"])),
                        fields=["city_code", "state", "due_at", "id"],
                        name="joint_handling_part_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "accepted", "declined"])),
                        fields=("city_code", "request_id", "agency_id"),
                        name="joint_handling_part_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "accepted", "declined", "given", "waived", "dropped", "ended"])
                        ),
                        name="joint_handling_part_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked_by__in", ["lead", "dispatcher", "consultation"])),
                        name="joint_handling_part_asked_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "given"), _negated=True),
                            models.Q(models.Q(("contribution", ""), _negated=True), ("given_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="joint_handling_part_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartStepTaken",
            fields=[
                ("id", models.BigIntegerField(default=shimin.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("part_id", models.BigIntegerField()),
                ("request_id", models.BigIntegerField()),
                ("city_code", models.CharField(max_length=6)),
                ("version", models.IntegerField()),
                ("action", models.TextField()),
                ("state", models.TextField()),
                ("taken_at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("words", models.TextField(default="")),
            ],
            options={
                "db_table": "joint_handling_step",
                "indexes": [models.Index(fields=["request_id"], name="joint_handling_step_request")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("city_code", "part_id", "version"), name="joint_handling_step_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "ask",
                                    "accept",
                                    "decline",
                                    "give",
                                    "show_photos",
                                    "waive",
                                    "insist",
                                    "drop",
                                    "urge",
                                    "end",
                                ],
                            )
                        ),
                        name="joint_handling_step_action",
                    ),
                ],
            },
        ),
        migrations.RunSQL(IS_MINE, "DROP FUNCTION joint_handling_is_mine(bigint, text)"),
        *(
            operation
            for sql, signature in (
                (LENT, LENT_SIGNATURE),
                (QUEUE, QUEUE_SIGNATURE),
                (STEPS, STEPS_SIGNATURE),
                (PHOTOS, PHOTOS_SIGNATURE),
                (HOLD, HOLD_SIGNATURE),
                (ATTACH, ATTACH_SIGNATURE),
            )
            for operation in (
                migrations.RunSQL(sql, f"DROP FUNCTION {signature}"),
                grant_execute(signature, "staff"),
            )
        ),
        *protect(
            "joint_handling_part",
            grants={
                "citizen": f"SELECT ({TOLD})",
                "staff": f"SELECT, INSERT, UPDATE ({CHANGED})",
                "worker": "SELECT, INSERT, UPDATE",
            },
            policies={
                "citizen": {"select": OF_REQUEST.format(table="joint_handling_part")},
                "staff": {
                    "select": SEEN,
                    "insert": f"state = 'asked' AND {OF_REQUEST.format(table='joint_handling_part')}",
                    "update": SEEN,
                },
            },
        ),
        *protect(
            "joint_handling_step",
            grants={"staff": "SELECT, INSERT", "worker": "SELECT, INSERT"},
            policies={"staff": {"select": OF_PART, "insert": f"{OF_PART} AND {OWN}"}},
        ),
    ]
