-- RAW of filing a request without an account (W1): the rows that the operation writes, one prepared statement each, as the
-- worker's login under row-level security, whose policies let it write any row. The limit's row is counted before BEGIN, as
-- the operation does. No seal, no relay.
\set id random(1, 4611686018427387904)
\set step random(1, 4611686018427387904)
\set reporter random(1, 4611686018427387904)
\set record random(1, 4611686018427387904)
\set event random(1, 4611686018427387904)
SELECT kernel_rate_hit('service_requests.file', sha256(convert_to(:id::text, 'UTF8')), now() + interval '1 hour');
BEGIN;
INSERT INTO service_requests_request (
    id, city_code, number, request_kind, state, version, level, is_emergency, title, words, category, category_by,
    address, region_code, lng, lat, accuracy_metres, channel, is_confidential, is_fixed, returns, filed_at, clock, due_at,
    is_clock_running, clock_note, draft, answer, published_answer, rating, wants_contact
) VALUES (
    :id, '430100', lpad(:id::text, 19, '4'), 'help', 'filed', 1, 0, false, '桐梓坡路口的路灯坏了半个月',
    '桐梓坡路口的路灯坏了半个月，晚上过马路很危险，希望尽快修好，谢谢。', '', '', '长沙市岳麓区桐梓坡路', '430104', 112.9, 28.2, 20,
    'api', false, false, 0, now(),
    '{"amount":5,"unit":"workday","calendar":"CN","started_at":"2026-11-27T10:00:00+00:00","history":[]}',
    now() + interval '7 days', true, '', '', '', '', '', false);
INSERT INTO service_requests_step (
    id, request_id, city_code, version, action, state, taken_at, actor_kind, words, is_public, details, due_at,
    is_clock_running
) VALUES (:step, :id, '430100', 1, 'file', 'filed', now(), 'anonymous', '', true, '{}', now() + interval '7 days', true);
INSERT INTO service_requests_reporter (id, request_id, city_code, role, is_confidential, contact, since_at)
VALUES (:reporter, :id, '430100', 'filer', false,
    '\x10000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627', now());
INSERT INTO service_requests_query_handle (hash, request_id) VALUES (sha256(convert_to(:id::text, 'UTF8')), :id);
INSERT INTO kernel_audit (id, at, city_code, actor_kind, action, target, target_id, outcome, details, mac)
VALUES (:record, now(), '430100', 'anonymous', 'service_requests.file', 'request', :id, 'done',
    '{"channel": "api", "kind": "help"}', sha256(convert_to(:id::text, 'UTF8')));
INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload, done_at)
VALUES (:event, now(), 'service_requests.request_filed', 'service_requests.request', :id, 1,
    '{"request_id": 1, "city_code": "430100", "request_kind": "help", "is_emergency": false}', now());
COMMIT;
