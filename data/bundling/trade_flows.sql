-- in:  $path = BACI as Parquet; $codes = HS92 codes; $named = countries that keep their name; $first_year;
--      $leading = how many exporters of a code keep their name
-- out: year, hs92, exporter, importer, quantity_t, quantity_missing_kusd, value_kusd
-- grain: one year, code, exporter and importer; flows between two countries without a name of their own are one row
-- NULL: quantity_t where no flow of the row has a weight. S19 is "Other Asia, not elsewhere specified", in practice Taiwan.
-- ref: Gaulier, G., Zignago, S. (2010), BACI, CEPII Working Paper 2010-23
WITH flow AS (
    SELECT year::INTEGER AS year, hs92, quantity_t::DOUBLE AS quantity_t, value_kusd::DOUBLE AS value_kusd,
        CASE exporter WHEN 'S19' THEN 'TWN' ELSE exporter END AS exporter,
        CASE importer WHEN 'S19' THEN 'TWN' ELSE importer END AS importer
    FROM read_parquet($path)
    WHERE hs92 IN (SELECT unnest($codes)) AND year >= $first_year
),
exported AS (SELECT hs92, exporter, sum(quantity_t) AS tonnes FROM flow GROUP BY ALL),
leader AS (
    SELECT hs92, exporter FROM exported
    QUALIFY row_number() OVER (PARTITION BY hs92 ORDER BY tonnes DESC NULLS LAST, exporter) <= $leading
),
named AS (
    SELECT f.* REPLACE (
        CASE WHEN f.exporter IN (SELECT unnest($named)) OR l.hs92 IS NOT NULL THEN f.exporter ELSE 'other' END AS exporter,
        CASE WHEN f.importer IN (SELECT unnest($named)) THEN f.importer ELSE 'other' END AS importer
    )
    FROM flow f LEFT JOIN leader l ON l.hs92 = f.hs92 AND l.exporter = f.exporter
)
SELECT year, hs92, exporter, importer, round(sum(quantity_t), 3) AS quantity_t,
    round(coalesce(sum(value_kusd) FILTER (WHERE quantity_t IS NULL), 0), 3) AS quantity_missing_kusd,
    round(sum(value_kusd), 3) AS value_kusd
FROM named
GROUP BY ALL
ORDER BY year, hs92, exporter, importer
