-- in:  nothing
-- out: the tables of criteria, of packed vectors, of what is known of peers, of sites by support programme, of scores by method, and of normalised names, empty where they were not there
-- NULL: in u, u_low, u_high, m: unknown; in a: never; a programme that was judged has a row with an empty site_id
CREATE TABLE IF NOT EXISTS criterion (
    profile VARCHAR,
    position INTEGER,
    id VARCHAR,
    applies_to VARCHAR,
    per_commodity BOOLEAN,
    worst DOUBLE,
    best DOUBLE,
    is_log BOOLEAN
);
CREATE TABLE IF NOT EXISTS packed (
    profile VARCHAR,
    commodity VARCHAR,
    site_id VARCHAR,
    u DOUBLE[],
    u_low DOUBLE[],
    u_high DOUBLE[],
    m DOUBLE[],
    a DOUBLE[],
    e DOUBLE[]
);
CREATE TABLE IF NOT EXISTS peer (
    profile VARCHAR,
    commodity VARCHAR,
    mine BOOLEAN,
    position INTEGER,
    n INTEGER,
    mean DOUBLE,
    q DOUBLE[]
);
CREATE TABLE IF NOT EXISTS open_programme (
    programme VARCHAR,
    site_id VARCHAR
);
CREATE TABLE IF NOT EXISTS method_score (
    choice VARCHAR,
    id VARCHAR,
    version VARCHAR,
    score DOUBLE
);
CREATE TABLE IF NOT EXISTS search_name (
    site_id VARCHAR,
    kind VARCHAR,
    label VARCHAR,
    folded VARCHAR
);
