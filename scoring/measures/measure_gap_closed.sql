-- in:     $market ('us' | 'japan': whose gap); $only (ids of the sites that are asked for, NULL: all); site_output, stated_output, payable(site_id, commodity, share),
--         main_commodity(site_id, commodity), facts.commodity, facts.import_gap, facts.leading_share
-- out:    site_id, commodity, value, low, high (%), source_id, as_of, target (commodity of the gap; of '': what is sold), reference_group (of '': the
--         group whose gap it is, if not its own), reference_n, status
-- grain:  one row a site and commodity; '' for the product of which most is closed in both countries together (on the logarithmic scale of the score), among those that the site sells: the
--         main commodity, what it states an output of, and where it states none what is a tenth of the value of the ore or more; an element without figures takes its
--         group's row
-- NULL:   none; without output or without a figure of the gap there is no row (unknown), nor for a metal of the ore that a project does not sell; the country exports more than it imports: 0
-- ref:    `site_output.sql`. That a plan comes to nothing is told by the chance of product, not here
WITH market AS (
    SELECT d.country, k.commodity_id, k.group_id, l.low_pct, l.high_pct, g.low_t, g.high_t, g.how
    FROM facts.commodity AS k
    CROSS JOIN (VALUES ('us'), ('japan')) AS d (country)
    LEFT JOIN facts.leading_share AS l ON l.commodity = k.commodity_id
    LEFT JOIN facts.import_gap AS g ON g.commodity = k.commodity_id AND g.country = d.country
),
gap AS (
    SELECT
        k.country, k.commodity_id, m.commodity_id AS target, coalesce(k.low_pct, m.low_pct) AS risk_low_pct,
        coalesce(k.high_pct, m.high_pct) AS risk_high_pct, m.low_t, m.high_t, m.how
    FROM market AS k
    JOIN market AS m ON m.country = k.country AND m.commodity_id = CASE WHEN k.high_t IS NULL THEN k.group_id ELSE k.commodity_id END
    WHERE m.high_t IS NOT NULL AND coalesce(k.low_pct, m.low_pct) IS NOT NULL
),
closed AS (
    SELECT
        g.country, o.site_id, o.commodity, o.preference, g.target, o.source_id, o.as_of,
        CASE WHEN g.how = 'trade' THEN 'modelled' ELSE o.status END AS status, g.risk_low_pct, g.risk_high_pct,
        (g.risk_low_pct + g.risk_high_pct) / 2 AS risk_pct,
        CASE WHEN high_t > 0 THEN least(1, o.tonnes * 2 / (low_t + high_t)) ELSE 0 END AS share,
        CASE WHEN high_t > 0 THEN least(1, o.least / high_t) ELSE 0 END AS share_low,
        CASE WHEN high_t > 0 THEN least(1, o.most / greatest(low_t, 1e-9)) ELSE 0 END AS share_high
    FROM site_output AS o
    JOIN gap AS g ON g.commodity_id = o.commodity
    WHERE (o.preference = 1 OR g.target = o.commodity) AND ($only IS NULL OR list_contains($only, o.site_id))
    QUALIFY row_number() OVER (PARTITION BY g.country, o.site_id, o.commodity ORDER BY o.preference, o.tonnes DESC) = 1
),
by_commodity AS (
    FROM closed
    UNION ALL
    SELECT c.* REPLACE (k.commodity_id AS commodity)
    FROM closed AS c
    JOIN market AS k ON k.country = c.country AND k.group_id = c.commodity
    WHERE k.high_t IS NULL
      AND NOT EXISTS (FROM closed AS own WHERE own.country = c.country AND own.site_id = c.site_id AND own.commodity = k.commodity_id)
),
-- One product for both countries, so that a row tells of one metal.
product AS (
    SELECT c.site_id, c.commodity
    FROM by_commodity AS c
    LEFT JOIN main_commodity AS m USING (site_id)
    LEFT JOIN facts.commodity AS k ON k.commodity_id = m.commodity
    LEFT JOIN payable AS p ON p.site_id = c.site_id AND p.commodity = c.commodity
    WHERE EXISTS (FROM closed AS own WHERE own.site_id = c.site_id AND own.commodity = c.commodity)
      AND c.preference < 3
      AND (
          c.preference = 1 OR m.commodity IS NULL OR c.commodity IN (m.commodity, k.group_id)
          OR p.share >= 0.1 AND NOT EXISTS (FROM stated_output AS s WHERE s.site_id = c.site_id)
      )
    GROUP BY c.site_id, c.commodity
    QUALIFY row_number() OVER (
        PARTITION BY c.site_id ORDER BY sum(ln(greatest(c.share * c.risk_pct, 0.01) / 0.01)) DESC, c.commodity
    ) = 1
),
every AS (
    SELECT *, '' AS reference_group FROM by_commodity
    UNION ALL
    SELECT c.* REPLACE ('' AS commodity, c.commodity AS target), CASE WHEN c.target = c.commodity THEN '' ELSE c.target END
    FROM by_commodity AS c
    JOIN product AS p USING (site_id, commodity)
)
SELECT
    site_id, commodity, share * risk_pct AS value, share_low * risk_low_pct AS low, share_high * risk_high_pct AS high,
    source_id, as_of, target, reference_group, NULL::INTEGER AS reference_n, status
FROM every
WHERE country = $market
