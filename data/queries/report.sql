-- out: one row with the counts that say how far the bundle reaches
WITH chosen AS (SELECT site_id, attribute FROM facts.claim WHERE chosen GROUP BY ALL)
SELECT
    (SELECT count(*) FROM facts.site) AS located,
    (SELECT count(*) FROM facts.site AS s
     WHERE EXISTS (FROM chosen AS c WHERE c.site_id = s.site_id AND c.attribute = 'grade')
       AND EXISTS (FROM chosen AS c WHERE c.site_id = s.site_id AND c.attribute IN ('tonnage_mt', 'contained_t'))) AS graded,
    (SELECT count(*) FROM facts.site WHERE kind <> 'mine' OR list_has_any(facilities, ['smelter', 'refinery', 'plant'])) AS processing,
    (SELECT count(*) FROM facts.site WHERE kind <> 'mine') AS processing_only,
    (SELECT count(DISTINCT site_id) FROM facts.owner) AS owned,
    (SELECT count(DISTINCT site_id) FROM facts.owner WHERE bloc <> 'unknown') AS owned_traced,
    (SELECT count(*) FROM facts.site WHERE list_contains(source_ids, 'orebridge_plants')) AS curated_plants,
    (SELECT count(*) FROM facts.claim) AS claims
