-- in:  incoming: what users state of sites, columns of data.user_facts.StoredFact and source_id; user_data.fact is empty
-- out: claims, chosen in place of those of the facts. A grade stands with the record of the grade that it replaces, else of the tonnage that
--      is scored, so that it keeps a tonnage; a fact of a site that is not there is passed over
INSERT INTO user_data.fact BY NAME
WITH record AS (
    SELECT site_id, attribute, commodity, min(key) AS key
    FROM combined.claim
    WHERE chosen AND attribute IN ('grade', 'tonnage_mt')
    GROUP BY ALL
)
SELECT
    i.owner, i.site_id, i.source_id,
    CASE WHEN i.attribute = 'grade' THEN coalesce(g.key, t.key, 'own:fact:' || i.site_id) ELSE 'own:fact:' || i.site_id END AS key,
    i.attribute, i.value::DOUBLE AS value, i.text, i.commodity, i.unit, i.low::DOUBLE AS low, i.high::DOUBLE AS high, i.as_of, '' AS scope,
    'reported' AS method, i.source_url AS url, i.note AS detail, true AS chosen
FROM incoming AS i
SEMI JOIN combined.site AS s ON s.site_id = i.site_id
LEFT JOIN record AS g ON g.site_id = i.site_id AND g.attribute = 'grade' AND g.commodity = i.commodity
LEFT JOIN record AS t ON t.site_id = i.site_id AND t.attribute = 'tonnage_mt';
