-- in:     $file (a scored Parquet file: cell, score, known_share), $top (how many cells are listed)
-- out:    cells, scored, checksum (XOR of hashes of cell and score, as text), bins (4,096 counts of scores 0..1),
--         best (list of struct of cell and score: the best, of equal scores the lower id first)
-- grain:  one row
-- NULL:   none
WITH ranked AS (
    SELECT cell, score FROM read_parquet($file) WHERE score IS NOT NULL ORDER BY score DESC, cell LIMIT $top
),
counted AS (
    SELECT least(floor(score * 4096), 4095)::INTEGER AS bin, count(*) AS cells
    FROM read_parquet($file) WHERE score IS NOT NULL GROUP BY bin
),
whole AS (
    SELECT count(*) AS cells, count(score) AS scored, coalesce(bit_xor(hash(cell, score)), 0)::VARCHAR AS checksum
    FROM read_parquet($file)
)
SELECT cells,
       scored,
       checksum,
       (SELECT coalesce(list({'bin': bin, 'cells': cells} ORDER BY bin), []) FROM counted) AS bins,
       (SELECT coalesce(list({'cell': cell, 'score': score} ORDER BY score DESC, cell), []) FROM ranked) AS best
FROM whole
