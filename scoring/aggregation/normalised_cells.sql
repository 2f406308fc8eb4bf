-- in:     weighted_cells(s) of cells.sql; s: normalisation
-- out:    cells(id, version, j, axis, u, w): the same with u scaled by the values of the listed rows: goalposts (as it is), minmax, max, sum or vector
-- grain:  one row an id, version and criterion
-- NULL:   none; a criterion whose known values are all alike becomes 0 under minmax, and stays as it is under the others where they are 0
-- ref:    normalisations of TOPSIS and its kin: Jahan and Edwards (2015), Materials and Design 65, 335-342. All but `goalposts` depend
--         on which rows are listed.
CREATE OR REPLACE MACRO normalised_cells(s) AS TABLE
WITH raw AS MATERIALIZED (
    FROM weighted_cells(s)
),
ends AS (
    SELECT j, min(u) AS low, max(u) AS high, sum(u) AS total, sqrt(sum(u * u)) AS length FROM raw WHERE version = 'known' GROUP BY j
)
SELECT
    c.id, c.version, c.j, c.axis,
    CASE
        WHEN s['normalisation'] = 'minmax' THEN CASE WHEN high > low THEN greatest(0, (u - low) / (high - low)) ELSE 0 END
        WHEN s['normalisation'] = 'max' AND high > 0 THEN u / high
        WHEN s['normalisation'] = 'sum' AND total > 0 THEN u / total
        WHEN s['normalisation'] = 'vector' AND length > 0 THEN u / length
        ELSE u
    END AS u,
    c.w
FROM raw AS c
LEFT JOIN ends AS e USING (j)
