-- in:  $layer_id; incoming_features(feature_id, geometry, numbers, texts), an Arrow table in layers.contract.VECTOR_SCHEMA
-- out: the features are rows of own_feature
INSERT INTO own_feature SELECT $layer_id, feature_id, geometry, numbers, texts FROM incoming_features
