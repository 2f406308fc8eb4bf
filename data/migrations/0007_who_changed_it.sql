-- Who made a change, and whose the milestones and criteria are.
ALTER TABLE change ADD COLUMN actor VARCHAR DEFAULT '';
COMMENT ON COLUMN change.actor IS 'user who made the change; empty: made before schema 7, not recorded';
ALTER TABLE own_milestone ADD COLUMN owner VARCHAR DEFAULT '';
COMMENT ON COLUMN own_milestone.owner IS 'user who entered the milestones; empty: before schema 7, not recorded';
ALTER TABLE own_criterion ADD COLUMN owner VARCHAR DEFAULT '';
COMMENT ON COLUMN own_criterion.owner IS 'user who made the criterion; empty: before schema 7, not recorded';
