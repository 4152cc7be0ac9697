-- RAW of accepting a request (W2): the rows that a step writes, one prepared statement each, with the row's lock, as the
-- staff role under row-level security. Variables: most (rows of bench_ask_open), role.
\set n random(1, :most)
\set step random(1, 4611686018427387904)
\set record random(1, 4611686018427387904)
\set event random(1, 4611686018427387904)
\set version random(1000, 2000000000)
SELECT request_id, agency_id FROM bench_ask_open WHERE n = :n \gset
BEGIN;
SELECT set_config('role', :role, true), set_config('shimin.account', '911', true), set_config('shimin.person', '', true),
    set_config('shimin.agencies', :agency_id::text, true), set_config('shimin.regions', '430100', true),
    set_config('shimin.roles', 'service_requests.officer', true);
SELECT * FROM service_requests_request WHERE id = :request_id LIMIT 1 FOR UPDATE;
UPDATE service_requests_request SET state = state, version = version + 1, handler_id = 911, accepted_at = now()
WHERE id = :request_id;
INSERT INTO service_requests_step (
    id, request_id, city_code, version, action, state, taken_at, actor_kind, account_id, agency_id, words, is_public,
    details, due_at, is_clock_running
) VALUES (
    :step, :request_id, '430100', :version, 'accept', 'in_progress', now(), 'staff', 911, :agency_id, '', true,
    '{"agency": "长沙交通"}', now(), true);
INSERT INTO kernel_audit (id, at, city_code, actor_kind, account_id, action, target, target_id, outcome, details, mac)
VALUES (:record, now(), '430100', 'staff', 911, 'service_requests.accept', 'request', :request_id, 'done',
    '{"before": "dispatched", "after": "in_progress"}', sha256(convert_to(:record::text, 'UTF8')));
INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload, done_at)
VALUES (:event, now(), 'service_requests.request_moved', 'service_requests.request', :request_id, :version,
    '{"request_id": 1, "city_code": "430100", "step_id": 1, "action": "accept", "before": "dispatched", "after": "in_progress"}',
    now());
COMMIT;
