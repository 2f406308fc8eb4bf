-- in:    own_criterion, own_layer
-- out:   whether a criterion, or a layer of sites in use, is the user's own
-- grain: one row
SELECT EXISTS (FROM own_criterion) OR EXISTS (FROM own_layer WHERE role = 'sites' AND removed_at IS NULL)
