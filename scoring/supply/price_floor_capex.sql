-- in:     $commodity; combined.claim, facts.commodity
-- out:    site_id, capex_musd (as the newest page states it, of one day the least; million USD), url, as_of (of that page)
-- grain:  one row a site with a stated capital cost in USD and an output of this commodity, or of members of its group, alone
-- NULL:   none
-- ref:    of works with several products a capital cost says nothing of one of them
WITH newest AS (
    SELECT c.site_id, c.value, c.url, c.as_of
    FROM combined.claim AS c
    WHERE c.attribute = 'capex' AND c.unit = 'USD M' AND c.value > 0
      AND c.method NOT IN ('unconfirmed', 'machine-read', 'inferred')
    QUALIFY rank() OVER (PARTITION BY c.site_id ORDER BY c.as_of DESC NULLS LAST) = 1
)
SELECT site_id, min(value) AS capex_musd, min_by(url, value) AS url, min_by(as_of, value) AS as_of
FROM newest
WHERE site_id IN (
    SELECT o.site_id
    FROM combined.claim AS o
    JOIN facts.commodity AS k ON k.commodity_id = o.commodity
    WHERE o.attribute IN ('capacity_t_y', 'planned_output_t_y', 'capacity_other_t_y')
    GROUP BY o.site_id
    HAVING bool_and(o.commodity = $commodity OR k.group_id = $commodity)
)
GROUP BY site_id
ORDER BY site_id
