-- in: $site_id   out: every claim, the scored ones first within their attribute
SELECT attribute, commodity, value, text, unit, low, high, as_of, scope, method, source_id, url, detail, chosen
FROM combined.claim WHERE site_id = $site_id
ORDER BY attribute, commodity, chosen DESC, as_of DESC, source_id
