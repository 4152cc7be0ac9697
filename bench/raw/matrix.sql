-- The counts of cisi-2015 by province, as one would write them by hand for DuckDB; run once for each slice of the period.
WITH within AS (
    SELECT account_id, reader_id, happened_at, amount,
        CASE kind WHEN 'read' THEN 0 WHEN 'original_post' THEN 1 WHEN 'forwarding_post' THEN 2 WHEN 'active_comment' THEN 3
            WHEN 'message_by_hand' THEN 4 WHEN 'person_reached_by_hand' THEN 5 WHEN 'keyword_hit' THEN 6
            WHEN 'forward' THEN 7 WHEN 'comment' THEN 8 WHEN 'like' THEN 9 END::tinyint AS code
    FROM read_parquet($events)
    WHERE happened_at >= $starts_on AND happened_at < $ends_on
), daily AS (
    SELECT DISTINCT account_id, reader_id, code, happened_at::date AS day FROM within
    WHERE code >= 7 AND NOT EXISTS (SELECT 1 FROM spam WHERE spam.reader_id = within.reader_id)
), numbers AS (
    SELECT account_id, code, sum(amount)::bigint AS number FROM within WHERE code < 7 GROUP BY ALL
    UNION ALL
    SELECT account_id, code, count(*) FROM daily GROUP BY ALL
)
SELECT area, code, sum(number)::bigint FROM numbers
JOIN accounts USING (account_id) JOIN areas USING (region_code)
WHERE level IN ('province', 'city', 'county')
GROUP BY ALL ORDER BY ALL
