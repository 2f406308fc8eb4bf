-- in:     facts.commodity; $commodity
-- out:    commodity_id: the commodity, the members of its group if it is one, and the group that it belongs to
-- grain:  one row a commodity
-- NULL:   none
SELECT commodity_id FROM facts.commodity WHERE commodity_id = $commodity OR group_id = $commodity
UNION
SELECT group_id FROM facts.commodity WHERE commodity_id = $commodity AND group_id <> ''
