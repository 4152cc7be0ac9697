-- RAW of placing an order with one line: the rows that it writes, one prepared statement each, as the owner.
\set a random(1, 4611686018427387904)
\set b random(1, 4611686018427387904)
\set c random(1, 4611686018427387904)
\set d random(1, 4611686018427387904)
BEGIN;
INSERT INTO payments_order_key (hash, order_id, fingerprint) VALUES (sha256(convert_to('k' || :a::text, 'UTF8')), :a, sha256('x'));
INSERT INTO payments_claim (hash, order_id, is_paid, held_until) VALUES (sha256(convert_to('c' || :a::text, 'UTF8')), :a, false, now());
INSERT INTO payments_order (id, city_code, number, payer_account_id, link_hash, purpose, title, total_fen, refunded_fen,
    content_hash, state, version, gateway, created_at, expires_at)
VALUES (:a, '430100', 'R' || left(md5(:a::text), 17), NULL, sha256(convert_to(:a::text, 'UTF8')), 'bench', 'raw', 20000, 0, sha256('x'),
    'closed', 1, '', now(), now());
INSERT INTO payments_order_line (id, order_id, city_code, payable_kind, payable_ref, claim_hash, title, amount_fen, payee_code,
    payee_name, agency_id, item_code, state, refund_held_fen, settle_tries, keeper_receipt)
VALUES (:b, :a, '430100', 'bench', 'raw' || :a::text, sha256(convert_to('c' || :a::text, 'UTF8')), 'raw', 20000, 'agency77',
    'raw', 77, '103050101', 'owed', 0, 0, '');
INSERT INTO kernel_audit (id, at, city_code, actor_kind, account_id, action, target, target_id, outcome, details, mac)
VALUES (:c, now(), '430100', 'anonymous', NULL, 'payments.place_order', 'order', :a, 'done',
    '{"purpose": "bench", "lines": 1, "fen": 20000}', sha256(convert_to(:c::text, 'UTF8')));
INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload, done_at)
VALUES (:d, now(), 'payments.order_placed', 'payments.order', :a, 1,
    '{"order_id": 1, "city_code": "430100", "purpose": "bench", "agency_ids": [77], "channel": "web"}', now());
COMMIT;
