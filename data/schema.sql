-- Facts of the bundle: immutable, read by everyone. One statement a table, every column with its unit and the meaning of NULL.
CREATE SCHEMA IF NOT EXISTS facts;

CREATE TABLE facts.site (
    site_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    aliases VARCHAR[] NOT NULL,
    iso3 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    lon DOUBLE NOT NULL,
    lat DOUBLE NOT NULL,
    location_accuracy VARCHAR NOT NULL,
    location_source_id VARCHAR NOT NULL,
    commodities VARCHAR[] NOT NULL,
    deposit_type VARCHAR NOT NULL,
    facilities VARCHAR[] NOT NULL,
    source_ids VARCHAR[] NOT NULL,
    record_count INTEGER NOT NULL,
    stage VARCHAR NOT NULL
);
COMMENT ON TABLE facts.site IS 'One located candidate site: a mine project, mine, separation plant, refinery, derivative-product plant or recycling plant.';
COMMENT ON COLUMN facts.site.site_id IS 'country, name and four hex digits of the record that named it; stable while that record exists';
COMMENT ON COLUMN facts.site.iso3 IS 'ISO 3166-1 alpha-3 of the country the point lies in';
COMMENT ON COLUMN facts.site.kind IS 'mine | separation | refinery | derivative | recycling';
COMMENT ON COLUMN facts.site.lon IS 'degrees east, EPSG:4326';
COMMENT ON COLUMN facts.site.lat IS 'degrees north, EPSG:4326';
COMMENT ON COLUMN facts.site.location_accuracy IS 'exact | approximate (within about 10 km) | centroid (of a town)';
COMMENT ON COLUMN facts.site.commodities IS 'commodity ids, the most telling source first';
COMMENT ON COLUMN facts.site.deposit_type IS 'deposit type; empty: no source says';
COMMENT ON COLUMN facts.site.facilities IS 'what stands there by the sources: mine, smelter, refinery, plant';
COMMENT ON COLUMN facts.site.stage IS 'newest claim of the stage; unknown: no source says';

CREATE TABLE facts.claim (
    site_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    value DOUBLE,
    text VARCHAR NOT NULL,
    commodity VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    low DOUBLE,
    high DOUBLE,
    as_of VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    chosen BOOLEAN NOT NULL
);
COMMENT ON TABLE facts.claim IS 'One value that one source gives for one attribute of a site. Several may speak; `chosen` marks the one that is scored.';
COMMENT ON COLUMN facts.claim.key IS 'source_id:native id of the record that the claim was read from';
COMMENT ON COLUMN facts.claim.value IS 'number in `unit`; NULL: the claim is words';
COMMENT ON COLUMN facts.claim.low IS 'lower end of the stated range in `unit`; NULL: no range stated';
COMMENT ON COLUMN facts.claim.high IS 'upper end of the stated range in `unit`; NULL: no range stated';
COMMENT ON COLUMN facts.claim.as_of IS 'ISO date or year the claim speaks of; empty: not stated';
COMMENT ON COLUMN facts.claim.method IS 'reported | estimated | machine-read (never scored) | inferred';

CREATE TABLE facts.commodity (
    commodity_id VARCHAR PRIMARY KEY,
    name_ja VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    grade_basis VARCHAR NOT NULL,
    grade_unit VARCHAR NOT NULL,
    group_id VARCHAR NOT NULL,
    subgroup VARCHAR NOT NULL,
    us_2025 BOOLEAN NOT NULL,
    japan_2009 BOOLEAN NOT NULL,
    eu_strategic BOOLEAN NOT NULL,
    world_production_basis VARCHAR NOT NULL,
    world_production_t DOUBLE,
    leading_country_iso3 VARCHAR NOT NULL,
    leading_share_pct DOUBLE,
    world_production_year INTEGER NOT NULL,
    us_import_reliance VARCHAR NOT NULL,
    us_consumption_t DOUBLE,
    us_reliance_low_pct DOUBLE,
    us_reliance_high_pct DOUBLE,
    us_net_imports_t DOUBLE,
    japan_consumption_t DOUBLE,
    japan_reliance_low_pct DOUBLE,
    japan_reliance_high_pct DOUBLE,
    price_usd_t DOUBLE,
    price_low_usd_t DOUBLE,
    price_high_usd_t DOUBLE
);
COMMENT ON TABLE facts.commodity IS 'Screened commodities (USGS names) with their lists and markets.';
COMMENT ON COLUMN facts.commodity.grade_unit IS 'unit of grade claims: %, ppm or g/t of grade_basis';
COMMENT ON COLUMN facts.commodity.world_production_t IS 'tonnes of world_production_basis in world_production_year; NULL: USGS gives no figure';
COMMENT ON COLUMN facts.commodity.us_import_reliance IS 'net import reliance of the US in % in world_production_year, as printed (">75", "E": net exporter); empty: not given';
COMMENT ON COLUMN facts.commodity.us_consumption_t IS 'apparent US consumption in tonnes a year of the grade basis (data/curated/mcs_series.csv); NULL: withheld or not given';
COMMENT ON COLUMN facts.commodity.us_net_imports_t IS 'imports less exports of the US in tonnes a year of the grade basis, where consumption is withheld; dysprosium and terbium: of all heavy rare earths together; NULL: not asked for';
COMMENT ON COLUMN facts.commodity.price_usd_t IS 'USD per tonne of the grade basis (data/curated/prices.csv); NULL: no price';
COMMENT ON COLUMN facts.commodity.price_low_usd_t IS 'least annual price of five years; no statistic';
COMMENT ON COLUMN facts.commodity.japan_consumption_t IS 'Japanese demand in tonnes a year of world_production_basis, of the year that data/curated/japan_consumption.csv states (2011 to 2024); NULL: no source found';
COMMENT ON COLUMN facts.commodity.japan_reliance_low_pct IS 'net import reliance, lower end; 0 to 100 where no source states it';
COMMENT ON COLUMN facts.commodity.us_reliance_low_pct IS 'net import reliance of the year of the consumption, lower end (">95": 95); 0: the US is a net exporter; NULL as us_consumption_t';

CREATE TABLE facts.country (
    iso3 VARCHAR PRIMARY KEY,
    iso2 VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    regulatory_quality DOUBLE,
    rule_of_law DOUBLE,
    lpi DOUBLE,
    bloc VARCHAR NOT NULL,
    covered BOOLEAN NOT NULL,
    frameworks INTEGER NOT NULL
);
COMMENT ON TABLE facts.country IS 'Countries with governance, logistics and their standing in the frameworks.';
COMMENT ON COLUMN facts.country.regulatory_quality IS 'World Bank WGI 2023, -2.5..2.5; NULL: no estimate';
COMMENT ON COLUMN facts.country.rule_of_law IS 'World Bank WGI 2023, -2.5..2.5; NULL: no estimate';
COMMENT ON COLUMN facts.country.lpi IS 'World Bank Logistics Performance Index 2023, 1..5; NULL: not ranked';
COMMENT ON COLUMN facts.country.bloc IS 'us | japan | partner | neutral | covered';

CREATE TABLE facts.port (
    wpi_no BIGINT,
    name VARCHAR,
    country VARCHAR,
    iso3 VARCHAR,
    lon DOUBLE,
    lat DOUBLE,
    harbor_size VARCHAR,
    depth_m DOUBLE,
    draught_m DOUBLE,
    handles VARCHAR,
    container_calls BIGINT,
    bulk_calls BIGINT,
    loads BOOLEAN,
    sea_km_japan DOUBLE,
    sea_km_us DOUBLE
);
COMMENT ON TABLE facts.port IS 'World Port Index, calls of ships, curated facts, and sea routes.';
COMMENT ON COLUMN facts.port.wpi_no IS 'number in the World Port Index; NULL: not in it, from data/curated/ports.csv or port_calls.csv';
COMMENT ON COLUMN facts.port.depth_m IS 'metres, the shallower of channel and cargo pier, the shallow end of a class of five feet; NULL: not given';
COMMENT ON COLUMN facts.port.draught_m IS 'metres, the largest draught that the port admits, depth_m where not stated; NULL: neither given';
COMMENT ON COLUMN facts.port.handles IS 'bulk | containers | bulk;containers; empty: nothing known';
COMMENT ON COLUMN facts.port.container_calls IS 'container ships a year (IMF PortWatch); NULL: none known';
COMMENT ON COLUMN facts.port.bulk_calls IS 'dry bulk carriers a year (IMF PortWatch); NULL: none known';
COMMENT ON COLUMN facts.port.loads IS 'whether ships of what it handles can load there: data/bundling/port_trade.py';
COMMENT ON COLUMN facts.port.sea_km_japan IS 'km by sea to the nearer of Yokohama and Kobe; NULL: off the network';

CREATE TABLE facts.sea_lane (
    from_lon DOUBLE NOT NULL,
    from_lat DOUBLE NOT NULL,
    to_lon DOUBLE NOT NULL,
    to_lat DOUBLE NOT NULL,
    km DOUBLE NOT NULL
);
COMMENT ON TABLE facts.sea_lane IS 'Pieces of the shipping network between two of its nodes, sailed either way; Arctic passages are left out. The ways to Japan and the US in facts.port run along them.';
COMMENT ON COLUMN facts.sea_lane.from_lon IS 'degrees, EPSG:4326';
COMMENT ON COLUMN facts.sea_lane.from_lat IS 'degrees, EPSG:4326';
COMMENT ON COLUMN facts.sea_lane.to_lon IS 'degrees, EPSG:4326';
COMMENT ON COLUMN facts.sea_lane.to_lat IS 'degrees, EPSG:4326';
COMMENT ON COLUMN facts.sea_lane.km IS 'length of the piece on WGS84';

CREATE TABLE facts.measurement (
    site_id VARCHAR NOT NULL,
    criterion_id VARCHAR NOT NULL,
    commodity VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    status VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    as_of VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    reference_group VARCHAR NOT NULL,
    reference_n INTEGER
);
COMMENT ON TABLE facts.measurement IS 'A criterion measured for a site, in the unit of the criterion. No row: unknown.';
COMMENT ON COLUMN facts.measurement.commodity IS 'commodity of interest; empty: the site''s main commodity, or not by commodity';
COMMENT ON COLUMN facts.measurement.value IS 'in the unit of the criterion, see scoring/criteria/criteria.toml';
COMMENT ON COLUMN facts.measurement.low IS 'lower end of the plausible range, same unit as value';
COMMENT ON COLUMN facts.measurement.status IS 'measured | modelled';
COMMENT ON COLUMN facts.measurement.target IS 'name of what was measured to, or the main commodity';
COMMENT ON COLUMN facts.measurement.reference_group IS 'deposit type, pathway or stage that the value rests on';

CREATE TABLE facts.gate (
    site_id VARCHAR NOT NULL,
    gate VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    target VARCHAR NOT NULL
);
COMMENT ON TABLE facts.gate IS 'Verdict of a gate for a site: pass | fail | unknown. No row: unknown.';
COMMENT ON COLUMN facts.gate.evidence IS 'code of the reason; the screens put it in words';

CREATE TABLE facts.owner (
    site_id VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    share_pct DOUBLE,
    share_stated BOOLEAN NOT NULL,
    company VARCHAR NOT NULL,
    ultimate_parent VARCHAR NOT NULL,
    parent_iso3 VARCHAR NOT NULL,
    bloc VARCHAR NOT NULL,
    covered_pct DOUBLE NOT NULL,
    as_of VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    parent_url VARCHAR NOT NULL
);
COMMENT ON TABLE facts.owner IS 'Owners of a site looked through to the ultimate parent.';
COMMENT ON COLUMN facts.owner.share_pct IS 'percent of the site; NULL: not stated and not to be inferred';
COMMENT ON COLUMN facts.owner.covered_pct IS 'percent of the owner that covered holders are known to have, one tier up; 50 or more counts as 100';
COMMENT ON COLUMN facts.owner.bloc IS 'us | japan | partner | neutral | covered | unknown';

CREATE TABLE facts.holding (
    held VARCHAR NOT NULL,
    holder VARCHAR NOT NULL,
    share_pct DOUBLE,
    share_kind VARCHAR NOT NULL,
    holder_iso3 VARCHAR NOT NULL,
    as_of VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    retrieved VARCHAR NOT NULL
);
COMMENT ON TABLE facts.holding IS 'Who holds how much of whom: edges of the ownership graph above the owners of facts.owner, one name a company, each cited.';
COMMENT ON COLUMN facts.holding.held IS 'company or project that is held; for a name: another spelling of holder, as owners of sites are written';
COMMENT ON COLUMN facts.holding.share_pct IS 'percent of held; NULL: not stated';
COMMENT ON COLUMN facts.holding.share_kind IS 'equity | votes | option (not exercised) | parent (named, share not stated) | seat (its own ultimate parent) | name (spelling)';
COMMENT ON COLUMN facts.holding.holder_iso3 IS 'country of the holder, or of the state that holds at least half of it; empty: no source says';

CREATE TABLE facts.partner_framework (
    framework_id VARCHAR, country_iso3 VARCHAR, partner VARCHAR, title VARCHAR, kind VARCHAR, date VARCHAR, status VARCHAR,
    bloc VARCHAR, evidence VARCHAR, source_url VARCHAR, as_of VARCHAR, retrieved VARCHAR
);
COMMENT ON TABLE facts.partner_framework IS 'Minerals frameworks of the US and Japan, one row a country and instrument, each cited.';

CREATE TABLE facts.permitting_pathway (
    pathway_id VARCHAR, country_iso3 VARCHAR, region VARCHAR, applies_to_kind VARCHAR, pathway VARCHAR, statistic VARCHAR,
    months VARCHAR, basis VARCHAR, sample_n VARCHAR, evidence VARCHAR, source_url VARCHAR, as_of VARCHAR, retrieved VARCHAR
);
COMMENT ON TABLE facts.permitting_pathway IS 'Published permitting durations and legal caps by jurisdiction, in months, each cited.';

CREATE TABLE facts.legal_flag (
    country_iso3 VARCHAR, flag VARCHAR, scope VARCHAR, evidence VARCHAR, source_url VARCHAR, as_of VARCHAR, retrieved VARCHAR
);
COMMENT ON TABLE facts.legal_flag IS 'Recorded legal bars to investment, by country, each cited. No row: nothing recorded, which is not a clearance.';

CREATE TABLE facts.buyer (
    buyer VARCHAR, ultimate_parent VARCHAR, country_iso3 VARCHAR, as_of VARCHAR, source_url VARCHAR, evidence VARCHAR, retrieved VARCHAR
);
COMMENT ON TABLE facts.buyer IS 'Where the buyers that offtake claims name have their seat (of the ultimate parent), each cited.';

CREATE TABLE facts.name_ja (kind VARCHAR, key VARCHAR, name_ja VARCHAR, source_url VARCHAR, as_of VARCHAR, retrieved VARCHAR);
COMMENT ON TABLE facts.name_ja IS 'Japanese names of sites, companies and commodities as a source writes them, each cited; several for one are possible, the first is shown.';
COMMENT ON COLUMN facts.name_ja.kind IS 'site | company | commodity';
COMMENT ON COLUMN facts.name_ja.key IS 'site_id, commodity_id, or a name of facts.owner or facts.holding';

CREATE TABLE facts.product (site_id VARCHAR, commodity VARCHAR);
COMMENT ON TABLE facts.product IS 'What a project or plant of the ledgers of data/curated is built to sell; a site without rows is in none: anything it holds may be sold.';

CREATE TABLE facts.market_figure (
    commodity VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    figure VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    period VARCHAR NOT NULL,
    scenario VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    unit VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,
    printed VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    estimated BOOLEAN NOT NULL,
    conversion VARCHAR NOT NULL,
    series VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    vintage VARCHAR NOT NULL
);
COMMENT ON TABLE facts.market_figure IS 'One printed figure of a market publication: production, capacity, reserves, shares, reliance, demand; a row a cell of its table and vintage.';
COMMENT ON COLUMN facts.market_figure.stage IS 'mine | intermediate | refined | metal | product; empty: of no stage';
COMMENT ON COLUMN facts.market_figure.form IS 'what the figure is of where the stage has several, such as ferrosilicon; empty: the main one';
COMMENT ON COLUMN facts.market_figure.figure IS 'production | capacity | reserves | consumption | imports | exports | net_import_reliance | us_import_source_share | supply_share | demand | eu_supply_risk | eu_economic_importance (2023, no unit, of no stage)';
COMMENT ON COLUMN facts.market_figure.area IS 'ISO 3166-1 alpha-3 | world | other: the residual of all countries that the table does not name, never a country';
COMMENT ON COLUMN facts.market_figure.year IS 'last year that the figure speaks of; period says it as printed';
COMMENT ON COLUMN facts.market_figure.scenario IS 'of a projection: base, STEPS, APS, NZE; empty: none';
COMMENT ON COLUMN facts.market_figure.value IS 'in unit of basis; NULL: withheld, not available, or a bound; of a range its middle';
COMMENT ON COLUMN facts.market_figure.low IS 'lower end in unit of basis; 0 where nothing is known';
COMMENT ON COLUMN facts.market_figure.high IS 'upper end in unit of basis; NULL: no upper bound is printed';
COMMENT ON COLUMN facts.market_figure.unit IS 't (tonnes of basis) | %; empty: a number without unit';
COMMENT ON COLUMN facts.market_figure.printed IS 'the cell as the publication prints it, in its unit';
COMMENT ON COLUMN facts.market_figure.status IS 'number | range | less than | more than | withheld | not available | net exporter';
COMMENT ON COLUMN facts.market_figure.estimated IS 'whether the publisher marks it as an estimate or a projection';
COMMENT ON COLUMN facts.market_figure.conversion IS 'how the printed number became tonnes of basis; empty: only its unit was changed';

CREATE TABLE facts.trade_code (
    hs92 VARCHAR NOT NULL,
    commodity VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    whole BOOLEAN NOT NULL,
    factor DOUBLE,
    factor_low DOUBLE,
    factor_high DOUBLE,
    basis VARCHAR NOT NULL,
    conversion VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    caveat VARCHAR NOT NULL
);
COMMENT ON TABLE facts.trade_code IS 'What is traded under a code of the Harmonized System 1992, at which stage, and what a gross tonne holds.';
COMMENT ON COLUMN facts.trade_code.whole IS 'whether the codes of the commodity and stage that are in the data cover its trade';
COMMENT ON COLUMN facts.trade_code.factor IS 'tonnes of basis in a gross tonne; NULL: no factor is known';
COMMENT ON COLUMN facts.trade_code.factor_low IS 'lower end of the factor; NULL as factor';
COMMENT ON COLUMN facts.trade_code.factor_high IS 'upper end of the factor; NULL as factor';

CREATE TABLE facts.trade_flow (
    year INTEGER NOT NULL,
    hs92 VARCHAR NOT NULL,
    exporter VARCHAR NOT NULL,
    importer VARCHAR NOT NULL,
    quantity_t DOUBLE,
    quantity_missing_kusd DOUBLE NOT NULL,
    value_kusd DOUBLE NOT NULL
);
COMMENT ON TABLE facts.trade_flow IS 'Trade by year, code, exporter and importer (BACI), gross tonnes; countries outside the frameworks are summed as other.';
COMMENT ON COLUMN facts.trade_flow.exporter IS 'ISO 3166-1 alpha-3 | other';
COMMENT ON COLUMN facts.trade_flow.quantity_t IS 'gross tonnes; NULL: of no flow of the row is the weight known';
COMMENT ON COLUMN facts.trade_flow.quantity_missing_kusd IS 'thousand USD of the flows whose weight is not known';
COMMENT ON COLUMN facts.trade_flow.value_kusd IS 'thousand USD of all flows of the row';

CREATE TABLE facts.political_stability (
    iso3 VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    estimate DOUBLE,
    se DOUBLE,
    instability DOUBLE
);
COMMENT ON TABLE facts.political_stability IS 'Political stability and absence of violence (World Bank WGI), newest year.';
COMMENT ON COLUMN facts.political_stability.estimate IS '-2.5 to 2.5, more is more stable; NULL: no estimate';
COMMENT ON COLUMN facts.political_stability.se IS 'standard error of the estimate; NULL: no estimate';
COMMENT ON COLUMN facts.political_stability.instability IS '0 the most stable economy of the year, 1 the least; NULL: no estimate';

CREATE TABLE facts.chain_link (
    commodity VARCHAR, input_form VARCHAR, output_form VARCHAR, process VARCHAR, evidence VARCHAR, source_url VARCHAR, as_of VARCHAR, retrieved VARCHAR
);
COMMENT ON TABLE facts.chain_link IS 'Which form of a commodity a step of its supply chain takes and which it gives, each cited (data/curated/chain_links.csv). No row: no step is known.';
COMMENT ON COLUMN facts.chain_link.commodity IS 'commodity id; rare earths stand for their elements';
COMMENT ON COLUMN facts.chain_link.input_form IS 'id of scoring/supply/chain_forms.toml, as output_form';

CREATE TABLE facts.former_id (former_id VARCHAR, site_id VARCHAR);
COMMENT ON TABLE facts.former_id IS 'Ids under which an earlier version published a site that is now part of another.';

CREATE TABLE facts.left_out (reason VARCHAR, rows BIGINT);
COMMENT ON TABLE facts.left_out IS 'Rows of the sources that did not become sites, by reason.';

-- Stage at which the US consumption or net import reliance of a commodity is counted (USGS MCS 2026).
CREATE VIEW facts.counted_stage AS
SELECT
    commodity,
    coalesce(max(stage) FILTER (figure = 'consumption' AND area = 'USA'), max(stage) FILTER (figure = 'net_import_reliance' AND NOT starts_with(form, 'ferro'))) AS stage
FROM facts.market_figure
GROUP BY commodity;
COMMENT ON VIEW facts.counted_stage IS 'Stage at which the US consumption or reliance of a commodity is counted; NULL: not counted.';

-- What a country must import of a commodity, net: the one statement of demand x reliance. A commodity is counted at the stage that the US reliance
-- counts, else at that of its trade codes. First what sources state (US consumption x net import reliance, or net imports where consumption is
-- withheld, USGS MCS 2026; Japanese demand x stated reliance); else net imports of the newest year by BACI, with the content factors of the codes,
-- where the codes cover the stage, are of the grade basis and every factor is known; else Japanese demand with a reliance of 0 to 100.
CREATE VIEW facts.import_gap AS
WITH code AS (
    SELECT
        t.*, coalesce(c.stage, t.stage) AS counted_stage,
        t.whole AND t.factor_low IS NOT NULL AND (
            t.basis IN (k.grade_basis, k.symbol)
            OR (t.basis, k.grade_basis) IN (('natural graphite', 'graphitic C'), ('REO', 'TREO'), ('barite', 'BaSO4'), ('fluorspar', 'CaF2'))
        ) AS usable
    FROM facts.trade_code AS t
    JOIN facts.commodity AS k ON k.commodity_id = t.commodity
    LEFT JOIN facts.counted_stage AS c USING (commodity)
    -- Metal is another form of what is refined: its codes belong to a gap that is counted there.
    WHERE t.stage = coalesce(c.stage, t.stage) OR (t.stage = 'metal' AND c.stage = 'refined')
),
net AS (
    SELECT
        f.year, f.hs92, d.desk AS country, sum(CASE WHEN f.importer = d.iso3 THEN f.quantity_t ELSE -f.quantity_t END ORDER BY f.importer, f.exporter) AS tonnes
    FROM facts.trade_flow AS f
    JOIN (VALUES ('us', 'USA'), ('japan', 'JPN')) AS d (desk, iso3) ON (f.importer = d.iso3) <> (f.exporter = d.iso3)
    WHERE f.year = (SELECT max(year) FROM facts.trade_flow)
    GROUP BY ALL
),
traded AS (
    SELECT
        n.country, c.commodity, any_value(c.counted_stage) AS stage, any_value(n.year) AS year,
        greatest(0, sum(least(n.tonnes * c.factor_low, n.tonnes * c.factor_high) ORDER BY hs92)) AS low_t,
        greatest(0, sum(greatest(n.tonnes * c.factor_low, n.tonnes * c.factor_high) ORDER BY hs92)) AS high_t
    FROM code AS c
    JOIN net AS n USING (hs92)
    WHERE c.commodity NOT IN (SELECT commodity FROM code WHERE NOT usable) AND n.tonnes IS NOT NULL
    GROUP BY n.country, c.commodity
    HAVING count(DISTINCT c.counted_stage) = 1
),
told AS (
    SELECT
        'us' AS country, commodity_id AS commodity, coalesce(us_net_imports_t, us_consumption_t) AS demand_t,
        CASE WHEN us_net_imports_t IS NULL THEN us_reliance_low_pct ELSE 100 END AS low_pct,
        CASE WHEN us_net_imports_t IS NULL THEN us_reliance_high_pct ELSE 100 END AS high_pct,
        CASE WHEN us_net_imports_t IS NULL THEN 'consumption' WHEN subgroup = 'heavy' THEN 'net_imports_heavy' ELSE 'net_imports' END AS how,
        world_production_year AS year, 'usgs_mcs_2026' AS source_id
    FROM facts.commodity
    UNION ALL
    -- Of aluminum and magnesium the Japanese tonnes are of metal and the grade basis is not: no other figure is of that basis.
    SELECT
        'japan', commodity_id,
        CASE WHEN world_production_basis <> '' OR us_net_imports_t IS NOT NULL OR us_consumption_t IS NOT NULL OR symbol = grade_basis THEN japan_consumption_t END,
        japan_reliance_low_pct, japan_reliance_high_pct, 'consumption', NULL, 'orebridge_japan_consumption'
    FROM facts.commodity
)
SELECT
    t.country, t.commodity, c.stage, t.demand_t AS demand_low_t, t.demand_t AS demand_high_t, t.low_pct AS reliance_low_pct,
    t.high_pct AS reliance_high_pct, t.demand_t * t.low_pct / 100 AS low_t, t.demand_t * t.high_pct / 100 AS high_t, t.how, t.year, t.source_id
FROM told AS t
LEFT JOIN facts.counted_stage AS c USING (commodity)
LEFT JOIN traded AS b USING (country, commodity)
WHERE t.demand_t IS NOT NULL AND t.low_pct IS NOT NULL AND (b.low_t IS NULL OR (t.low_pct, t.high_pct) <> (0, 100))
UNION ALL
SELECT b.country, b.commodity, b.stage, b.low_t, b.high_t, 100, 100, b.low_t, b.high_t, 'trade', b.year, 'baci_2024'
FROM traded AS b
LEFT JOIN told AS t USING (country, commodity)
WHERE t.demand_t IS NULL OR t.low_pct IS NULL OR (t.low_pct, t.high_pct) = (0, 100);
COMMENT ON VIEW facts.import_gap IS 'Net imports that a country needs of a commodity, tonnes a year of the grade basis, as an interval; no row: unknown.';

-- World share of the country that leads at the stage at which the gap of a commodity is counted, as the page Supply shows it: of USGS MCS 2026, else of
-- the IEA's newest year, else of the EU's assessment of 2023. Where none has a table of that stage: the leading producer of the MCS
-- (facts.commodity), else that of the first stage that has a table.
CREATE VIEW facts.leading_share AS
WITH area AS (
    SELECT
        commodity, stage, source_id, year, area, sum(low ORDER BY low) AS low, sum(coalesce(high, low) ORDER BY high, low) AS high
    FROM facts.market_figure
    WHERE figure IN ('production', 'supply_share') AND scenario = '' AND form = '' AND status NOT IN ('withheld', 'not available')
      AND (source_id IN ('usgs_mcs_2026', 'eu_crm_2023') OR (source_id = 'iea_minerals_2025' AND year < 2025))
    GROUP BY commodity, stage, source_id, year, area
    QUALIFY year = max(year) OVER (PARTITION BY commodity, stage, source_id)
),
whole AS (
    SELECT
        commodity, stage, source_id, any_value(year) AS year, sum(low ORDER BY area) FILTER (named) AS low, sum(high ORDER BY area) FILTER (named) AS high,
        max(low) FILTER (area = 'other') AS other_low, max(high) FILTER (area = 'other') AS other_high, max(low) FILTER (area = 'world') AS world,
        first({'area': area, 'low': low, 'high': high} ORDER BY low + high DESC, area) FILTER (named) AS leader
    FROM (SELECT *, area NOT IN ('other', 'world') AS named FROM area)
    GROUP BY ALL
    HAVING sum(high) FILTER (named) > 0
),
-- The residual of the IEA is what is left of the world: its own of refined nickel counts a named country twice. Printed percentages stand as printed.
rest AS (
    SELECT
        w.* REPLACE (
            CASE WHEN world IS NULL THEN coalesce(other_low, 0) ELSE greatest(0, world - high) END AS other_low,
            CASE WHEN world IS NULL THEN coalesce(other_high, 0) ELSE greatest(0, world - low) END AS other_high
        )
    FROM (SELECT * REPLACE (CASE WHEN source_id = 'iea_minerals_2025' THEN world END AS world) FROM whole) AS w
),
found AS (
    SELECT
        commodity, stage, leader['area'] AS iso3, source_id, year,
        CASE source_id WHEN 'eu_crm_2023' THEN leader['low'] ELSE 100 * leader['low'] / (leader['low'] + high - leader['high'] + other_high) END AS low_pct,
        CASE source_id WHEN 'eu_crm_2023' THEN leader['high'] ELSE 100 * leader['high'] / (leader['high'] + low - leader['low'] + other_low) END AS high_pct
    FROM rest
    QUALIFY row_number() OVER (
        PARTITION BY commodity, stage ORDER BY list_position(['usgs_mcs_2026', 'iea_minerals_2025', 'eu_crm_2023'], source_id)
    ) = 1
)
SELECT
    k.commodity_id AS commodity, coalesce(f.stage, CASE WHEN k.leading_share_pct IS NULL THEN o.stage ELSE '' END) AS stage,
    coalesce(f.iso3, nullif(k.leading_country_iso3, ''), o.iso3) AS iso3,
    coalesce(f.low_pct, k.leading_share_pct, o.low_pct) AS low_pct, coalesce(f.high_pct, k.leading_share_pct, o.high_pct) AS high_pct,
    coalesce(f.source_id, CASE WHEN k.leading_share_pct IS NULL THEN o.source_id ELSE 'usgs_mcs_2026' END) AS source_id,
    coalesce(f.year, CASE WHEN k.leading_share_pct IS NULL THEN o.year ELSE k.world_production_year END) AS year
FROM facts.commodity AS k
LEFT JOIN facts.counted_stage AS c ON c.commodity = k.commodity_id
LEFT JOIN found AS f ON f.commodity = k.commodity_id AND f.stage = c.stage
LEFT JOIN (
    FROM found
    QUALIFY row_number() OVER (PARTITION BY commodity ORDER BY list_position(['refined', 'mine', 'metal', 'intermediate', 'product'], stage)) = 1
) AS o ON o.commodity = k.commodity_id
WHERE coalesce(f.low_pct, k.leading_share_pct, o.low_pct) IS NOT NULL;
COMMENT ON VIEW facts.leading_share IS 'Leading country of a commodity and its share of world supply at the stage at which the gap is counted; no row: unknown.';

-- What users brought, beside the facts: the columns of the facts and the owner. Written by `workspace.attach` alone.
CREATE SCHEMA IF NOT EXISTS user_data;
CREATE TABLE user_data.site AS SELECT '' AS owner, * FROM facts.site LIMIT 0;
COMMENT ON TABLE user_data.site IS 'A candidate site that a user brought.';
COMMENT ON COLUMN user_data.site.owner IS 'user who imported the layer that it came from';
CREATE TABLE user_data.claim AS SELECT '' AS owner, * FROM facts.claim LIMIT 0;
COMMENT ON TABLE user_data.claim IS 'What the user''s table says of a site of theirs.';
CREATE TABLE user_data.measurement AS SELECT '' AS owner, * FROM facts.measurement LIMIT 0;
COMMENT ON TABLE user_data.measurement IS 'A criterion measured for a user''s site, on a user''s layer, or from milestones that a user entered.';
COMMENT ON COLUMN user_data.measurement.owner IS 'user whose site, layer or milestone it is; empty: not recorded';
CREATE TABLE user_data.gate AS SELECT '' AS owner, * FROM facts.gate LIMIT 0;
COMMENT ON TABLE user_data.gate IS 'Verdict of a gate for a user''s site.';
CREATE TABLE user_data.replaced (
    owner VARCHAR NOT NULL,
    site_id VARCHAR NOT NULL,
    criterion_id VARCHAR NOT NULL
);
COMMENT ON TABLE user_data.replaced IS 'A criterion of a site on which the user knows better: what the facts hold of it does not count.';
CREATE TABLE user_data.measured_criterion (
    criterion_id VARCHAR PRIMARY KEY
);
COMMENT ON TABLE user_data.measured_criterion IS 'Criteria of users that were measured for every site; one without any row is unknown everywhere.';
CREATE TABLE user_data.beyond (
    owner VARCHAR NOT NULL,
    site_id VARCHAR NOT NULL,
    criterion_id VARCHAR NOT NULL
);
COMMENT ON TABLE user_data.beyond IS 'A site beyond the ground that a user''s layer speaks of: the criterion does not apply to it.';

CREATE TABLE user_data.fact AS SELECT '' AS owner, * FROM facts.claim LIMIT 0;
COMMENT ON TABLE user_data.fact IS 'What a user states of a site with a source: scored in place of every other claim of that attribute and commodity while it stands.';
COMMENT ON COLUMN user_data.fact.key IS 'own:fact:site; of a grade without a tonnage of the user: that of the record whose tonnage it stands with';
CREATE TABLE user_data.price (commodity_id VARCHAR PRIMARY KEY, usd_per_t DOUBLE NOT NULL, owner VARCHAR NOT NULL);
COMMENT ON TABLE user_data.price IS 'USD per tonne of the grade basis that a user puts in place of the cited price.';
CREATE TABLE user_data.holder AS SELECT '' AS added_by, * FROM facts.owner LIMIT 0;
COMMENT ON TABLE user_data.holder IS 'Owners of a site as a user states them, looked through to the ultimate parent; they stand in place of those of the facts.';

-- What is listed, ranked and shown: the facts joined with what users brought.
CREATE SCHEMA IF NOT EXISTS combined;
CREATE VIEW combined.site AS
SELECT
    s.* REPLACE (
        coalesce(f.stage, s.stage) AS stage,
        list_concat(s.commodities, list_filter(coalesce(f.commodities, []), lambda c: NOT list_contains(s.commodities, c))) AS commodities
    )
FROM (FROM facts.site UNION ALL BY NAME SELECT * EXCLUDE (owner) FROM user_data.site) AS s
LEFT JOIN (
    SELECT
        site_id, max(text) FILTER (attribute = 'stage') AS stage,
        list_sort(list(DISTINCT commodity) FILTER (attribute = 'grade')) AS commodities
    FROM user_data.fact
    GROUP BY site_id
) AS f USING (site_id);
-- Step of the supply chain, inside which sites are compared. A line that recovers a metal of which nearly all comes along with another
-- (companionality: Nassar, Graedel and Harper (2015), Science Advances 1, e1400180, Fig. 1) is a by-product line, by its first commodity.
CREATE VIEW combined.step AS
SELECT
    site_id,
    CASE
        WHEN kind = 'mine' THEN 'mines'
        WHEN kind = 'recycling' OR (kind = 'refinery' AND commodities[1] IN ('gallium', 'germanium', 'indium', 'tellurium', 'rhenium', 'scandium', 'hafnium'))
        THEN 'recycling'
        WHEN kind = 'derivative' THEN 'derivatives'
        ELSE 'processing'
    END AS step
FROM combined.site;
CREATE VIEW combined.claim AS
SELECT c.* REPLACE (c.chosen AND f.site_id IS NULL AS chosen)
FROM (FROM facts.claim UNION ALL BY NAME SELECT * EXCLUDE (owner) FROM user_data.claim) AS c
LEFT JOIN (SELECT DISTINCT site_id, attribute, commodity FROM user_data.fact) AS f USING (site_id, attribute, commodity)
UNION ALL BY NAME SELECT * EXCLUDE (owner) FROM user_data.fact;
-- Tonnage by record (key), in million tonnes: that of the user for all records of the site that hold a grade or a tonnage, then with its source
-- and date; source_id and as_of NULL: those of the record.
CREATE VIEW combined.tonnage AS
WITH record AS (
    SELECT site_id, key, max(value) FILTER (attribute = 'tonnage_mt') AS ore_mt
    FROM combined.claim
    WHERE attribute IN ('grade', 'tonnage_mt')
    GROUP BY site_id, key
)
SELECT r.key, coalesce(f.value, r.ore_mt) AS ore_mt, f.source_id, f.as_of
FROM record AS r
LEFT JOIN user_data.fact AS f ON f.site_id = r.site_id AND f.attribute = 'tonnage_mt'
WHERE coalesce(f.value, r.ore_mt) IS NOT NULL;
-- Owners with what is known of their share, in % of the site. fresh: stated within five years (of 2026). floor_pct is held at least,
-- point_pct likely: of a sole owner whose share no source states, the 5th percentile and the mean of the 413 sites whose sole named owner
-- has a stated share; of several, nothing and equal parts of what the stated shares leave.
CREATE VIEW combined.owner AS
SELECT
    * EXCLUDE (owners, unstated, stated_pct), as_of >= '2021' AS fresh,
    CASE WHEN share_pct IS NOT NULL THEN share_pct WHEN owners = 1 THEN 51 ELSE 0 END AS floor_pct,
    CASE WHEN share_pct IS NOT NULL THEN share_pct WHEN owners = 1 THEN 94 ELSE greatest(0, 100 - stated_pct) / unstated END AS point_pct
FROM (
    SELECT
        *, count(*) OVER of_site AS owners, count(*) FILTER (share_pct IS NULL) OVER of_site AS unstated,
        coalesce(sum(share_pct) OVER of_site, 0) AS stated_pct
    FROM (
        FROM facts.owner ANTI JOIN user_data.holder USING (site_id)
        UNION ALL BY NAME SELECT * EXCLUDE (added_by) FROM user_data.holder
    )
    WINDOW of_site AS (PARTITION BY site_id)
);
-- The candidates: what joint support could bring to product. basis: 'stage' (stated within five years of 2026: from exploration to construction,
-- or stopped for a time), 'need' (operating, and a source of these years says that an expansion, a restart or a new line needs money; one that
-- was to be done before 2026 by its own words is taken to be done), 'own' (brought by a user, and not closed). Laboratories, pilot and demonstration
-- works are none, by what a source says of their scale or by their name. stated: when the stage was stated, '' where the user gives no date.
CREATE VIEW combined.project AS
WITH wanted AS (
    SELECT
        site_id, attribute, text,
        list_max(regexp_extract_all(regexp_replace(concat_ws(' ', text, detail), 'since \d\d\d\d', ''), '\b(?:FY ?|20)(\d\d)\b', 1)) AS last_year
    FROM combined.claim
    WHERE as_of >= '2021' AND attribute IN ('expansion', 'funding_state')
),
needing AS (
    SELECT DISTINCT site_id
    FROM wanted
    WHERE CASE attribute WHEN 'expansion' THEN coalesce(last_year, '26') >= '26' ELSE text IN ('seeking', 'partly') END
),
staged AS (
    SELECT site_id, max(as_of) AS stated FROM combined.claim WHERE attribute = 'stage' AND chosen GROUP BY site_id
)
SELECT
    s.site_id, coalesce(c.stated, '') AS stated,
    CASE WHEN s.stage = 'operating' THEN 'need' WHEN u.site_id IS NULL THEN 'stage' ELSE 'own' END AS basis
FROM combined.site AS s
LEFT JOIN staged AS c USING (site_id)
LEFT JOIN user_data.site AS u USING (site_id)
LEFT JOIN needing AS n USING (site_id)
LEFT JOIN (
    SELECT DISTINCT site_id FROM combined.claim WHERE attribute = 'scale' AND text IN ('laboratory', 'pilot', 'demonstration')
) AS trial USING (site_id)
WHERE trial.site_id IS NULL AND NOT regexp_matches(s.name, '\b(demonstration|pilot|laborator(y|ies)|LabFab\w*)\b', 'i') AND CASE
    WHEN s.stage IN (
        'exploration', 'resource', 'prefeasibility', 'feasibility', 'permitted', 'planned', 'construction', 'care and maintenance', 'suspended'
    ) THEN c.stated >= '2021' OR u.site_id IS NOT NULL
    WHEN s.stage = 'operating' THEN n.site_id IS NOT NULL
    ELSE s.stage = 'unknown' AND u.site_id IS NOT NULL
END;
CREATE VIEW combined.price AS
SELECT k.commodity_id, coalesce(p.usd_per_t, k.price_usd_t) AS usd_per_t
FROM facts.commodity AS k
LEFT JOIN user_data.price AS p USING (commodity_id);
CREATE VIEW combined.gate AS
FROM facts.gate ANTI JOIN user_data.gate USING (site_id, gate)
UNION ALL BY NAME SELECT * EXCLUDE (owner) FROM user_data.gate;
CREATE VIEW combined.measurement AS
FROM facts.measurement ANTI JOIN user_data.replaced USING (site_id, criterion_id)
UNION ALL BY NAME SELECT * EXCLUDE (owner) FROM user_data.measurement;
