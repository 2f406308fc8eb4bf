-- in:     combined.site, combined.claim (prc_customers, prc_technology: the newest, of 2021 or later)
-- out:    site_id, gate (prc_technology | prc_customers), verdict (fail: yes | pass: the operator says none | unknown), evidence (code), target (as stated)
-- grain:  one row a site and gate
-- NULL:   none; no statement is unknown
-- ref:    fields of their own, as EXIM's supply chain resiliency rules keep them apart; they answer a question and put no site behind (gate_counts.sql)
SELECT
    s.site_id, g.gate,
    CASE
        WHEN p.text IS NULL THEN 'unknown' WHEN starts_with(p.text, 'none') THEN 'pass'
        WHEN regexp_matches(p.text, '^(sells to|uses) ') THEN 'fail' ELSE 'unknown'
    END AS verdict,
    CASE
        WHEN p.text IS NULL THEN 'no_source' WHEN starts_with(p.text, 'none') THEN 'stated_none'
        WHEN regexp_matches(p.text, '^(sells to|uses) ') THEN 'stated' WHEN starts_with(p.text, 'sold') THEN 'ended' ELSE 'intent'
    END AS evidence,
    CASE WHEN p.text IS NULL THEN '' ELSE p.text || ' (' || p.as_of || ')' END AS target
FROM combined.site AS s
CROSS JOIN (VALUES ('prc_technology'), ('prc_customers')) AS g (gate)
LEFT JOIN (
    SELECT site_id, attribute, any_value(text) AS text, any_value(as_of) AS as_of
    FROM combined.claim WHERE attribute IN ('prc_customers', 'prc_technology') AND chosen AND as_of >= '2021' GROUP BY site_id, attribute
) AS p ON p.site_id = s.site_id AND p.attribute = g.gate
