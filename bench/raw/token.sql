-- RAW of the token endpoint: the rows that one exchange of a code reads and writes, in one transaction under the auth role.
-- Variables: first and last number of the codes, salt, client_id, role.
\set number random(:first, :last)
\set tail random(1, 9000000000000000000)
BEGIN;
SELECT set_config('role', :role, true), set_config('shimin.account', '', true), set_config('shimin.person', '', true),
    set_config('shimin.agencies', '', true), set_config('shimin.regions', '', true), set_config('shimin.roles', '', true);
SELECT * FROM sign_on_client WHERE id = :client_id AND state = 'approved';
SELECT c.hash, c.used_at, c.expires_at, a.id AS authorisation, a.account_id AS account, a.session_id AS session
FROM sign_on_code c JOIN sign_on_authorisation a ON a.id = c.authorisation_id
WHERE c.hash = sha256(convert_to(rtrim(translate(encode(sha256(convert_to(:salt || '/' || :number, 'UTF8')), 'base64'), '+/', '-_'), '='), 'UTF8'))
FOR UPDATE OF c
\gset
SELECT 1 FROM identity_session s JOIN identity_account a ON a.id = s.account_id
WHERE s.id = :session AND a.id = :account AND s.ended_at IS NULL AND s.expires_at > now() AND a.account_kind = 'citizen'
    AND a.status = 'active' AND EXISTS (SELECT 1 FROM identity_consent c
        WHERE c.account_id = a.id AND c.purpose_code = 'sign_on.' || :client_id AND c.withdrawn_at IS NULL);
SELECT id FROM sign_on_signing_key
WHERE algorithm = 'RS256' AND signs_from <= now() AND (signs_until IS NULL OR signs_until > now()) ORDER BY signs_from DESC LIMIT 1;
INSERT INTO sign_on_token (hash, token_kind, client_id, authorisation_id, scopes, issued_at, expires_at) VALUES
    (sha256(convert_to('a' || :tail || '/' || :number, 'UTF8')), 'access', :client_id, :authorisation, '{openid,profile}', now(), now() + interval '10 minutes'),
    (sha256(convert_to('r' || :tail || '/' || :number, 'UTF8')), 'refresh', :client_id, :authorisation, '{openid,profile}', now(), now() + interval '30 days');
UPDATE sign_on_code SET used_at = now() WHERE hash = sha256(convert_to(rtrim(translate(encode(sha256(convert_to(:salt || '/' || :number, 'UTF8')), 'base64'), '+/', '-_'), '='), 'UTF8'));
COMMIT;
