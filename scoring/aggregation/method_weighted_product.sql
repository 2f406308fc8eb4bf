-- in:     cells(id, version, j, axis, u, w), u >= 0; $least = the smallest u that counts
-- out:    id, version, score = product of u^w, log10_score
-- grain:  one row an id and version
-- NULL:   log10_score where the score is 0
-- ref:    Bridgman (1922); Miller and Starr (1969). A single 0 takes the whole score to 0; with $least above 0 it costs much instead.
SELECT
    id, version,
    CASE WHEN bool_or(greatest(u, $least) <= 0) THEN 0 ELSE exp(sum(w * ln(greatest(u, $least, 1e-300)))) END AS score,
    CASE WHEN bool_or(greatest(u, $least) <= 0) THEN NULL ELSE sum(w * log10(greatest(u, $least, 1e-300))) END AS log10_score
FROM cells
GROUP BY id, version
