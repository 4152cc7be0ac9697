-- RAW of a look-up by number and query code: the operation's own statements, prepared, as the citizen's role under row-level
-- security. Variables: most (rows of bench_ask_handle), role.
\set n random(1, :most)
SELECT kernel_rate_hit('service_requests.code_from', sha256(convert_to(:n::text, 'UTF8')), now() + interval '1 hour');
SELECT kernel_rate_hit('service_requests.code_of', sha256(convert_to(:n::text, 'UTF8')), now() + interval '1 day');
SELECT hash, request_id FROM bench_ask_handle WHERE n = :n \gset
BEGIN;
SELECT set_config('role', :role, true), set_config('shimin.account', '', true), set_config('shimin.person', '', true),
    set_config('shimin.agencies', '', true), set_config('shimin.regions', '', true), set_config('shimin.roles', '', true);
SELECT service_requests_unlock(decode(:hash, 'hex'));
SELECT r.*, EXISTS (SELECT 1 FROM service_requests_photo p WHERE p.request_id = r.id) FROM service_requests_request r WHERE id = :request_id;
SELECT * FROM service_requests_step WHERE request_id = :request_id AND is_public ORDER BY version;
COMMIT;
