-- in:  facts.market_figure; $vintage = release of the Mineral Commodity Summaries
-- out: commodity, stage, form, year, low, high, status, printed, source_id: US net import reliance in percent, newest year of the release
-- grain: one commodity, stage and form. NULL: none
SELECT commodity, stage, form, year, low, high, status, printed, source_id
FROM facts.market_figure
WHERE figure = 'net_import_reliance' AND area = 'USA' AND vintage = $vintage
QUALIFY row_number() OVER (PARTITION BY commodity, stage, form ORDER BY year DESC, series) = 1
ORDER BY ALL
