-- Prices that the user puts in place of the cited ones. One row a commodity.
CREATE TABLE own_price (
    commodity VARCHAR PRIMARY KEY,
    usd_per_t DOUBLE NOT NULL,
    owner VARCHAR NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE own_price IS 'Prices of the user: they choose the main commodity of an ore and weigh its by-products.';
COMMENT ON COLUMN own_price.usd_per_t IS 'USD per tonne of the grade basis of the commodity';
COMMENT ON COLUMN own_price.owner IS 'user who entered it';
