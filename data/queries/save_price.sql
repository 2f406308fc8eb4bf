-- in:  $commodity, $usd_per_t, $owner, $at
-- out: the price of the commodity; an earlier one is replaced
INSERT OR REPLACE INTO own_price VALUES ($commodity, $usd_per_t, $owner, $at)
