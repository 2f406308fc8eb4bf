-- in:     combined.site; $deposit_types (list; empty: any), $commodity (empty: any), $approximate (whether places known
--         to some kilometres count)
-- out:    site_id, name, iso3, lon, lat (EPSG:4326 degrees), deposit_type, accuracy
-- grain:  one row a mine, deposit or occurrence of the database with a place; plants and recycling are left out
-- NULL:   none; sites without a place are left out
SELECT site_id, name, iso3, lon, lat, deposit_type, location_accuracy AS accuracy
FROM combined.site
WHERE kind = 'mine'
  AND lon IS NOT NULL AND lat IS NOT NULL
  AND (len($deposit_types) = 0 OR list_contains($deposit_types, deposit_type))
  AND ($commodity = '' OR list_contains(commodities, $commodity))
  AND (location_accuracy = 'exact' OR ($approximate AND location_accuracy = 'approximate'))
ORDER BY site_id
