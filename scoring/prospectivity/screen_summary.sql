-- in:     $file (a scored Parquet file: cell, score, known_share), $top (how many cells are listed)
-- out:    cells, scored, checksum (XOR of hashes of cell and score, as text), bins (4,096 counts of scores 0..1),
--         best (list of struct of cell and score: the best, of equal scores the lower id first)
-- grain:  one row
-- NULL:   none
WITH ranked AS (
    SELECT cell, score FROM read_parquet($file) WHERE score IS NOT NULL ORDER BY score DESC, cell LIMIT $top
),
-- `least` comes after counting: over all rows it takes longer than the count; 4,096 is a score of exactly 1.
counted AS (
    SELECT floor(score * 4096)::INTEGER AS place, count(*) AS cells, bit_xor(hash(cell, score)) AS checksum
    FROM read_parquet($file) GROUP BY place
),
binned AS (
    SELECT if(place IS NULL, NULL, least(place, 4095)) AS bin, sum(cells)::BIGINT AS cells, bit_xor(checksum) AS checksum
    FROM counted GROUP BY bin
)
SELECT coalesce(sum(cells), 0)::BIGINT AS cells,
       coalesce(sum(cells) FILTER (bin IS NOT NULL), 0)::BIGINT AS scored,
       coalesce(bit_xor(checksum), 0)::VARCHAR AS checksum,
       coalesce(list({'bin': bin, 'cells': cells} ORDER BY bin) FILTER (bin IS NOT NULL), []) AS bins,
       (SELECT coalesce(list({'cell': cell, 'score': score} ORDER BY score DESC, cell), []) FROM ranked) AS best
FROM binned
