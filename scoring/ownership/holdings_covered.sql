-- in:     edge, entity of holdings_edges.sql and holdings_entities.sql; $root (entity), $steps (tiers), $fresh (year)
-- out:    known, possible (0..1 of root): what covered holders have by the rule, without and with all that is unknown
-- grain:  one row; none where root is in no edge
-- NULL:   none; what is unknown, and what rests on a statement of before $fresh, is the width between the two
-- ref:    89 FR 37079 (DOE final interpretive rule): covered holders cumulate; half or more counts as the whole, below it shares
--         multiply; a company seated in a covered nation is covered. Least and greatest fixed point of one monotone map: exact after as
--         many steps as tiers where there is no cycle, from outside where there is (known never too high, possible never too low).
WITH RECURSIVE above AS (
    SELECT $root::VARCHAR AS entity UNION SELECT e.holder FROM above AS a JOIN edge AS e ON e.held = a.entity
),
near AS (SELECT n.* FROM entity AS n JOIN above AS a USING (entity)),
weighed AS (
    SELECT *, CASE WHEN share >= 0.5 - 1e-9 OR (basis = 'parent' AND share > 0) THEN 1 ELSE share END AS weight, as_of < $fresh AS stale FROM edge
),
state AS (
    SELECT entity, covered::INTEGER::DOUBLE AS known, 1::DOUBLE AS possible, 0 AS step FROM near
    UNION ALL
    SELECT
        entity, CASE WHEN covered OR held >= 0.5 - 1e-9 THEN 1 ELSE held END, CASE WHEN covered OR held_possible + open >= 0.5 - 1e-9 THEN 1 ELSE held_possible + open END,
        step + 1
    FROM (
        SELECT
            n.entity, n.covered, any_value(p.step) AS step, coalesce(sum(w.weight * s.known), 0) AS held,
            coalesce(sum(w.weight * CASE WHEN w.stale THEN 1 ELSE s.possible END), 0) AS held_possible,
            n.rest * CASE WHEN n.traced THEN coalesce(max(s.possible) FILTER (w.share IS NULL), 0) ELSE 1 END AS open
        FROM near AS n
        CROSS JOIN (SELECT max(step) AS step FROM state) AS p
        LEFT JOIN weighed AS w ON w.held = n.entity
        LEFT JOIN state AS s ON s.entity = w.holder
        WHERE p.step < $steps
        GROUP BY n.entity, n.covered, n.rest, n.traced
    )
)
SELECT known, possible FROM state WHERE entity = $root AND step = $steps
