-- in:     search_name; $words (list of normalised words, two or more)
-- out:    site_id, kind, label, how ('words'): the names of which each has one of the words, of sites that have all of them in some name
-- grain:  one row a site and label
WITH hits AS (
    SELECT n.site_id, n.kind, n.label, list_filter($words::VARCHAR[], lambda w: contains(' ' || n.folded, ' ' || w)) AS words
    FROM search_name AS n
    WHERE n.kind NOT IN ('commodity', 'symbol')
),
sited AS (
    SELECT * FROM hits WHERE len(words) > 0
    UNION ALL
    SELECT s.site_id, 'commodity', n.label, list_filter($words::VARCHAR[], lambda w: n.folded = w)
    FROM (SELECT site_id, unnest(commodities) AS commodity FROM combined.site) AS s
    JOIN search_name AS n ON n.kind IN ('commodity', 'symbol') AND n.site_id = s.commodity AND list_contains($words::VARCHAR[], n.folded)
),
complete AS (
    SELECT site_id FROM sited GROUP BY site_id HAVING len(list_distinct(flatten(list(words)))) = len(list_distinct($words::VARCHAR[]))
)
SELECT DISTINCT site_id, kind, label, 'words' AS how FROM sited SEMI JOIN complete USING (site_id)
