-- in:     cells(id, version, j, axis, u, w), u >= 0; $lam = share of the sum, 0..1; $least = the smallest u that counts
-- out:    id, version, score = lam x weighted sum + (1 - lam) x weighted product
-- grain:  one row an id and version
-- NULL:   none
-- ref:    Zavadskas, Turskis, Antucheviciene and Zakarevicius (2012)
SELECT
    id, version,
    $lam * sum(w * u)
    + (1 - $lam) * CASE WHEN bool_or(greatest(u, $least) <= 0) THEN 0 ELSE exp(sum(w * ln(greatest(u, $least, 1e-300)))) END AS score
FROM cells
GROUP BY id, version
