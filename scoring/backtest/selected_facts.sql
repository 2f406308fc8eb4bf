-- in:     combined.claim, combined.owner, combined.site; $lists = list of structs (list_id, source_id, url_contains); $no_site = sources that by themselves
--         are no reason for a site to be there: the lists, and tables that only add facts to records of others
-- out:    site_id, what (attribute of a claim that is scored (of offtake every claim is) | 'location' | 'site'), list_id
-- grain:  one row a site and thing that is known because the site was selected; 'site': the whole site is there for that reason alone
-- NULL:   none
-- ref:    data/curated/selection_lists.csv says which sources are lists, and why
WITH lists AS (SELECT unnest($lists::STRUCT(list_id VARCHAR, source_id VARCHAR, url_contains VARCHAR)[], recursive := true)),
stated AS (
    SELECT site_id, attribute AS what, source_id, url FROM combined.claim WHERE chosen OR attribute = 'offtake'
    UNION ALL
    SELECT site_id, 'owner', source_id, url FROM combined.owner
    UNION ALL
    SELECT site_id, 'location', location_source_id, '' FROM combined.site
),
found AS (
    SELECT s.site_id, s.what, l.list_id
    FROM stated AS s
    JOIN lists AS l ON s.source_id = l.source_id OR (l.url_contains <> '' AND contains(s.url, l.url_contains))
    UNION ALL
    SELECT s.site_id, 'site', l.list_id
    FROM combined.site AS s
    JOIN lists AS l ON list_contains(s.source_ids, l.source_id)
    WHERE len(list_filter(s.source_ids, lambda x: NOT list_contains($no_site::VARCHAR[], x))) = 0
)
SELECT site_id, what, min(list_id) AS list_id
FROM found
GROUP BY site_id, what
ORDER BY site_id, what
