-- RAW of a capture: the rows that it locks and writes, one prepared statement each, as the owner (no role of the web may).
-- chr(58) is a colon: pgbench would take a word after one for a variable, in quotes too.
-- Variables: base (id before the first order), first (number of the first order), step (clients), i (0, counts on).
\set n :first + :i * :step + :client_id
\set i :i + 1
\set order :base + :n
\set a random(1, 4611686018427387904)
\set b random(1, 4611686018427387904)
\set c random(1, 4611686018427387904)
\set d random(1, 4611686018427387904)
\set e random(1, 4611686018427387904)
\set f random(1, 4611686018427387904)
BEGIN;
SELECT * FROM payments_order WHERE id = :order FOR UPDATE;
SELECT * FROM payments_attempt WHERE order_id = :order;
INSERT INTO payments_capture (
    id, order_id, city_code, gateway, trade_no, out_trade_no, amount_fen, is_surplus, source, paid_at, noted_at
) VALUES (:a, :order, '430100', 'alipay', 'raw' || :n::text, 'raw' || :n::text, 20000, false, 'notify', now(), now());
UPDATE payments_attempt SET state = 'captured', ended_at = now(), next_poll_at = NULL WHERE order_id = :order;
UPDATE payments_claim SET is_paid = true WHERE hash = sha256(convert_to('bench' || :n::text, 'UTF8'));
UPDATE payments_order_line SET state = 'paid' WHERE order_id = :order;
INSERT INTO payments_ledger_entry (
    id, city_code, transaction_id, entry_kind, account, currency, amount_fen, payee_code, item_code, agency_id, order_id,
    line_id, document, business_date, posted_at
) VALUES
    (:b, '430100', :c, 'capture', 'gateway' || chr(58) || 'alipay', 'CNY', 20000, '', '', NULL, :order, NULL, 'raw',
        current_date, now()),
    (:d, '430100', :c, 'capture', 'payee' || chr(58) || 'agency77', 'CNY', -20000, 'agency77', '103050101', 77, :order, NULL, 'raw',
        current_date, now());
UPDATE payments_order SET state = 'captured', version = version + 1, captured_at = now(), gateway = 'alipay' WHERE id = :order;
INSERT INTO kernel_audit (id, at, city_code, actor_kind, account_id, action, target, target_id, outcome, details, mac)
VALUES (:e, now(), '430100', 'anonymous', NULL, 'payments.capture', 'order', :order, 'done',
    '{"gateway": "alipay", "trade": "raw", "fen": 20000, "source": "notify"}', sha256(convert_to(:e::text, 'UTF8')));
INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload, done_at)
VALUES (:f, now(), 'payments.order_captured', 'payments.order', :order, 1,
    '{"order_id": 1, "city_code": "430100", "gateway": "alipay", "amount_fen": 20000, "purpose": "bench", "agency_ids": [77]}', now());
COMMIT;
