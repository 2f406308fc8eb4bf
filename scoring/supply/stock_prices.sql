-- in:     $commodity; combined.price (the user's price, else the cited one), facts.commodity
-- out:    usd_per_t, cited, low, high (least and greatest annual price of five years): USD per tonne of the grade basis
-- grain:  one row for the commodity
-- NULL:   no price
SELECT p.usd_per_t, k.price_usd_t AS cited, k.price_low_usd_t AS low, k.price_high_usd_t AS high
FROM combined.price AS p
JOIN facts.commodity AS k USING (commodity_id)
WHERE commodity_id = $commodity
