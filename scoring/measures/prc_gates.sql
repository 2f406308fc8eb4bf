-- in:     combined.site, combined.claim (prc_customers, prc_technology of 2021 or later, no weak ones: what is in force before what has ended or is
--         meant; of them the newest)
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
    SELECT site_id, attribute, text, as_of
    FROM combined.claim
    WHERE attribute IN ('prc_customers', 'prc_technology') AND method <> 'unconfirmed' AND as_of >= '2021'
    QUALIFY row_number() OVER (PARTITION BY site_id, attribute ORDER BY regexp_matches(text, '^(sells to|uses) ') DESC, as_of DESC, text) = 1
) AS p ON p.site_id = s.site_id AND p.attribute = g.gate
