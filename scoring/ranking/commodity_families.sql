-- in:     facts.commodity
-- out:    commodity_id, member: a commodity with itself, the members of its group if it is one, and the group that it
--         belongs to (neodymium also as rare earths)
-- grain:  one row a commodity and member
-- NULL:   none
CREATE OR REPLACE MACRO commodity_families() AS TABLE
SELECT commodity_id, commodity_id AS member FROM facts.commodity
UNION
SELECT group_id, commodity_id FROM facts.commodity WHERE group_id <> ''
UNION
SELECT commodity_id, group_id FROM facts.commodity WHERE group_id <> ''
