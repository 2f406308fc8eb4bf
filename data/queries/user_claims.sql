-- in:    own_claim of layers in use
-- out:   the columns of own_claim, and the owner: who imported the layer
-- grain: one row a claim
SELECT c.*, l.imported_by AS owner FROM own_claim AS c JOIN own_layer AS l USING (layer_id) WHERE l.removed_at IS NULL ORDER BY c.site_id, c.attribute, c.commodity
