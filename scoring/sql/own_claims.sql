-- in:  incoming: what the user's table says, columns of own_claim
-- out: claims like any other, chosen, since nobody else speaks of the site
INSERT INTO facts.claim BY NAME
SELECT
    site_id, 'own:' || layer_id AS source_id, 'own:' || layer_id || ':' || site_id AS key, attribute, value, text, commodity, unit,
    NULL::DOUBLE AS low, NULL::DOUBLE AS high, as_of, '' AS scope, 'reported' AS method, '' AS url, '' AS detail, true AS chosen
FROM incoming
