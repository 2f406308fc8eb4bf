-- in:  nothing
-- out: the tables of criteria, of packed vectors and of scores by method, empty where they were not there
-- NULL: in u, u_low, u_high, m: unknown; in a: never
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
    a DOUBLE[]
);
CREATE TABLE IF NOT EXISTS method_score (
    choice VARCHAR,
    id VARCHAR,
    version VARCHAR,
    score DOUBLE
);
