-- in:     combined.site, combined.owner, facts.holding, facts.name_ja, facts.commodity
-- out:    site_id (of a commodity: its id), kind ('name' | 'alias' | 'name_ja' | 'owner' | 'parent' | 'holder' | 'commodity' | 'symbol'), label (as a source
--         writes it; of a Japanese name of a company the Latin one beside it; of a commodity the id that is named, which may be
--         that of its group), text (what is looked for in, not normalised)
-- grain:  one row a site, kind and text; of commodities one row a commodity and word
-- NULL:   never
-- holder: who holds the owner, up to four steps above it; another spelling of a company (share_kind 'name') is no step of its own
WITH RECURSIVE owned AS (
    SELECT DISTINCT site_id, unnest([owner, company]) AS company, 'owner' AS kind FROM combined.owner
    UNION
    SELECT DISTINCT site_id, ultimate_parent, 'parent' FROM combined.owner
),
above AS (
    SELECT site_id, company, kind, 0 AS steps FROM owned WHERE company <> ''
    UNION
    SELECT a.site_id, h.holder, 'holder', a.steps + 1
    FROM above AS a
    JOIN facts.holding AS h ON h.held = a.company AND h.holder <> a.company
    WHERE a.steps < 4
),
companies AS (
    SELECT site_id, company, min_by(kind, CASE kind WHEN 'owner' THEN 0 WHEN 'parent' THEN 1 ELSE 2 END) AS kind
    FROM above
    GROUP BY site_id, company
),
members AS (
    SELECT commodity_id, commodity_id AS of FROM facts.commodity
    UNION
    SELECT commodity_id, group_id FROM facts.commodity WHERE group_id <> ''
)
SELECT site_id, 'name' AS kind, name AS label, name AS text FROM combined.site
UNION
SELECT site_id, 'alias', alias, alias FROM (SELECT site_id, unnest(aliases) AS alias FROM combined.site)
UNION
SELECT s.site_id, 'name_ja', n.name_ja, n.name_ja FROM combined.site AS s JOIN facts.name_ja AS n ON n.kind = 'site' AND n.key = s.site_id
UNION
SELECT site_id, kind, company, company FROM companies
UNION
SELECT c.site_id, c.kind, n.name_ja || ' (' || c.company || ')', n.name_ja
FROM companies AS c JOIN facts.name_ja AS n ON n.kind = 'company' AND n.key = c.company
UNION
SELECT commodity_id, 'commodity', commodity_id, unnest([commodity_id, name_ja]) FROM facts.commodity
UNION
SELECT m.commodity_id, 'commodity', m.of, n.name_ja FROM members AS m JOIN facts.name_ja AS n ON n.kind = 'commodity' AND n.key = m.of
UNION
SELECT commodity_id, 'symbol', commodity_id, symbol FROM facts.commodity WHERE symbol <> ''
