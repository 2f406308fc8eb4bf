-- in:  incoming: commodity_id, usd_per_t, owner
-- out: user_data.price holds these prices
INSERT INTO user_data.price BY NAME SELECT * FROM incoming;
