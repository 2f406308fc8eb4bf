-- in:  incoming: what the users' tables say, columns of own_claim and owner
-- out: claims like any other, chosen, since nobody else speaks of the site
INSERT INTO user_data.claim BY NAME
SELECT
    owner, site_id, 'own:' || layer_id AS source_id, 'own:' || layer_id || ':' || site_id AS key, attribute, value, text, commodity, unit,
    NULL::DOUBLE AS low, NULL::DOUBLE AS high, as_of, '' AS scope, 'reported' AS method, '' AS url, '' AS detail, true AS chosen
FROM incoming
