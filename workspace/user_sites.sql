-- in:  incoming: the users' sites, columns of own_site and owner
-- out: they are sites like any other, with the user's layer as their source
INSERT INTO user_data.site BY NAME
SELECT
    owner, site_id, name, []::VARCHAR[] AS aliases, iso3, kind, lon, lat, location_accuracy, 'own:' || layer_id AS location_source_id,
    commodities, deposit_type, []::VARCHAR[] AS facilities, ['own:' || layer_id] AS source_ids, 1 AS record_count, stage
FROM incoming
