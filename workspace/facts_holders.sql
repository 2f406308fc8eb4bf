-- in:  incoming: owners as data.bundling.owners gives them, with parent_stated (ISO3 that the user states of the parent; empty: none) and added_by
-- out: they stand in place of the owners of the facts; the country that the user states is that of the parent
INSERT INTO user_data.holder BY NAME
SELECT
    i.* EXCLUDE (parent_stated, share_pct) REPLACE (
        CASE WHEN parent_stated <> '' THEN parent_stated ELSE parent_iso3 END AS parent_iso3,
        CASE WHEN parent_stated <> '' THEN coalesce(c.bloc, 'unknown') ELSE i.bloc END AS bloc
    ),
    i.share_pct::DOUBLE AS share_pct
FROM incoming AS i
LEFT JOIN facts.country AS c ON c.iso3 = i.parent_stated;
