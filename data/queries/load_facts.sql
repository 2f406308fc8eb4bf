-- in:  $folder = absolute path of the bundle
-- out: the tables of schema.sql filled, one statement a table; every column by name, so that a bundle of another shape fails loudly
INSERT INTO facts.site BY NAME SELECT * FROM read_parquet($folder || '/site.parquet');
INSERT INTO facts.claim BY NAME SELECT * FROM read_parquet($folder || '/claim.parquet');
INSERT INTO facts.commodity BY NAME SELECT * FROM read_parquet($folder || '/commodity.parquet');
INSERT INTO facts.country BY NAME SELECT * FROM read_parquet($folder || '/country.parquet');
INSERT INTO facts.port BY NAME SELECT * FROM read_parquet($folder || '/port.parquet');
INSERT INTO facts.sea_lane BY NAME SELECT * FROM read_parquet($folder || '/sea_lane.parquet');
INSERT INTO facts.owner BY NAME SELECT * FROM read_parquet($folder || '/owner.parquet');
INSERT INTO facts.holding BY NAME SELECT * FROM read_parquet($folder || '/holding.parquet');
INSERT INTO facts.partner_framework BY NAME SELECT * FROM read_parquet($folder || '/partner_framework.parquet');
INSERT INTO facts.permitting_pathway BY NAME SELECT * FROM read_parquet($folder || '/permitting_pathway.parquet');
INSERT INTO facts.left_out BY NAME SELECT * FROM read_parquet($folder || '/left_out.parquet');
INSERT INTO facts.former_id BY NAME SELECT * FROM read_parquet($folder || '/former_id.parquet');
INSERT INTO facts.product BY NAME SELECT * FROM read_parquet($folder || '/product.parquet');
INSERT INTO facts.buyer BY NAME SELECT * FROM read_parquet($folder || '/buyer.parquet');
INSERT INTO facts.name_ja BY NAME SELECT * FROM read_parquet($folder || '/name_ja.parquet');
INSERT INTO facts.legal_flag BY NAME SELECT * FROM read_parquet($folder || '/legal_flag.parquet');
INSERT INTO facts.measurement BY NAME SELECT * FROM read_parquet($folder || '/measurement.parquet');
INSERT INTO facts.gate BY NAME SELECT * FROM read_parquet($folder || '/gate.parquet');
INSERT INTO facts.market_figure BY NAME SELECT * FROM read_parquet($folder || '/market_figure.parquet');
INSERT INTO facts.trade_code BY NAME SELECT * FROM read_parquet($folder || '/trade_code.parquet');
INSERT INTO facts.trade_flow BY NAME SELECT * FROM read_parquet($folder || '/trade_flow.parquet');
INSERT INTO facts.political_stability BY NAME SELECT * FROM read_parquet($folder || '/political_stability.parquet');
INSERT INTO facts.chain_link BY NAME SELECT * FROM read_parquet($folder || '/chain_link.parquet');
