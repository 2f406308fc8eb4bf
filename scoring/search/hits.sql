-- in:     search_name (site_id, kind, label, folded: normalised), combined.site; $forms (list of the ways to normalise what is looked for, not empty)
-- out:    site_id, kind, label, how: 'whole' (the whole name) | 'start' (begins a word) | 'inside'
-- grain:  one row a site and label that matches
-- rule:   a symbol matches as a whole; of a commodity its names match from their beginning, Latin ones from three letters on
WITH asked AS (
    SELECT unnest($forms::VARCHAR[]) AS form
),
hits AS (
    SELECT
        n.site_id, n.kind, n.label,
        CASE WHEN n.folded = a.form THEN 'whole' WHEN contains(' ' || n.folded, ' ' || a.form) THEN 'start' ELSE 'inside' END AS how
    FROM search_name AS n
    JOIN asked AS a ON CASE n.kind
        WHEN 'symbol' THEN n.folded = a.form
        WHEN 'commodity' THEN starts_with(n.folded, a.form) AND (length(a.form) > 2 OR strlen(a.form) > length(a.form))
        ELSE contains(n.folded, a.form)
    END
)
SELECT site_id, kind, label, how FROM hits WHERE kind NOT IN ('commodity', 'symbol')
UNION ALL
SELECT s.site_id, 'commodity', h.label, h.how
FROM (SELECT site_id, unnest(commodities) AS commodity FROM combined.site) AS s
JOIN hits AS h ON h.kind IN ('commodity', 'symbol') AND h.site_id = s.commodity
