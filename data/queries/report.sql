-- in:  facts.site, facts.claim, facts.owner, facts.market_figure, facts.trade_flow
-- out: one row with the counts that say how far the bundle reaches, and how old its facts are
-- ref: a stage or owner counts for a year where the claim that is scored, or shown as owner, was stated then or later;
--      capex_known, output_known: sites with a capital cost, and with a capacity or planned output
WITH chosen AS (SELECT site_id, attribute FROM facts.claim WHERE chosen GROUP BY ALL)
SELECT
    (SELECT count(*) FROM facts.site) AS located,
    (SELECT count(*) FROM facts.site AS s
     WHERE EXISTS (FROM chosen AS c WHERE c.site_id = s.site_id AND c.attribute = 'grade')
       AND EXISTS (FROM chosen AS c WHERE c.site_id = s.site_id AND c.attribute IN ('tonnage_mt', 'contained_t'))) AS graded,
    (SELECT count(*) FROM facts.site WHERE kind <> 'mine' OR list_has_any(facilities, ['smelter', 'refinery', 'plant'])) AS processing,
    (SELECT count(*) FROM facts.site WHERE kind <> 'mine') AS processing_only,
    (SELECT count(DISTINCT site_id) FROM facts.owner) AS owned,
    (SELECT count(DISTINCT site_id) FROM facts.owner WHERE bloc <> 'unknown') AS owned_traced,
    (SELECT count(*) FROM facts.site WHERE list_contains(source_ids, 'orebridge_plants')) AS curated_plants,
    (SELECT count(*) FROM facts.claim) AS claims,
    (SELECT count(*) FROM facts.market_figure) AS market_figures,
    (SELECT count(*) FROM facts.trade_flow) AS trade_flows,
    (SELECT count(*) FROM facts.site WHERE list_contains(source_ids, 'orebridge_projects')) AS ledger_projects,
    (SELECT count(DISTINCT site_id) FROM facts.claim WHERE chosen AND attribute = 'stage' AND as_of >= '2023') AS stage_stated_2023,
    (SELECT count(DISTINCT site_id) FROM facts.owner WHERE as_of >= '2021') AS owner_dated_2021,
    (SELECT count(DISTINCT site_id) FROM facts.claim WHERE chosen AND attribute = 'capex') AS capex_known,
    (SELECT count(DISTINCT site_id) FROM facts.claim
     WHERE chosen AND attribute IN ('capacity_t_y', 'capacity_other_t_y', 'planned_output_t_y')) AS output_known,
    (SELECT count(DISTINCT site_id) FROM facts.claim WHERE chosen AND attribute = 'stage' AND method = 'inferred') AS stage_inferred,
    (SELECT count(DISTINCT site_id) FROM facts.claim
     WHERE chosen AND attribute = 'stage' AND text = 'operating' AND as_of < '2015') AS operating_stated_before_2015
