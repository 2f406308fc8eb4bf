-- in:  facts.market_figure, facts.trade_code; $commodity, $stage, $codes (list of HS 1992 codes)
-- out: figures (printed figures of production, demand, shares or reliance of the commodity at the stage), traded (those of the codes that are in the data)
-- grain: one row. NULL: traded where none is in the data
SELECT
    (
        SELECT count(*) FROM facts.market_figure
        WHERE commodity = $commodity AND stage = $stage
          AND figure IN ('production', 'capacity', 'supply_share', 'demand', 'consumption', 'net_import_reliance', 'imports', 'exports')
    ) AS figures,
    (SELECT list(hs92 ORDER BY hs92) FROM facts.trade_code WHERE list_contains($codes::VARCHAR[], hs92)) AS traded
