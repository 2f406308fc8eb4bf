-- in:     combined.claim, facts.commodity; $site_ids (list), $attributes (list)
-- out:    site_id, attribute, commodity (its group where it has one), element (the commodity as claimed), value, low, high, text, scope, as_of, source_id, url
-- grain:  one chosen claim, in an order that does not depend on the storage
-- NULL:   value: words alone; low, high: no range is stated
SELECT
    c.site_id, c.attribute, coalesce(nullif(k.group_id, ''), c.commodity) AS commodity, c.commodity AS element, c.value, c.low, c.high, c.text, c.scope, c.as_of,
    c.source_id, c.url
FROM combined.claim AS c
LEFT JOIN facts.commodity AS k ON k.commodity_id = c.commodity
WHERE c.chosen AND list_contains($attributes::VARCHAR[], c.attribute) AND list_contains($site_ids::VARCHAR[], c.site_id)
ORDER BY c.site_id, c.attribute, c.commodity, c.value, c.text, c.scope, c.source_id, c.url
