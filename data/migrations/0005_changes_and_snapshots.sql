-- Every change of a shortlist with its inverse, and frozen snapshots.
CREATE SEQUENCE shortlist_change_number;
CREATE TABLE shortlist_change (
    number BIGINT PRIMARY KEY DEFAULT nextval('shortlist_change_number'),
    batch BIGINT NOT NULL,
    shortlist VARCHAR NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    action VARCHAR NOT NULL,
    site_id VARCHAR NOT NULL,
    before JSON,
    after JSON,
    undone BOOLEAN NOT NULL
);
COMMENT ON TABLE shortlist_change IS 'What was changed on a shortlist, one row a site or the head, so that it can be undone and told.';
COMMENT ON COLUMN shortlist_change.batch IS 'one number for what was changed at once; undone together';
COMMENT ON COLUMN shortlist_change.site_id IS 'empty: the head (name, question, scenario, layers)';
COMMENT ON COLUMN shortlist_change.before IS 'NULL: it was not there';
COMMENT ON COLUMN shortlist_change.after IS 'NULL: it was taken away';
CREATE TABLE snapshot (
    snapshot_id VARCHAR NOT NULL,
    shortlist VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    frozen_at TIMESTAMPTZ NOT NULL,
    data_version VARCHAR NOT NULL,
    scenario_hash VARCHAR NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (snapshot_id, shortlist)
);
COMMENT ON TABLE snapshot IS 'A frozen shortlist with all that its numbers rest on; never changed. payload: deflated JSON of scoring.frozen.Snapshot.';
COMMENT ON COLUMN snapshot.snapshot_id IS 'first twelve hex digits of the SHA-256 of the JSON';
