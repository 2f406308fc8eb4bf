-- Facts that the user states of sites, bundled or their own, each with its source; and the batches in which they came and went.
CREATE TABLE own_fact (
    fact_id VARCHAR PRIMARY KEY,
    batch BIGINT NOT NULL,
    removed_by BIGINT,
    site_id VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    commodity VARCHAR NOT NULL,
    value DOUBLE,
    unit VARCHAR NOT NULL,
    low DOUBLE,
    high DOUBLE,
    text VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    as_of VARCHAR NOT NULL,
    source_title VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    added_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE own_fact IS 'One value that the user gives for one attribute of a site, with who says so and when.';
COMMENT ON COLUMN own_fact.removed_by IS 'batch that removed or replaced it; NULL: it stands';
COMMENT ON COLUMN own_fact.value IS 'number in `unit`; NULL: the fact is words';
COMMENT ON COLUMN own_fact.low IS 'lower end of the stated range in `unit`; NULL: no range stated';
COMMENT ON COLUMN own_fact.high IS 'upper end of the stated range in `unit`; NULL: no range stated';
COMMENT ON COLUMN own_fact.country IS 'of an owner: ISO 3166-1 alpha-3 of the country of the ultimate parent; empty: not stated';
COMMENT ON COLUMN own_fact.as_of IS 'ISO date, month or year that the statement speaks of';
COMMENT ON COLUMN own_fact.source_url IS 'http(s) address, doi: or document: reference';
COMMENT ON COLUMN own_fact.owner IS 'user who added it';
CREATE TABLE own_fact_batch (
    batch BIGINT PRIMARY KEY,
    action VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    facts BIGINT NOT NULL,
    actor VARCHAR NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE own_fact_batch IS 'What was added or removed at once; undone together, the newest first. action: add | remove.';
