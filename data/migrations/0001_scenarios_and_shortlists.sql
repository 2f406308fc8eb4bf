-- What the user makes: saved scenarios, shortlists, and a log of every change.
CREATE TABLE scenario (
    scenario_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    definition JSON NOT NULL,
    data_version VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE scenario IS 'A saved scenario; scenario_id is the hash of its definition and data version.';
CREATE TABLE shortlist_item (
    shortlist VARCHAR NOT NULL,
    site_id VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    added_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (shortlist, site_id)
);
COMMENT ON TABLE shortlist_item IS 'A site on a named shortlist.';
CREATE SEQUENCE change_number;
CREATE TABLE change (
    number BIGINT PRIMARY KEY DEFAULT nextval('change_number'),
    changed_at TIMESTAMPTZ NOT NULL,
    action VARCHAR NOT NULL,
    subject VARCHAR NOT NULL
);
COMMENT ON TABLE change IS 'Append-only log of what was saved, added or removed.';
