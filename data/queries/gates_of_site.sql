-- in: $site_id   out: gate, verdict, evidence code, target
SELECT gate, verdict, evidence, target FROM combined.gate WHERE site_id = $site_id ORDER BY gate
