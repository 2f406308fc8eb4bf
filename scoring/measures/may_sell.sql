-- in:     facts.product, facts.commodity, combined.site
-- out:    site_id, commodity: what a site of the ledgers may sell of what it holds: its products, their groups and the members of those
-- grain:  one row a site and commodity; a site without rows is in no ledger: it may sell anything
-- NULL:   none
CREATE OR REPLACE TEMP TABLE may_sell AS
SELECT site_id, commodity FROM facts.product
UNION
SELECT p.site_id, k.commodity_id FROM facts.product AS p JOIN facts.commodity AS k ON k.group_id = p.commodity
UNION
SELECT p.site_id, k.group_id FROM facts.product AS p JOIN facts.commodity AS k ON k.commodity_id = p.commodity WHERE k.group_id = 'rare earths'
