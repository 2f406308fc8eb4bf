-- in:     facts.port, facts.country
-- out:    name, iso3, lon, lat (EPSG:4326), sea_km_japan, sea_km_us, covered
-- grain:  one row a port where ships load ore, concentrate or containers in trade, and that the shipping network reaches
-- NULL:   none; a port whose country is unknown is not covered
-- ref:    data/bundling/port_trade.py; covered nation: 10 USC 4872
SELECT
    p.name, coalesce(p.iso3, '') AS iso3, p.lon, p.lat, p.sea_km_japan, p.sea_km_us,
    coalesce(c.covered, FALSE) AS covered
FROM facts.port AS p
LEFT JOIN facts.country AS c ON c.iso3 = p.iso3
WHERE p.loads AND p.sea_km_japan IS NOT NULL
ORDER BY p.wpi_no NULLS LAST, p.name, p.lon, p.lat
