-- in:    own_site of layers in use
-- out:   the columns of own_site, and the owner: who imported the layer
-- grain: one row a site
SELECT s.*, l.imported_by AS owner FROM own_site AS s JOIN own_layer AS l USING (layer_id) WHERE l.removed_at IS NULL ORDER BY s.site_id
