-- Shortlists with their question and scenario, and what is noted of each site.
CREATE TABLE shortlist (
    name VARCHAR PRIMARY KEY,
    question VARCHAR NOT NULL,
    scenario JSON,
    layers JSON NOT NULL,
    data_version VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE shortlist IS 'A named shortlist: what it is to answer, and the scenario that ranks it.';
COMMENT ON COLUMN shortlist.scenario IS 'scoring.scenario.Scenario.as_dict; NULL: none kept, the weights of the Explore page rank it';
COMMENT ON COLUMN shortlist.layers IS 'layer id -> [visible, opacity] where they differ from the catalogue';
COMMENT ON COLUMN shortlist.data_version IS 'version of the bundle when the scenario was kept; empty: none kept';
INSERT INTO shortlist SELECT shortlist, '', NULL, json_object(), '', min(added_at) FROM shortlist_item GROUP BY shortlist;
ALTER TABLE shortlist_item ADD COLUMN tags JSON DEFAULT '[]';
ALTER TABLE shortlist_item ADD COLUMN status VARCHAR DEFAULT 'proposed';
ALTER TABLE shortlist_item ADD COLUMN owner VARCHAR DEFAULT '';
ALTER TABLE shortlist_item ADD COLUMN due VARCHAR DEFAULT '';
COMMENT ON COLUMN shortlist_item.status IS 'proposed | under review | approved | deferred | declined';
COMMENT ON COLUMN shortlist_item.owner IS 'who follows the site up; empty: nobody yet';
COMMENT ON COLUMN shortlist_item.due IS 'ISO date of the next step; empty: none set';
