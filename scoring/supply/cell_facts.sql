-- in:  facts.market_figure, facts.trade_code, facts.trade_flow; $commodity, $stage
-- out: figure, form, area, period, scenario, printed, value, low, high, unit, basis, status, estimated, conversion, series, source_id, vintage
-- grain: one printed figure of the cell; NULL: value and high as in facts.market_figure
SELECT figure, form, area, year, period, scenario, printed, value, low, high, unit, basis, status, estimated, conversion, series, source_id, vintage
FROM facts.market_figure
WHERE commodity = $commodity AND stage IN ($stage, '')
ORDER BY array_position(['net_import_reliance', 'production', 'supply_share', 'us_import_source_share', 'consumption', 'capacity', 'reserves'], figure)
    NULLS LAST, figure, vintage DESC, source_id DESC, year DESC, form, value DESC NULLS LAST, area, scenario, series
