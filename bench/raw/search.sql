-- The one SELECT of a search, prepared; the statement itself is taken from catalogue.search.find when the bench runs,
-- so that it is never another than the one that serves. The values of each judged request lie ready in bench_request.
\set number random(1, :requests)
SELECT terms, weights, sounds, typed, sound_weights, initials, initial_weights, regions, postings, "limit",
    now()::text AS now
FROM bench_request WHERE number = :number \gset
