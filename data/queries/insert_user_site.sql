-- in:  a value a column of own_site
-- out: the row is there
INSERT INTO own_site VALUES (
    $layer_id, $site_id, $name, $iso3, $kind, $lon, $lat, $location_accuracy, $commodities, $deposit_type, $stage
)
