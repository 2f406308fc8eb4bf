-- in:     $files (as in screen_statistics.sql), $slot (0 to 15: the column)
-- out:    code, cells
-- grain:  one row a code that occurs
-- NULL:   none; cells without data are left out
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
SELECT code, count(*) AS cells
FROM (
    SELECT CASE $slot
           WHEN 0 THEN e00
           WHEN 1 THEN e01
           WHEN 2 THEN e02
           WHEN 3 THEN e03
           WHEN 4 THEN e04
           WHEN 5 THEN e05
           WHEN 6 THEN e06
           WHEN 7 THEN e07
           WHEN 8 THEN e08
           WHEN 9 THEN e09
           WHEN 10 THEN e10
           WHEN 11 THEN e11
           WHEN 12 THEN e12
           WHEN 13 THEN e13
           WHEN 14 THEN e14
           WHEN 15 THEN e15
           END AS code
    FROM cells
)
WHERE code IS NOT NULL
GROUP BY code
ORDER BY code
