-- in:     $files (Parquet files of a grid: cell UBIGINT and codes e00 .. e15, of which some may be absent)
-- out:    cells, known (a count a column), low, high (least and largest code a column)
-- grain:  one row
-- NULL:   low and high of a column without data, or that is absent
WITH cells AS (
    SELECT NULL::UBIGINT AS cell,
           NULL::UTINYINT AS e00, NULL::UTINYINT AS e01, NULL::UTINYINT AS e02, NULL::UTINYINT AS e03,
           NULL::UTINYINT AS e04, NULL::UTINYINT AS e05, NULL::UTINYINT AS e06, NULL::UTINYINT AS e07,
           NULL::UTINYINT AS e08, NULL::UTINYINT AS e09, NULL::UTINYINT AS e10, NULL::UTINYINT AS e11,
           NULL::UTINYINT AS e12, NULL::UTINYINT AS e13, NULL::UTINYINT AS e14, NULL::UTINYINT AS e15
    WHERE false
    UNION ALL BY NAME
    SELECT cell, COLUMNS('^e[0-9][0-9]$') FROM read_parquet($files)
)
SELECT count(*) AS cells,
       [
           count(e00), count(e01), count(e02), count(e03), count(e04), count(e05), count(e06), count(e07),
           count(e08), count(e09), count(e10), count(e11), count(e12), count(e13), count(e14), count(e15)
       ] AS known,
       [
           min(e00), min(e01), min(e02), min(e03), min(e04), min(e05), min(e06), min(e07), min(e08), min(e09),
           min(e10), min(e11), min(e12), min(e13), min(e14), min(e15)
       ] AS low,
       [
           max(e00), max(e01), max(e02), max(e03), max(e04), max(e05), max(e06), max(e07), max(e08), max(e09),
           max(e10), max(e11), max(e12), max(e13), max(e14), max(e15)
       ] AS high
FROM cells
