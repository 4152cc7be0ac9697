-- RAW of a score look-up: session, kept score, line of the access log, audit row; the rows a look-up reads and writes,
-- captured once, as the citizen's role under row-level security. Variables: first and last number of the people, salt of
-- their sessions, account_id and person_id of number 1, role.
\set number random(:first, :last)
\set person :person_id + :number - 1
\set account :account_id + :number - 1
\set line random(1, 9000000000000000000)
\set record random(1, 9000000000000000000)
SELECT session_id, account_id, person_id, account_kind, level, grants
FROM identity_open_session(sha256(sha256(convert_to(:salt || '/' || :number, 'UTF8'))), now());
BEGIN;
SELECT set_config('role', :role, true), set_config('shimin.account', :account, true),
    set_config('shimin.person', :person, true), set_config('shimin.agencies', '', true),
    set_config('shimin.regions', '', true), set_config('shimin.roles', '', true);
SELECT data, as_of, record_count FROM enquiries_cached_extract WHERE person_id = :person AND expires_at > now();
INSERT INTO enquiries_enquiry (id, person_id, account_id, city_code, agency_id, item_id, version_id, item_name,
    agency_name, system, purpose, basis, fields, channel, started_at, finished_at, outcome, reason, record_count, from_cache)
VALUES (:line, :person, :account, '430100', 226673591177742336, 226673591177742337, 226673591177742338, '高考成绩查询',
    '长沙市教育局', 'education', '查看本人普通高考成绩', '《中华人民共和国个人信息保护法》第四十五条（个人查阅自己的信息）',
    '{考生号,年份,科类,总分,全省位次,语文,数学,外语,首选科目,首选科目成绩,再选科目一,再选科目一成绩,再选科目二,再选科目二成绩}',
    'api', now(), now(), 'found', '', 1, true);
INSERT INTO kernel_audit (id, at, city_code, actor_kind, account_id, action, target, target_id, outcome, details, mac)
VALUES (:record, now(), '430100', 'citizen', :account, 'enquiries.look_up', 'enquiry', :line, 'done',
    '{"cached": true, "item": 226673591177742337, "result": "found", "version": 226673591177742338}',
    '\x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef');
COMMIT;
