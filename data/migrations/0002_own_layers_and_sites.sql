-- What the user brings: layers with their features, candidate sites with their claims, and where each came from.
CREATE TABLE own_layer (
    layer_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    features BIGINT NOT NULL,
    crs VARCHAR NOT NULL,
    crs_reason VARCHAR NOT NULL,
    crs_accuracy_m DOUBLE,
    west DOUBLE NOT NULL,
    south DOUBLE NOT NULL,
    east DOUBLE NOT NULL,
    north DOUBLE NOT NULL,
    columns JSON NOT NULL,
    unit VARCHAR NOT NULL,
    bands INTEGER NOT NULL,
    quantiles DOUBLE[] NOT NULL,
    style JSON NOT NULL,
    file_name VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    file_bytes BIGINT NOT NULL,
    source_layer VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    source_date VARCHAR NOT NULL,
    confidentiality VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    imported_by VARCHAR NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    transformations VARCHAR[] NOT NULL,
    findings JSON NOT NULL,
    removed_at TIMESTAMPTZ
);
COMMENT ON TABLE own_layer IS 'An imported layer with its provenance; layer_id is a hash of file, layer, CRS and cures, so that the same import is the same layer.';
COMMENT ON COLUMN own_layer.role IS 'layer | sites';
COMMENT ON COLUMN own_layer.kind IS 'vector-point | vector-line | vector-polygon | raster';
COMMENT ON COLUMN own_layer.crs IS 'of the file: EPSG:n or WKT; features are EPSG:4326';
COMMENT ON COLUMN own_layer.crs_accuracy_m IS 'accuracy of the shift to WGS 84 in metres; NULL: not stated';
COMMENT ON COLUMN own_layer.west IS 'degrees, EPSG:4326; west > east: the layer crosses the antimeridian';
COMMENT ON COLUMN own_layer.columns IS 'list of layers.contract.Column, in the order of own_feature.numbers and texts';
COMMENT ON COLUMN own_layer.quantiles IS 'of a raster: 2, 25, 50, 75 and 98 %; empty for vectors';
COMMENT ON COLUMN own_layer.confidentiality IS 'private | shared';
COMMENT ON COLUMN own_layer.removed_at IS 'NULL: in use; else taken away then and can be brought back';
CREATE TABLE own_feature (
    layer_id VARCHAR NOT NULL,
    feature_id BIGINT NOT NULL,
    geometry BLOB NOT NULL,
    numbers DOUBLE[] NOT NULL,
    texts VARCHAR[] NOT NULL
);
COMMENT ON TABLE own_feature IS 'A feature of an imported vector layer: WKB in EPSG:4326 and one value a column; NULL in a list is unknown.';
CREATE TABLE own_left_out (
    layer_id VARCHAR PRIMARY KEY,
    csv VARCHAR NOT NULL
);
COMMENT ON TABLE own_left_out IS 'Rows of the file that no layer could take, as CSV with layer, row and what the row says; no row: nothing was left out.';
CREATE TABLE own_site (
    layer_id VARCHAR NOT NULL,
    site_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    iso3 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    lon DOUBLE NOT NULL,
    lat DOUBLE NOT NULL,
    location_accuracy VARCHAR NOT NULL,
    commodities VARCHAR[] NOT NULL,
    deposit_type VARCHAR NOT NULL,
    stage VARCHAR NOT NULL
);
COMMENT ON TABLE own_site IS 'A candidate site of the user''s own; the columns are those of facts.site.';
CREATE TABLE own_claim (
    layer_id VARCHAR NOT NULL,
    site_id VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    value DOUBLE,
    text VARCHAR NOT NULL,
    commodity VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    as_of VARCHAR NOT NULL
);
COMMENT ON TABLE own_claim IS 'What the user''s table says of an own site; value NULL: the claim is words.';
CREATE TABLE own_criterion (
    criterion_id VARCHAR PRIMARY KEY,
    definition JSON NOT NULL,
    added_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE own_criterion IS 'A criterion of the user''s own that new scenarios start with; definition is that of scoring.evidence.OwnCriterion.';
