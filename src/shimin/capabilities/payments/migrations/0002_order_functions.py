"""Placing, beginning, capturing and closing an order: one statement each, under the owner's rights.

A payer may change none of these tables; these functions are the only way, and each checks what it changes under the
order's row lock. Locks are taken in one order: order, claims (by hash), lines, tries.
"""

from django.db import migrations

from shimin.kernel.policies import grant_execute

PLACE = """
CREATE FUNCTION payments_place_order(
  p_key bytea, p_fingerprint bytea, p_order bigint, p_city text, p_number text, p_account bigint, p_link bytea,
  p_purpose text, p_title text, p_content bytea, p_now timestamptz, p_until timestamptz, p_lines jsonb,
  OUT outcome text, OUT order_id bigint, OUT at timestamptz, OUT is_own boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  blocker record;
  wanted integer := jsonb_array_length(p_lines);
  got integer;
BEGIN
  IF p_account IS NOT NULL AND p_account IS DISTINCT FROM shimin_account_id()
     AND current_setting('role') NOT LIKE '%\\_worker' THEN
    RAISE EXCEPTION 'payments_place_order: an order is placed for oneself' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO payments_order_key AS k (hash, order_id, fingerprint) VALUES (p_key, p_order, p_fingerprint)
    ON CONFLICT (hash) DO NOTHING;
  IF NOT FOUND THEN
    SELECT CASE WHEN k.fingerprint = p_fingerprint THEN 'repeated' ELSE 'key_reused' END, k.order_id
      INTO outcome, order_id FROM payments_order_key k WHERE k.hash = p_key;
    RETURN;
  END IF;
  FOR blocker IN
    SELECT c.order_id, c.is_paid, c.held_until FROM payments_claim c
    WHERE c.hash IN (SELECT decode(l ->> 'hash', 'hex') FROM jsonb_array_elements(p_lines) l)
      AND (c.is_paid OR c.held_until > p_now)
    ORDER BY c.is_paid DESC, c.hash FOR UPDATE
  LOOP
    DELETE FROM payments_order_key k WHERE k.hash = p_key;
    order_id := blocker.order_id;
    SELECT o.payer_account_id IS NOT NULL AND o.payer_account_id = p_account,
      CASE WHEN blocker.is_paid THEN o.captured_at ELSE blocker.held_until END,
      CASE
        WHEN blocker.is_paid THEN 'paid'
        WHEN o.payer_account_id = p_account AND o.content_hash = p_content AND o.state IN ('created', 'paying') THEN 'repeated'
        WHEN o.payer_account_id = p_account THEN 'held_by_payer'
        ELSE 'held' END
      INTO is_own, at, outcome FROM payments_order o WHERE o.id = blocker.order_id;
    RETURN;
  END LOOP;
  INSERT INTO payments_claim AS c (hash, order_id, is_paid, held_until)
    SELECT decode(l ->> 'hash', 'hex'), p_order, false, p_until FROM jsonb_array_elements(p_lines) l ORDER BY 1
    ON CONFLICT (hash) DO UPDATE SET order_id = excluded.order_id, held_until = excluded.held_until
    WHERE NOT c.is_paid AND c.held_until <= p_now;
  GET DIAGNOSTICS got = ROW_COUNT;
  IF got <> wanted THEN  -- somebody was quicker by less than a statement: the caller looks again
    RAISE EXCEPTION 'payments_place_order: a claim was taken meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;
  INSERT INTO payments_order (
    id, city_code, number, payer_account_id, link_hash, purpose, title, total_fen, refunded_fen, content_hash, state,
    version, gateway, created_at, expires_at
  ) SELECT p_order, p_city, p_number, p_account, p_link, p_purpose, p_title,
      sum((l ->> 'amount')::bigint), 0, p_content, 'created', 1, '', p_now, p_until
    FROM jsonb_array_elements(p_lines) l;
  INSERT INTO payments_order_line (
    id, order_id, city_code, payable_kind, payable_ref, claim_hash, title, amount_fen, payee_code, payee_name, agency_id,
    item_code, state, refund_held_fen, settle_tries, keeper_receipt
  ) SELECT (l ->> 'id')::bigint, p_order, p_city, l ->> 'kind', l ->> 'ref', decode(l ->> 'hash', 'hex'), l ->> 'title',
      (l ->> 'amount')::bigint, l ->> 'payee', l ->> 'payee_name', (l ->> 'agency')::bigint, l ->> 'item', 'owed', 0, 0, ''
    FROM jsonb_array_elements(p_lines) l;
  outcome := 'placed';
  order_id := p_order;
  at := p_until;
  is_own := true;
END $$;
"""
PLACE_SIGNATURE = (
    "payments_place_order(bytea, bytea, bigint, text, text, bigint, bytea, text, text, bytea, timestamptz, "
    "timestamptz, jsonb)"
)

BEGIN = """
CREATE FUNCTION payments_begin_attempt(
  p_order bigint, p_gateway text, p_attempt bigint, p_now timestamptz, p_poll_at timestamptz,
  OUT outcome text, OUT out_trade_no text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  o payments_order;
  tries integer;
BEGIN
  SELECT * INTO o FROM payments_order WHERE id = p_order FOR UPDATE;
  IF o.id IS NULL THEN
    outcome := 'unknown';
  ELSIF o.state NOT IN ('created', 'paying') THEN
    outcome := o.state;
  ELSIF o.expires_at <= p_now THEN
    outcome := 'expired';
  ELSE
    SELECT a.out_trade_no INTO out_trade_no FROM payments_attempt a
      WHERE a.order_id = p_order AND a.gateway = p_gateway AND a.state = 'open' LIMIT 1;
    IF out_trade_no IS NOT NULL THEN
      outcome := 'begun';
      RETURN;
    END IF;
    SELECT count(*) INTO tries FROM payments_attempt a WHERE a.order_id = p_order;
    IF tries >= 99 THEN
      outcome := 'too_many';
      RETURN;
    END IF;
    out_trade_no := o.city_code || p_order::text || lpad((tries + 1)::text, 2, '0');
    INSERT INTO payments_attempt (
      id, order_id, city_code, gateway, out_trade_no, amount_fen, state, opened_at, polls, next_poll_at
    ) VALUES (p_attempt, p_order, o.city_code, p_gateway, out_trade_no, o.total_fen, 'open', p_now, 0, p_poll_at);
    UPDATE payments_order SET state = 'paying', version = version + 1 WHERE id = p_order;
    outcome := 'begun';
  END IF;
END $$;
"""
BEGIN_SIGNATURE = "payments_begin_attempt(bigint, text, bigint, timestamptz, timestamptz)"

CAPTURE = """
CREATE FUNCTION payments_capture_order(
  p_order bigint, p_out_trade_no text, p_gateway text, p_account text, p_trade_no text, p_amount bigint,
  p_paid_at timestamptz, p_now timestamptz, p_source text, p_ids bigint[],
  OUT outcome text, OUT order_version integer
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  o payments_order;
  tried payments_attempt;
  today date := (p_now AT TIME ZONE 'Asia/Shanghai')::date;
  lines integer;
BEGIN
  SELECT * INTO o FROM payments_order WHERE id = p_order FOR UPDATE;
  SELECT * INTO tried FROM payments_attempt a WHERE a.order_id = p_order AND a.out_trade_no = p_out_trade_no;
  IF o.id IS NULL OR tried.id IS NULL OR tried.gateway <> p_gateway THEN
    outcome := 'unknown';
    RETURN;
  END IF;
  IF tried.amount_fen <> p_amount THEN
    outcome := 'wrong_amount';
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM payments_capture c WHERE c.city_code = o.city_code AND c.gateway = p_gateway AND c.trade_no = p_trade_no) THEN
    outcome := 'repeated';
    RETURN;
  END IF;
  outcome := CASE WHEN o.state IN ('created', 'paying', 'closed') THEN 'captured' ELSE 'surplus' END;
  INSERT INTO payments_capture (
    id, order_id, city_code, gateway, trade_no, out_trade_no, amount_fen, is_surplus, source, paid_at, noted_at
  ) VALUES (
    p_ids[1], p_order, o.city_code, p_gateway, p_trade_no, p_out_trade_no, p_amount, outcome = 'surplus', p_source,
    p_paid_at, p_now);
  UPDATE payments_attempt SET state = 'captured', ended_at = p_now, next_poll_at = NULL WHERE id = tried.id;
  IF outcome = 'surplus' THEN
    INSERT INTO payments_ledger_entry (
      id, city_code, transaction_id, entry_kind, account, currency, amount_fen, payee_code, item_code, order_id, document,
      business_date, posted_at
    ) VALUES
      (p_ids[3], o.city_code, p_ids[2], 'surplus', p_account, 'CNY', p_amount, '', '', p_order, p_trade_no, today, p_now),
      (p_ids[4], o.city_code, p_ids[2], 'surplus', 'surplus', 'CNY', -p_amount, '', '', p_order, p_trade_no, today, p_now);
    INSERT INTO payments_refund (
      id, order_id, city_code, gateway, out_trade_no, amount_fen, reason, words, stage, version, requested_at, next_try_at,
      tries
    ) VALUES (
      p_ids[5], p_order, o.city_code, p_gateway, p_out_trade_no, p_amount, 'paid_twice', '', 'agreed', 1, p_now, p_now, 0);
    order_version := o.version;
    RETURN;
  END IF;
  WITH claimed AS (
    INSERT INTO payments_claim AS c (hash, order_id, is_paid, held_until)
      SELECT l.claim_hash, p_order, true, p_now FROM payments_order_line l WHERE l.order_id = p_order ORDER BY 1
      ON CONFLICT (hash) DO UPDATE SET order_id = excluded.order_id, is_paid = true WHERE NOT c.is_paid
      RETURNING c.hash
  )
  UPDATE payments_order_line l SET
    state = CASE WHEN l.claim_hash IN (SELECT hash FROM claimed) THEN 'paid' ELSE 'surplus' END,
    settle_after = CASE WHEN l.claim_hash IN (SELECT hash FROM claimed) THEN p_now END,
    refund_held_fen = CASE WHEN l.claim_hash IN (SELECT hash FROM claimed) THEN 0 ELSE l.amount_fen END
  WHERE l.order_id = p_order;
  GET DIAGNOSTICS lines = ROW_COUNT;
  INSERT INTO payments_ledger_entry (
    id, city_code, transaction_id, entry_kind, account, currency, amount_fen, payee_code, item_code, agency_id, order_id,
    line_id, document, business_date, posted_at
  )
    SELECT p_ids[3], o.city_code, p_ids[2], 'capture', p_account, 'CNY', p_amount, '', '', NULL::bigint, p_order,
           NULL::bigint, p_trade_no, today, p_now
    UNION ALL
    SELECT p_ids[3 + row_number() OVER (ORDER BY l.id)], o.city_code, p_ids[2], 'capture',
           CASE WHEN l.state = 'paid' THEN 'payee:' || l.payee_code ELSE 'surplus' END, 'CNY', -l.amount_fen, l.payee_code,
           l.item_code, l.agency_id, p_order, l.id, p_trade_no, today, p_now
    FROM payments_order_line l WHERE l.order_id = p_order;
  INSERT INTO payments_refund (
    id, order_id, line_id, city_code, agency_id, gateway, out_trade_no, amount_fen, reason, words, stage, version,
    requested_at, next_try_at, tries
  ) SELECT p_ids[3 + lines + row_number() OVER (ORDER BY l.id)], p_order, l.id, o.city_code, l.agency_id, p_gateway,
      p_out_trade_no, l.amount_fen, 'paid_twice', '', 'agreed', 1, p_now, p_now, 0
    FROM payments_order_line l WHERE l.order_id = p_order AND l.state = 'surplus';
  UPDATE payments_order SET state = 'captured', version = version + 1, captured_at = p_now, gateway = p_gateway
    WHERE id = p_order RETURNING version INTO order_version;
END $$;
"""
CAPTURE_SIGNATURE = (
    "payments_capture_order(bigint, text, text, text, text, bigint, timestamptz, timestamptz, text, bigint[])"
)

END_ATTEMPT = """
CREATE FUNCTION payments_end_attempt(p_order bigint, p_out_trade_no text, p_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  UPDATE payments_attempt SET state = 'closed', ended_at = p_now, next_poll_at = NULL
  WHERE order_id = p_order AND out_trade_no = p_out_trade_no AND state = 'open'
$$;
"""
END_ATTEMPT_SIGNATURE = "payments_end_attempt(bigint, text, timestamptz)"

# What has become of a debt, for its page: paid, being paid, or free (no row). Tells nobody who pays.
CLAIM = """
CREATE FUNCTION payments_claim_of(
  p_hash bytea, p_now timestamptz, p_account bigint,
  OUT is_paid boolean, OUT at timestamptz, OUT own_order_id bigint
) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.is_paid, CASE WHEN c.is_paid THEN o.captured_at ELSE c.held_until END,
         CASE WHEN o.payer_account_id = p_account THEN o.id END
  FROM payments_claim c JOIN payments_order o ON o.id = c.order_id
  WHERE c.hash = p_hash AND (c.is_paid OR c.held_until > p_now)
$$;
"""
CLAIM_SIGNATURE = "payments_claim_of(bytea, timestamptz, bigint)"

CLOSE = """
CREATE FUNCTION payments_close_order(p_order bigint, p_now timestamptz, OUT outcome text, OUT order_version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
  SELECT o.state INTO outcome FROM payments_order o WHERE o.id = p_order FOR UPDATE;
  IF outcome NOT IN ('created', 'paying') THEN
    RETURN;
  END IF;
  UPDATE payments_claim SET held_until = p_now WHERE order_id = p_order AND NOT is_paid;
  UPDATE payments_attempt SET state = 'closed', ended_at = p_now, next_poll_at = NULL
    WHERE order_id = p_order AND state = 'open';
  UPDATE payments_order SET state = 'closed', version = version + 1, closed_at = p_now
    WHERE id = p_order RETURNING version INTO order_version;
  outcome := 'closed_now';
END $$;
"""
CLOSE_SIGNATURE = "payments_close_order(bigint, timestamptz)"

# Who has the link of an order without an account may read it: the hash of the link's secret is the proof.
BY_LINK = """
CREATE FUNCTION payments_order_by_link(p_order bigint, p_link bytea) RETURNS SETOF payments_order
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT * FROM payments_order WHERE id = p_order AND link_hash = p_link
$$;
CREATE FUNCTION payments_lines_by_link(p_order bigint, p_link bytea) RETURNS SETOF payments_order_line
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT l.* FROM payments_order_line l JOIN payments_order o ON o.id = l.order_id
  WHERE o.id = p_order AND o.link_hash = p_link
$$;
CREATE FUNCTION payments_attempts_by_link(p_order bigint, p_link bytea) RETURNS SETOF payments_attempt
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.* FROM payments_attempt a JOIN payments_order o ON o.id = a.order_id
  WHERE o.id = p_order AND o.link_hash = p_link
$$;
CREATE FUNCTION payments_refunds_by_link(p_order bigint, p_link bytea) RETURNS SETOF payments_refund
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.* FROM payments_refund r JOIN payments_order o ON o.id = r.order_id
  WHERE o.id = p_order AND o.link_hash = p_link
$$;
"""
EVERYBODY = ("citizen", "staff", "worker")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(PLACE, f"DROP FUNCTION {PLACE_SIGNATURE}"),
        grant_execute(PLACE_SIGNATURE, *EVERYBODY),
        migrations.RunSQL(BEGIN, f"DROP FUNCTION {BEGIN_SIGNATURE}"),
        grant_execute(BEGIN_SIGNATURE, *EVERYBODY),
        migrations.RunSQL(CAPTURE, f"DROP FUNCTION {CAPTURE_SIGNATURE}"),
        grant_execute(CAPTURE_SIGNATURE, *EVERYBODY),
        migrations.RunSQL(END_ATTEMPT, f"DROP FUNCTION {END_ATTEMPT_SIGNATURE}"),
        grant_execute(END_ATTEMPT_SIGNATURE, *EVERYBODY),
        migrations.RunSQL(CLAIM, f"DROP FUNCTION {CLAIM_SIGNATURE}"),
        grant_execute(CLAIM_SIGNATURE, *EVERYBODY),
        migrations.RunSQL(CLOSE, f"DROP FUNCTION {CLOSE_SIGNATURE}"),
        grant_execute(CLOSE_SIGNATURE, *EVERYBODY),
        migrations.RunSQL(BY_LINK, migrations.RunSQL.noop),
        *[
            grant_execute(f"payments_{name}_by_link(bigint, bytea)", *EVERYBODY)
            for name in ("order", "lines", "attempts", "refunds")
        ],
    ]
