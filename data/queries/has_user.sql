-- in:    own_criterion, own_layer, own_milestone, own_fact, own_price
-- out:   whether a criterion, a layer of sites in use, milestones of permits, facts or prices are the user's own
-- grain: one row
SELECT
    EXISTS (FROM own_criterion) OR EXISTS (FROM own_layer WHERE role = 'sites' AND removed_at IS NULL) OR EXISTS (FROM own_milestone)
    OR EXISTS (FROM own_fact WHERE removed_by IS NULL) OR EXISTS (FROM own_price)
