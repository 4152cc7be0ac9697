"""SQL of identity that the ORM cannot say."""

# "My sessions" and "end all of an account" read open ones, newest first.
LATEST_SESSIONS = """
CREATE INDEX identity_session_open ON identity_session (account_id, last_seen_at DESC) WHERE ended_at IS NULL
"""

OPEN_SESSION_SIGNATURE = "identity_open_session(bytea, timestamptz)"

# One statement at the start of a signed-in request. It runs as the owner, because nobody is known yet; it answers for
# one hash of 32 random bytes only. A level above the phone's ends with the step-up window or the account's proof.
OPEN_SESSION = """
CREATE FUNCTION identity_open_session(
    p_hash bytea, p_now timestamptz,
    OUT session_id bigint, OUT account_id bigint, OUT person_id bigint,
    OUT account_kind text, OUT level smallint, OUT grants jsonb
) RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_session record;
BEGIN
    SELECT s.id, s.account_id, s.level, s.step_up_until, s.last_seen_at,
           a.person_id, a.account_kind, a.level AS proved_level, a.level_until
    INTO found_session
    FROM public.identity_session s JOIN public.identity_account a ON a.id = s.account_id
    WHERE s.hash = p_hash AND s.ended_at IS NULL AND s.expires_at > p_now
      AND s.last_seen_at > p_now - make_interval(mins => s.idle_minutes) AND a.status = 'active';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF found_session.last_seen_at <= p_now - interval '1 minute' THEN
        UPDATE public.identity_session SET last_seen_at = p_now
        WHERE id = found_session.id AND last_seen_at < p_now;
    END IF;
    session_id := found_session.id;
    account_id := found_session.account_id;
    person_id := found_session.person_id;
    account_kind := found_session.account_kind;
    level := least(found_session.level, found_session.proved_level);
    IF found_session.step_up_until <= p_now OR found_session.level_until <= p_now THEN
        level := least(level, 1::smallint);
    END IF;
    IF account_kind = 'staff' THEN
        SELECT coalesce(jsonb_agg(jsonb_build_array(g.role, g.agency_id, g.region_code)), '[]')
        INTO grants
        FROM public.identity_staff_grant g
        WHERE g.account_id = found_session.account_id
          AND g.starts_at <= p_now AND (g.ends_at IS NULL OR g.ends_at > p_now);
    END IF;
    RETURN NEXT;
END $$;
"""

GIVE_BACK_SIGNATURE = "identity_give_back_attempt(text, bytea, timestamptz)"

# A counted attempt that succeeded. The serving roles may count (kernel_rate_hit) but not read or write the table.
GIVE_BACK = """
CREATE FUNCTION identity_give_back_attempt(p_bucket text, p_key bytea, p_ends_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.kernel_rate_limit SET count = count - 1
    WHERE bucket = p_bucket AND key = p_key AND ends_at = p_ends_at AND count > 0
      AND p_bucket LIKE 'identity.sign_in.%'
$$
"""

SESSION_ACTOR_SIGNATURE = "identity_session_actor(bytea, timestamptz)"

# As identity_open_session, which the release before this one calls, with the hat the session wears. A mandate that was
# withdrawn or ran out is told as ended: acting must stop aloud, not go on silently under one's own name.
SESSION_ACTOR = """
CREATE FUNCTION identity_session_actor(
    p_hash bytea, p_now timestamptz,
    OUT session_id bigint, OUT account_id bigint, OUT person_id bigint,
    OUT account_kind text, OUT level smallint, OUT grants jsonb, OUT hat jsonb, OUT hat_name bytea,
    OUT hat_by bytea
) RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_session record;
BEGIN
    SELECT s.id, s.account_id, s.level, s.step_up_until, s.last_seen_at,
           s.mandate_id, a.person_id, a.account_kind, a.level AS proved_level, a.level_until
    INTO found_session
    FROM public.identity_session s JOIN public.identity_account a ON a.id = s.account_id
    WHERE s.hash = p_hash AND s.ended_at IS NULL AND s.expires_at > p_now
      AND s.last_seen_at > p_now - make_interval(mins => s.idle_minutes) AND a.status = 'active';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF found_session.last_seen_at <= p_now - interval '1 minute' THEN
        UPDATE public.identity_session SET last_seen_at = p_now
        WHERE id = found_session.id AND last_seen_at < p_now;
    END IF;
    session_id := found_session.id;
    account_id := found_session.account_id;
    person_id := found_session.person_id;
    account_kind := found_session.account_kind;
    level := least(found_session.level, found_session.proved_level);
    IF found_session.step_up_until <= p_now OR found_session.level_until <= p_now THEN
        level := least(level, 1::smallint);
    END IF;
    IF account_kind = 'staff' THEN
        SELECT coalesce(jsonb_agg(jsonb_build_array(g.role, g.agency_id, g.region_code)), '[]')
        INTO grants
        FROM public.identity_staff_grant g
        WHERE g.account_id = found_session.account_id
          AND g.starts_at <= p_now AND (g.ends_at IS NULL OR g.ends_at > p_now);
    END IF;
    IF found_session.mandate_id IS NOT NULL THEN
        SELECT jsonb_build_object(
                   'mandate_id', m.id, 'relation', m.relation, 'role', m.role, 'scope', to_jsonb(m.scope),
                   'person_id', m.person_id, 'organisation_id', m.organisation_id, 'organisation', o.name,
                   'is_ended', m.state <> 'active' OR m.starts_at > p_now OR m.ends_at <= p_now
               ), p.name, agent.name
        INTO hat, hat_name, hat_by
        FROM public.identity_mandate m
        LEFT JOIN public.identity_person p ON p.id = m.person_id
        LEFT JOIN public.identity_person agent ON agent.id = found_session.person_id
        LEFT JOIN public.identity_organisation o ON o.id = m.organisation_id
        WHERE m.id = found_session.mandate_id AND m.account_id = found_session.account_id;
    END IF;
    RETURN NEXT;
END $$;
"""
