-- The one SELECT of an item's JSON (catalogue.queries), prepared. Variables: slugs (joined by commas), items (how many).
\set at random(1, :items)
SELECT i.id, i.region_code, a.slug, i.slug, v.name, v.summary, coalesce(a.short_name, a.name), v.icon, v.tab,
    v.assurance_level, v.stars, v.status::text, v.audience, v.service_class, v.online, v.is_demo, a.id,
    v.id, v.number, v.doc::text
FROM catalogue_service_version v
JOIN catalogue_service_item i ON i.id = v.item_id
JOIN catalogue_agency a ON a.id = i.agency_id
WHERE i.slug = (string_to_array(:slugs, ','))[:at] AND i.region_code = ANY ('{430100,430000,100000}'::text[])
  AND v.effective_from <= now() AND (v.effective_to IS NULL OR v.effective_to > now())
ORDER BY array_position('{430100,430000,100000}'::text[], i.region_code::text) LIMIT 1;
