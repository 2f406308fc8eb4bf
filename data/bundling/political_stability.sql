-- in:  $path = Worldwide Governance Indicators, political stability and absence of violence, as Parquet
-- out: iso3, year, estimate, se, instability; grain: one economy, of the newest year
-- NULL: no estimate. instability: 0 the most stable economy of the year, 1 the least.
-- ref: Kaufmann, D., Kraay, A. (2024), Worldwide Governance Indicators; scaling as in GeoPolRisk (doi 10.21105/joss.09600)
SELECT "Code" AS iso3, "Year"::INTEGER AS year, "Estimate" AS estimate, "StdErr" AS se, "Normalized" AS instability
FROM read_parquet($path)
WHERE "Year" = (SELECT max("Year") FROM read_parquet($path))
ORDER BY iso3
