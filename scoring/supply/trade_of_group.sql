-- in:  facts.trade_flow, facts.trade_code, facts.political_stability; $members = ISO3 codes of the group
-- out: commodity, stage, year, hs92, side (imports | exports), partner, tonnes (gross), instability (0 to 1), whole, basis, factor_low, factor_high
-- grain: one code, year, side and partner outside the group; what members trade among themselves is left out
-- NULL: instability where the partner has no estimate or is the sum of others; factors where none is known; flows without a weight are left out
WITH side AS (
    SELECT year, hs92, 'imports' AS side, exporter AS partner, quantity_t AS tonnes FROM facts.trade_flow
    WHERE importer IN (SELECT unnest($members)) AND NOT exporter IN (SELECT unnest($members))
    UNION ALL
    SELECT year, hs92, 'exports', importer, quantity_t FROM facts.trade_flow
    WHERE exporter IN (SELECT unnest($members)) AND NOT importer IN (SELECT unnest($members))
)
SELECT c.commodity, c.stage, s.year, s.hs92, s.side, s.partner, sum(s.tonnes) AS tonnes, any_value(w.instability) AS instability,
    any_value(c.whole) AS whole, any_value(c.basis) AS basis, any_value(c.factor_low) AS factor_low, any_value(c.factor_high) AS factor_high
FROM side s
JOIN facts.trade_code c ON c.hs92 = s.hs92
LEFT JOIN facts.political_stability w ON w.iso3 = s.partner
WHERE s.tonnes IS NOT NULL
GROUP BY c.commodity, c.stage, s.year, s.hs92, s.side, s.partner
ORDER BY 1, 2, 3, 4, 5, 6
