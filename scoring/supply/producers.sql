-- in:  facts.market_figure; $vintage = release of the Mineral Commodity Summaries
-- out: commodity, stage, form, source_id, vintage, year, basis, unit, area, low, high, kept_back
-- grain: one area of one table and year, series of parts added up; projections left out. Of USGS and EU the residual (other), whose
--     rounded world totals do not add up; of the IEA the world total, since its rest of refined nickel counts a named country twice
-- NULL: none; low and high are 0 where nothing is published. kept_back: withheld or not available, then not counted
SELECT commodity, stage, form, source_id, vintage, year, basis, unit, area,
    coalesce(sum(low) FILTER (WHERE NOT status IN ('withheld', 'not available')), 0) AS low,
    coalesce(sum(coalesce(high, low)) FILTER (WHERE NOT status IN ('withheld', 'not available')), 0) AS high,
    bool_and(status IN ('withheld', 'not available')) AS kept_back
FROM facts.market_figure
WHERE figure IN ('production', 'supply_share') AND scenario = '' AND area <> CASE WHEN source_id LIKE 'iea%' THEN 'other' ELSE 'world' END
  AND (source_id NOT LIKE 'usgs%' OR vintage = $vintage) AND (source_id NOT LIKE 'iea%' OR year < vintage::INTEGER)
GROUP BY ALL
ORDER BY ALL
